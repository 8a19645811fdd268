"""Out-of-domain answers interpolated: avatars moved in their frame (SPHInX, figure 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.common import report, sheets
from benchmarks.sphinx.discovery import rendered
from benchmarks.sphinx.moved_avatars import SHIFT, TURN, Models, agreed, back, moved
from inversion import METHODS, Inversion
from inversion.editing import between
from inversion.pictures.images import Picture, to_tensor, to_uint8
from models.generators.generator import Generator

TWO, YAW = "two avatars", "yaw"  # what a pair differs in
PAIRS = ((TWO, TURN), (TWO, SHIFT), (YAW, TURN), (YAW, SHIFT))
PLACES = 7  # pictures of a way, its ends among them
HEADS, FADE = "heads and noises", "cross-fade"


@dataclass(frozen=True)
class Way:
    """Its length, and how far the picture midway is from what the encoder makes of it and from the
    true one (None where there is none)."""

    length: float
    redrawn: float
    midway: float | None = None


def ways(models: Models, avatars: Tensor, code: Tensor) -> str:
    """Figure 8."""
    found: dict[tuple[str, str], dict[str, Way]] = {}
    sheet: list[list[Picture]] = []
    turned = to_tensor(rendered(code, YAW).pictures)  # to one side, not at all, to the other
    for what, name in PAIRS:
        true = moved(turned, name) if what == YAW else None
        given = moved(avatars[:2], name) if true is None else true[[0, -1]]
        a, b = (models.answer(each, "sphinx") for each in given)
        drawings, middle = walked(models.G, a, b), None if true is None else true[1:2]
        found[what, name] = {k: measured(models, x, name, middle) for k, x in drawings.items()}
        first, last = to_uint8(given)
        sheet += [[first, *to_uint8(x), last] for k, x in drawings.items() if k != FADE]
    rows = [
        [f"{what}, {name}", title, *("" if v is None else f"{v:.2f}" for v in vars(way).values())]
        for (what, name), each in found.items()
        for title, way in each.items()
    ]
    head = ["pair", "way", "path length", "midway, redrawn", "midway, to the true one"]
    return (
        "**Interpolation.** Two held-out avatars, and one rendered with its head turned by 20° to "
        f"either side, both moved alike and inverted by {METHODS['sphinx'].title}; {PLACES} "
        "pictures from one answer to the other. The cross-fade of the answers is for comparison. "
        "All distances are perceptual (embedded). Path length: their sum over the way. Redrawn: "
        "from the picture midway, put back in its place, to what the avatars' generator draws at "
        "the encoder's estimate of it; the less, the more it is an avatar. To the true one: to the "
        "avatar rendered half way and moved. The sheet, a row a way, without the cross-fades: "
        "picture, way, picture.\n\n"
        + sheets.saved("sphinx-edits-ways", sheets.sheet(sheet))
        + "\n\n"
        + report.table(head, rows)
        + "\n\n"
        + ways_verdict(list(found.values()))
    )


@torch.no_grad()
def walked(G: Generator, a: Inversion, b: Inversion) -> dict[str, Tensor]:
    """Pictures [PLACES, 3, H, W] on each way from a to b."""
    t, ends = torch.linspace(0, 1, PLACES), (a.edited_codes(G), b.edited_codes(G))
    found = {
        title: between(G, *ends, t, heads).synthesize(G).clamp(-1, 1)
        for title, heads in (("codes", False), (HEADS, True))
    }
    first, last = found["codes"][:1], found["codes"][-1:]
    return found | {FADE: torch.lerp(first, last, t.view(-1, 1, 1, 1))}


@torch.no_grad()
def measured(models: Models, x: Tensor, name: str, true: Tensor | None) -> Way:
    """A way x [PLACES, …] of pictures moved by `name`; `true` [1, …] is what lies midway."""
    middle = x[PLACES // 2][None]
    length = float(models.perceptual(x[:-1], x[1:]).sum())
    midway = None if true is None else float(models.perceptual(middle, true))
    return Way(length, models.redrawn(back(middle, name)), midway)


def ways_verdict(found: Sequence[Mapping[str, Way]]) -> str:
    """The paper's sentence beside what the numbers say of the way that it takes."""
    plausible = [each[HEADS].redrawn < each[FADE].redrawn for each in found]
    both = [(each[HEADS].midway, each[FADE].midway) for each in found]
    nearer = [a < b for a, b in both if a is not None and b is not None]
    return (
        "The paper of figure 8, by pictures: the way by heads and noises “progressively traverses "
        "along the attribute and produces highly plausible realizations even for OOD images”. Here "
        "the picture midway on it is redrawn more nearly than the cross-fade in "
        f"{sum(plausible)} of {len(plausible)} pairs ({agreed(all(plausible))}), and nearer to the "
        f"true one in {sum(nearer)} of {len(nearer)} ({agreed(all(nearer))})."
    )
