"""A picture and its variants as one problem: codes along a direction, and margins between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from inversion.latents import NOTHING, Codes, Guess, Latents, Start, Theta
from inversion.losses import Loss
from inversion.methods import Method
from inversion.operators.operator import Distance, Identity, Shape
from inversion.pictures.images import to_tensor
from inversion.pictures.series import Series
from inversion.priors import Prior
from inversion.problem import Evaluation, Problem
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

D, STRENGTHS = "direction", "strengths"  # their names in θ
PACE = 5.0  # of α's rate: it is a length, and D has a rate for every coordinate


@dataclass(frozen=True)
class Joint:
    """L_total = Σ_k L(G(w* + α_k D/‖D‖), I_k) + L_margin, for `seeds` rows of θ.

    θ is the method's, with D [n, num_ws, w_dim] and α [n, pictures - 1], the series' own picture
    being at 0. What a look at it draws is the series, side by side [n, 3, H, pictures · W].
    """

    problem: Problem
    along: Along

    @classmethod
    def of(
        cls,
        G: Generator,
        row: Method,
        perceptual: Perceptual,
        series: Series,
        margin: float,
        seeds: int,
    ) -> Joint:
        y = to_tensor(series.pictures).to(G.device)
        along = Along(row.latents, len(y), series.own, margin)
        problem = Problem(
            G=G,
            latents=along,
            operator=EachOfSeries(tuple(y.shape[1:]), len(y)),
            y=y.repeat(seeds, 1, 1, 1),
            losses=row.losses,
            priors=(Margin(margin, along.sides), *row.priors),
            perceptual=perceptual,
        )
        return cls(problem, along)

    def start(self, rngs: Sequence[torch.Generator]) -> Start:
        return self.problem.start(rngs)

    def evaluate(
        self,
        theta: Theta,
        t: float,
        rngs: Sequence[torch.Generator],
        seeds: Sequence[int] | None = None,
    ) -> Evaluation:
        """As a Problem's; each loss is summed over the series."""
        evaluation = self.problem.evaluate(theta, t, rngs, seeds)
        images = evaluation.images.unflatten(0, (len(theta[D]), -1))
        return replace(evaluation, images=images.permute(0, 2, 3, 1, 4).flatten(3))

    def constrain(self, theta: Theta, t: float = 1.0) -> Theta:
        return self.problem.constrain(theta, t)


@dataclass(frozen=True)
class Along(Latents):
    """The codes of `count` pictures, each row's in turn: w* + α_k·D/‖D‖, w* being of `base`, whose
    other codes all share. Picture `own` is w* itself."""

    key = "along"
    base: Latents
    count: int
    own: int
    margin: float

    @property
    def spaces(self) -> tuple[str, ...]:
        return self.base.spaces

    @property
    def sides(self) -> tuple[float, ...]:
        """How many places from the own picture each variant stands, below it negative."""
        return tuple(float(k - self.own) for k in range(self.count) if k != self.own)

    def centre(self, G: Generator, guess: Guess) -> Theta:
        """D = 0, and α where the margins are just met."""
        return self.base.centre(G, guess) | {
            D: torch.zeros(1, G.num_ws, G.w_dim, device=G.device),
            STRENGTHS: self.margin * torch.tensor([self.sides], device=G.device),
        }

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        """D ~ N(0, I); α where the margins are just met."""
        theta = self.base.start(G, rngs, guess)
        shape = (G.num_ws, G.w_dim)
        rows = [torch.randn(shape, generator=rng, device=rng.device) for rng in rngs]
        α = self.margin * torch.tensor([self.sides], device=G.device)
        return theta | {D: torch.stack(rows).to(G.device), STRENGTHS: α.repeat(len(rngs), 1)}

    def rates(self) -> dict[str, float]:
        return self.base.rates() | {STRENGTHS: PACE}

    def own_codes(self, G: Generator, theta: Theta) -> Codes:
        """The codes of the own picture alone, a row each."""
        return self.base.codes(G, theta)

    def codes(self, G: Generator, theta: Theta) -> Codes:
        codes = self.own_codes(G, theta)
        shared = replace(codes, z=None, c=None, heads=None)
        steps = self.strengths(theta)[..., None, None] * unit(theta[D])[:, None]
        ws = (codes.ws[:, None] + steps).flatten(0, 1)
        return replace(shared.apply(lambda x: x.repeat_interleave(self.count, 0)), ws=ws)

    def strengths(self, theta: Theta) -> Tensor:
        """α of every picture [n, pictures], 0 for the own one."""
        α, own = theta[STRENGTHS], self.own
        return torch.cat([α[:, :own], torch.zeros_like(α[:, :1]), α[:, own:]], 1)


@dataclass(frozen=True)
class Margin(Prior):
    """L_margin = Σ_k max(0, τ − |α_k| on its side) + max(0, τ − α_{k+1} + α_k)."""

    key = "margin"
    τ: float
    sides: tuple[float, ...]  # of the variants: below the own picture negative, above it positive

    def penalty(self, theta: Theta, G: Generator) -> Tensor:
        α = theta[STRENGTHS]
        apart = F.relu(self.τ - α * α.new_tensor(self.sides).sign())
        neighbours = F.relu(self.τ - α.diff(dim=1))
        return apart.sum(1) + neighbours.sum(1)


class EachOfSeries(Identity):
    """Every picture as it is; the distances of a row's `count` pictures are summed."""

    def __init__(self, shape: Shape, count: int) -> None:
        super().__init__(shape)
        self.count = count

    def bind(
        self, loss: Loss, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None
    ) -> Distance | None:
        each = super().bind(loss, y, perceptual, weight)
        if each is None:
            return None
        return lambda x, measured: each(x, measured).unflatten(0, (-1, self.count)).sum(1)


def unit(x: Tensor) -> Tensor:
    """Every row of x [n, …] at length 1: D/‖D‖."""
    return F.normalize(x.flatten(1), dim=1).view_as(x)
