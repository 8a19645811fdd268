"""Attribute discovery: pictures that differ in one attribute are inverted together, and the
direction that leads from one to the next is found with them (SPHInX, appendix B)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from inversion.drawn import Drawn, conclude
from inversion.edits.direction import Direction
from inversion.edits.moves import Move
from inversion.latents import Codes, Latents, Start, Theta
from inversion.losses import Bound, Loss
from inversion.methods import Method, find
from inversion.metrics import psnr
from inversion.pictures.images import to_tensor
from inversion.pictures.series import Series
from inversion.priors import Prior
from inversion.problem import Evaluation
from inversion.result import Inversion
from inversion.run import Iterate, Run
from inversion.solvers import Adam
from inversion.solvers.chunked import max_batch
from models import load_perceptual
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

MARGIN = 2.0  # τ
D, STRENGTHS = "direction", "strengths"  # their names in θ
MOST_SEEDS = 8
PACE = 5.0  # of α's rate: it is a length, and D has a rate for every coordinate


@dataclass(frozen=True)
class Discovery:
    """What was found: the inversion of the series' own picture, the direction of the attribute, and
    how far along it every picture of the series lies, 0 for its own and ±1 for the farthest."""

    result: Inversion
    direction: Direction
    strengths: tuple[float, ...]

    @classmethod
    def of(cls, found: Inversion) -> Discovery:
        """Of an Iterate's result. Raises StudioError for the result of another search."""
        (move,) = found.edits if len(found.edits) == 1 else (None,)
        told = [v for name, v in found.settings.items() if name.startswith(f"{STRENGTHS}.")]
        if not isinstance(move, Move) or not told:
            raise StudioError("This result was not found by attribute discovery.")
        return cls(found.edit(()), move.direction, tuple(float(value) for value in told))


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
) -> Iterator[Iterate]:
    """Searches for w*, a direction D and strengths α so that G(w* + α_k·D/‖D‖) draws picture k.

    `method` is a row of METHODS that descends by Adam: its latents give w* (and content and noises,
    which all pictures then share), its losses and priors hold as they do for one picture. Previews
    show the series side by side. An Iterate's result is that of the best seed alone and holds the
    direction as an edit of strength 0: `Discovery.of` tells them apart.

    Raises StudioError for a bad argument, or a method or generator that cannot be searched so.

    >>> import numpy as np
    >>> from inversion.pictures import draw_series
    >>> from models import load
    >>> G = load("avatars")
    >>> series = draw_series(np.full((64, 64, 3), 128, np.uint8), "brightness", 64)
    >>> *_, last = discover(G, series, steps=2)
    >>> found = Discovery.of(last.result())
    >>> found.direction.name, len(found.strengths)
    ('brightness', 3)
    """
    row = find(method).configure(settings or {})
    row = row if steps is None else row.with_steps(steps)
    if (reason := refuses(row, G)) is not None:
        raise StudioError(reason)
    if not 1 <= seeds <= MOST_SEEDS:
        raise StudioError(f"seeds is {seeds}; it must lie between 1 and {MOST_SEEDS}.")
    if not 0 <= margin < math.inf:
        raise StudioError(f"The margin is {margin}; it must be a number, 0 or more.")
    if series.pictures.shape[1:] != (G.resolution, G.resolution, 3):
        raise StudioError(f"{G.identity.name} draws {G.resolution} pixels a side, not these.")
    distance = perceptual or load_perceptual("embedded", device=str(G.device))
    search = Joint(G, row.latents, row.losses, row.priors, distance, series, margin, seeds)

    def finish(theta: Theta, **how: Any) -> Drawn:
        best = {name: x[:1] for name, x in theta.items()}
        how |= {name: how[name][:1] for name in ("seeds", "losses")}
        return search.found(best, method=method, settings=row.settings(), **how)

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


@dataclass(frozen=True)
class Joint:
    """L_total = Σ_k L(G(w* + α_k D/‖D‖), I_k) + L_margin, for `seeds` rows of θ.

    θ is the latents', with D [n, num_ws, w_dim] and α [n, pictures - 1], the series' own picture
    being at 0.
    """

    G: Generator
    latents: Latents
    losses: Sequence[Loss]
    priors: Sequence[Prior]
    perceptual: Perceptual
    series: Series
    margin: float
    seeds: int
    y: Tensor = field(init=False)
    _bound: list[tuple[Loss, Bound]] = field(init=False)

    def __post_init__(self) -> None:
        y = to_tensor(self.series.pictures).to(self.G.device)
        every = y.repeat(self.seeds, 1, 1, 1)
        bound = [(loss, loss.bind(every, self.perceptual)) for loss in self.losses if loss.weight]
        object.__setattr__(self, "y", y)
        object.__setattr__(self, "_bound", bound)

    @property
    def sides(self) -> Tensor:
        """How many places from the own picture each variant stands, below it negative [K]."""
        places = torch.arange(len(self.y), device=self.G.device) - self.series.own
        return places[places != 0].float()

    def start(self, rngs: Sequence[torch.Generator]) -> Start:
        """D ~ N(0, I); α where the margins are just met."""
        theta = self.latents.start(self.G, rngs)
        shape = (self.G.num_ws, self.G.w_dim)
        rows = [torch.randn(shape, generator=rng, device=rng.device) for rng in rngs]
        theta[D] = torch.stack(rows).to(self.G.device)
        theta[STRENGTHS] = (self.margin * self.sides).repeat(len(rngs), 1)
        rates = {**self.latents.rates(), STRENGTHS: PACE}
        return Start(theta=theta, centre=theta, rngs=rngs, rates=rates)

    def evaluate(
        self,
        theta: Theta,
        t: float,
        rngs: Sequence[torch.Generator],
        seeds: Sequence[int] | None = None,
    ) -> Evaluation:
        """As a Problem's; each loss is summed over the series, which stands side by side."""
        n = len(theta[D])
        rngs = rngs if seeds is None else [rngs[i] for i in seeds]
        for prior in self.priors:
            theta = prior.perturb(theta, self.G, t, rngs)
        images = self.along(theta).synthesize(self.G)
        terms = {
            loss.key: (loss.weight * distance(images)).view(n, -1).sum(1)
            for loss, distance in self._bound
        }
        observed = torch.stack(list(terms.values())).sum(0)
        terms["margin"] = self.margins(theta[STRENGTHS])
        total = observed + terms["margin"]
        for prior in self.priors:
            if (penalty := prior.penalty(theta, self.G)) is not None:
                terms[prior.key] = penalty
                total = total + penalty
        strip = images.unflatten(0, (n, -1)).permute(0, 2, 3, 1, 4).flatten(3)
        return Evaluation(theta, strip, terms, observed, total, len(images))

    def along(self, theta: Theta) -> Codes:
        """The codes of every picture of the series, each row's in turn."""
        codes = self.latents.codes(self.G, theta)
        k = len(self.y)
        shared = replace(codes, z=None, c=None, heads=None)
        ws = codes.ws[:, None] + self.alphas(theta)[..., None, None] * unit(theta[D])[:, None]
        return replace(shared.apply(lambda x: x.repeat_interleave(k, 0)), ws=ws.flatten(0, 1))

    def alphas(self, theta: Theta) -> Tensor:
        """α of every picture [n, pictures], 0 for the own one."""
        α, own = theta[STRENGTHS], self.series.own
        return torch.cat([α[:, :own], torch.zeros_like(α[:, :1]), α[:, own:]], 1)

    def margins(self, α: Tensor) -> Tensor:
        """Σ_k max(0, τ − |α_k| on its side) + max(0, τ − α_{k+1} + α_k) [n]."""
        apart = F.relu(self.margin - α * self.sides.sign())
        neighbours = F.relu(self.margin - α.diff(dim=1))
        return apart.sum(1) + neighbours.sum(1)

    def constrain(self, theta: Theta, t: float = 1.0) -> Theta:
        for prior in self.priors:
            theta = prior.constrain(theta, self.G, t)
        return theta

    @torch.no_grad()
    def found(self, theta: Theta, **how: Any) -> Drawn:
        """The answer of one row of θ, its direction as an edit of strength 0."""
        α = self.alphas(theta)[0]
        reach = α.abs().max().clamp(min=1e-6)
        count = len(self.y)
        direction = Direction(
            name=self.series.name,
            space="w+",
            vector=(reach * unit(theta[D])[0]).float().cpu(),
            weights=self.G.identity,
            provenance=f"attribute discovery from {count} pictures (SPHInX, appendix B)",
            unit="the way to the farthest of the pictures it was found from",
        )
        near = psnr(self.along(theta).synthesize(self.G).clamp(-1, 1), self.y).tolist()
        told = ", ".join(f"{value:.1f}" for value in near)
        how["notes"] += (f"Along the direction, the {count} pictures are drawn to {told} dB.",)
        strengths = {f"{STRENGTHS}.{k}": float(a) for k, a in enumerate(α / reach, 1)}
        how["settings"] |= {"margin": self.margin} | strengths
        codes = self.latents.codes(self.G, theta)
        picture = self.series.pictures[self.series.own]
        how["edits"] = (Move(direction, 0.0),)
        return conclude(self.G, codes, picture, self.perceptual, **how)


def unit(x: Tensor) -> Tensor:
    """Every row of x [n, …] at length 1: D/‖D‖."""
    return F.normalize(x.flatten(1), dim=1).view_as(x)
