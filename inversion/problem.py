"""The one formula: minimise over θ  ℓ(A(G(P(θ))), y) + R(θ)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor

from inversion.latents import NOTHING, Guess, Latents, Start, Theta
from inversion.losses import Bound, Loss
from inversion.priors import Prior
from models.generator import Generator
from models.perceptual import Perceptual


@dataclass(frozen=True)
class Evaluation:
    """One look at θ: the θ that was drawn, its pictures [n, 3, H, W], what they cost, [n] each."""

    theta: Theta
    images: Tensor
    terms: dict[str, Tensor]  # the weighted losses and penalties by name
    observed: Tensor  # ℓ alone, by which the best is kept
    total: Tensor  # ℓ + R, which is minimised
    drawn: int  # pictures that were drawn for it

    def rows(self, index: Tensor) -> Evaluation:
        """Those rows of it [m], detached: the best of each seed's population, for example."""
        return Evaluation(
            {name: x.detach()[index] for name, x in self.theta.items()},
            self.images.detach()[index],
            {name: term.detach()[index] for name, term in self.terms.items()},
            self.observed.detach()[index],
            self.total.detach()[index],
            self.drawn,
        )


@dataclass(frozen=True)
class Problem:
    """G, P, A, y, ℓ and R put together.

    `y` is [1, 3, H, W] in [-1, 1]; `weight` [1, 1, H, W] ≥ 0 says where it counts, None everywhere;
    `guess` is what is known of the answer before the search.
    """

    G: Generator
    latents: Latents
    operator: Callable[[Tensor], Tensor]
    y: Tensor
    losses: Sequence[Loss]
    priors: Sequence[Prior]
    perceptual: Perceptual
    weight: Tensor | None = None
    guess: Guess = NOTHING
    _bound: list[tuple[Loss, Bound]] = field(init=False)

    def __post_init__(self) -> None:
        bound = [
            (loss, loss.bind(self.y, self.perceptual, self.weight))
            for loss in self.losses
            if loss.weight
        ]
        object.__setattr__(self, "_bound", bound)

    def evaluate(self, theta: Theta, t: float, rngs: Sequence[torch.Generator]) -> Evaluation:
        """The cost of every row of θ at the fraction t of the run, differentiable in θ.

        θ has one row a seed, or several, a seed's population in a row; `rngs` has one a seed.
        """
        n = len(next(iter(theta.values())))
        rngs = [rng for rng in rngs for _ in range(n // len(rngs))]
        for prior in self.priors:
            theta = prior.perturb(theta, self.G, t, rngs)
        images = self.latents.codes(self.G, theta).synthesize(self.G)
        observation = self.operator(images)
        terms = {loss.key: loss.weight * distance(observation) for loss, distance in self._bound}
        observed = torch.stack(list(terms.values())).sum(0)
        total = observed
        for prior in self.priors:
            if (penalty := prior.penalty(theta, self.G)) is not None:
                terms[prior.key] = penalty
                total = total + penalty
        return Evaluation(theta, images, terms, observed, total, n)

    def start(self, rngs: Sequence[torch.Generator]) -> Start:
        """Where the search begins, one row of θ for each of `rngs`."""
        return Start(
            theta=self.latents.start(self.G, rngs, self.guess),
            centre=self.latents.centre(self.G, self.guess),
            rngs=rngs,
            rates=self.latents.rates(),
            deeper=partial(self.latents.deeper, self.G),
            guessed=self.guess.z is not None or self.guess.ws is not None,
        )

    def constrain(self, theta: Theta) -> Theta:
        """θ moved back into the set that the priors allow."""
        for prior in self.priors:
            theta = prior.constrain(theta, self.G)
        return theta
