"""Attribute discovery: pictures that differ in one attribute are inverted together, and the
direction that leads from one to the next is found with them (SPHInX, appendix B)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from inversion.discovery.problem import D, Joint, unit
from inversion.drawn import Drawn, conclude
from inversion.edits.direction import Direction
from inversion.latents import Theta
from inversion.methods import Method, find
from inversion.metrics import psnr
from inversion.pictures.series import Series
from inversion.run import Iterates, Run
from inversion.solvers import Adam
from inversion.solvers.chunked import max_batch
from models import load_perceptual
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

MARGIN = 2.0  # τ
MAX_SEEDS = 8


@dataclass(frozen=True, eq=False)
class Discovery(Drawn):
    """What was found: the inversion of the series' own picture, the direction of the attribute, and
    how far along it every picture of the series lies, 0 for its own and ±1 for the farthest."""

    direction: Direction
    strengths: tuple[float, ...]


def discover(
    G: Generator,
    series: Series,
    method: str = "w+",
    *,
    margin: float = MARGIN,
    seeds: int = 1,
    seed: int = 0,
    steps: int | None = None,
    budget: float | None = None,
    settings: Mapping[str, Any] | None = None,
    perceptual: Perceptual | None = None,
    preview_every: int = 10,
) -> Iterates[Discovery]:
    """Searches for w*, a direction D and strengths α so that G(w* + α_k·D/‖D‖) draws picture k.

    `method` is a row of METHODS that descends by Adam: its latents give w* (and content and noises,
    which all pictures then share), its losses and priors hold as they do for one picture. Previews
    show the series side by side. An Iterate's `drawn()` is the Discovery of the best seed alone.

    Raises StudioError for a bad argument, or a method or generator that cannot be searched so.

    >>> import numpy as np
    >>> from inversion.pictures import draw_series
    >>> from models import load
    >>> G = load("avatars")
    >>> series = draw_series(np.full((64, 64, 3), 128, np.uint8), "brightness", 64)
    >>> *_, last = discover(G, series, steps=2)
    >>> found = last.drawn()
    >>> found.direction.name, len(found.strengths)
    ('brightness', 3)
    """
    row = find(method).configure(settings or {})
    row = row if steps is None else row.with_steps(steps)
    if (reason := refuses(row, G)) is not None:
        raise StudioError(reason)
    if not 1 <= seeds <= MAX_SEEDS:
        raise StudioError(f"seeds is {seeds}; it must lie between 1 and {MAX_SEEDS}.")
    if not 0 <= margin < math.inf:
        raise StudioError(f"The margin is {margin}; it must be a number, 0 or more.")
    if series.pictures.shape[1:] != (G.resolution, G.resolution, 3):
        raise StudioError(f"{G.identity.name} draws {G.resolution} pixels a side, not these.")
    distance = perceptual or load_perceptual("embedded", device=str(G.device))
    search = Joint.of(G, row, distance, series, margin, seeds)

    def finish(theta: Theta, **how: Any) -> Discovery:
        best = {name: x[:1] for name, x in theta.items()}
        how |= {name: how[name][:1] for name in ("seeds", "losses")}
        how["settings"] = row.settings() | {"margin": margin}
        return found(search, series, best, method=method, **how)

    numbers = tuple(range(seed, seed + seeds))
    return Run(
        search, row.solver, numbers, budget, preview_every, finish, most=max_batch(G)
    ).iterates()


def refuses(row: Method, G: Generator) -> str | None:
    """Why this method cannot serve here, in a sentence; None when it can."""
    if "w+" not in G.spaces:
        return f"Attributes are discovered in w+, which {G.identity.name} lacks."
    return unfit(row) or row.refuses(G)


def unfit(row: Method) -> str | None:
    """Why this method can serve with no generator, in a sentence; None when it may."""
    if row.needs_encoder or row.tuning is not None or not isinstance(row.solver, Adam):
        return f"{row.title} does more than descend by Adam from a start of its own. Take w+, say."
    if row.latents.key == "base-detail":
        return f"{row.title} enters the generator at a map that the direction would not reach."
    return None


@torch.no_grad()
def found(search: Joint, series: Series, theta: Theta, **how: Any) -> Discovery:
    """The answer of one row of θ."""
    G, along = search.problem.G, search.along
    α = along.strengths(theta)[0]
    reach = α.abs().max().clamp(min=1e-6)
    count = len(series.pictures)
    direction = Direction(
        name=series.name,
        space="w+",
        vector=(reach * unit(theta[D])[0]).float().cpu(),
        weights=G.identity,
        provenance=f"attribute discovery from {count} pictures (SPHInX, appendix B)",
        unit="the way to the farthest of the pictures it was found from",
    )
    drawn = along.codes(G, theta).synthesize(G).clamp(-1, 1)
    decibels = psnr(drawn, search.problem.y[:count]).tolist()
    shown = ", ".join(f"{value:.1f}" for value in decibels)
    how["notes"] += (f"Along the direction, the {count} pictures are drawn to {shown} dB.",)
    codes = along.own_codes(G, theta)
    own = conclude(G, codes, series.pictures[series.own], search.problem.perceptual, **how)
    return Discovery(own.result, own.pictures, direction, tuple((α / reach).tolist()))
