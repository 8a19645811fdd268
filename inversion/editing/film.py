"""From one result to the next: a strip of pictures, and the frames of a film."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch

from inversion.edits.edit import number
from inversion.edits.interpolation import between
from inversion.latents import Codes
from inversion.pictures.images import Picture, to_uint8
from models.errors import StudioError
from models.generators.generator import Generator

if TYPE_CHECKING:
    from inversion.result import Inversion

BATCH = 8
MOST_RESULTS, MOST_FRAMES = 16, 1800

EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "smooth": lambda t: t * t * (3 - 2 * t),
    "smoother": lambda t: t**3 * (10 + t * (6 * t - 15)),
    "slow start": lambda t: t * t,
    "slow end": lambda t: t * (2 - t),
}
"""How a leg from one result to the next is walked: 0 to 0, 1 to 1."""


def strip(
    G: Generator,
    results: Sequence[Inversion],
    count: int = 7,
    easing: str = "linear",
    ranks: Sequence[int] | None = None,
    heads: bool = False,
) -> Picture:
    """`count` pictures side by side, evenly spaced on the way through all results: uint8
    [H, count·W, 3]. Errors as in `frames`."""
    number(count, "The number of pictures", 2, 64)
    codes = stops(G, results, ranks)
    return np.concatenate(list(walk(G, codes, count, easing, heads=heads)), 1)


def frames(
    G: Generator,
    results: Sequence[Inversion],
    seconds: float = 4.0,
    fps: int = 24,
    easing: str = "smooth",
    loop: bool = False,
    ranks: Sequence[int] | None = None,
    heads: bool = False,
) -> Iterator[Picture]:
    """The way through all results, as edited, in `seconds`: uint8 [H, W, 3] a frame, drawn as they
    are asked for. With `loop` it returns to the first, and ends a frame before it.

    `ranks` are which answer of each, the best if not given. By the rules of `between`, which blends
    SPHInX's heads where `heads` asks for it; fine-tuned weights, which differ from result to
    result, are left out. Raises StudioError at once for fewer than two or too many results, results
    of another model, or a length that there cannot be; for heads that differ, when it is drawn.
    """
    number(seconds, "The length", 0.1, 600)
    number(fps, "The number of frames a second", 1, 60)
    count = max(2, round(seconds * fps))
    if count > MOST_FRAMES:
        raise StudioError(
            f"{seconds:g} seconds at {fps} frames a second are {count} frames; {MOST_FRAMES} are"
            " the most. Make it shorter."
        )
    return walk(G, stops(G, results, ranks), count, easing, loop, heads)


def stops(
    G: Generator, results: Sequence[Inversion], ranks: Sequence[int] | None = None
) -> list[Codes]:
    """The codes [1] of each result after its edits. Errors as in `frames`."""
    if not 2 <= len(results) <= MOST_RESULTS:
        raise StudioError(
            f"{len(results)} results were given; a way leads through 2 to {MOST_RESULTS} of them."
        )
    ranks = [0] * len(results) if ranks is None else ranks
    return [result.edited_codes(G, rank) for result, rank in zip(results, ranks, strict=True)]


def walk(
    G: Generator,
    codes: Sequence[Codes],
    count: int,
    easing: str = "linear",
    loop: bool = False,
    heads: bool = False,
) -> Iterator[Picture]:
    """`count` pictures on the way through codes of one row each. Raises StudioError for an unknown
    easing."""
    if easing not in EASINGS:
        raise StudioError(f"There is no easing {easing!r}; choose {', '.join(EASINGS)}.")
    legs = list(pairwise([*codes, codes[0]] if loop else codes))
    ends = count if loop else count - 1
    places = [i / ends * len(legs) for i in range(count)]
    stages = [(min(int(p), len(legs) - 1), p) for p in places]
    return _drawn(G, legs, stages, EASINGS[easing], heads)


@torch.no_grad()
def _drawn(
    G: Generator,
    legs: Sequence[tuple[Codes, Codes]],
    places: Sequence[tuple[int, float]],
    ease: Callable[[float], float],
    heads: bool,
) -> Iterator[Picture]:
    for k, (a, b) in enumerate(legs):
        t = torch.tensor([ease(p - leg) for leg, p in places if leg == k])
        for part in t.split(BATCH) if len(t) else ():
            yield from to_uint8(between(G, a, b, part.to(a.ws), heads).synthesize(G))
