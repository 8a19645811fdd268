"""The end of a search: its answer, drawn once, and scored by what was drawn."""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inversion.edits.apply import rows
from inversion.latents import Codes
from inversion.metrics import RIM_ERROR
from inversion.pictures.images import Mask, Picture
from inversion.result import Inversion
from inversion.result_header import RESULT
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual


@dataclass(frozen=True, eq=False)
class Drawn:
    """A result and what it draws, uint8 [n, H, W, 3]: the same as `result.render(G)` would."""

    result: Inversion
    pictures: NDArray[np.uint8]


def conclude(
    G: Generator,
    codes: Codes,
    target: Picture,
    perceptual: Perceptual,
    mask: Mask | None = None,
    **how: Any,
) -> Drawn:
    """The finished Inversion of these codes, drawn, scored and ranked; `how` are its other
    fields."""
    result = Inversion(
        codes=codes.apply(lambda x: x.detach().cpu().clone()),
        target=target,
        mask=mask,
        metrics={},
        identity=G.identity,
        versions=versions(),
        **how,
    )
    return best_first(scored(result, G, perceptual))


def scored(result: Inversion, G: Generator, perceptual: Perceptual) -> Drawn:
    """The result drawn, with the metrics of these pictures in place of those it has."""
    shown: NDArray[np.uint8] = result.render(G)
    return Drawn(replace(result, metrics=result.score(G, perceptual, shown)), shown)


def best_first(drawn: Drawn) -> Drawn:
    """The answers to a hole in the order of loss times rim error; others stay in that of their
    losses. What a hole holds is in no loss, so that an answer which is nearer by a tenth on the
    known pixels, but fits them half as well at the rim, comes later."""
    result = drawn.result
    if (rims := result.metrics.get(RIM_ERROR)) is None:
        return drawn
    order = sorted(range(len(result)), key=lambda i: result.losses[i] * rims[i])
    ranked = replace(
        result,
        codes=rows(result.codes, torch.tensor(order)),
        seeds=tuple(result.seeds[i] for i in order),
        losses=tuple(result.losses[i] for i in order),
        metrics={name: [values[i] for i in order] for name, values in result.metrics.items()},
    )
    return Drawn(ranked, drawn.pictures[order])


def versions() -> dict[str, str]:
    """What drew the picture besides the weights."""
    return {"python": platform.python_version(), "torch": torch.__version__, "format": RESULT.mark}
