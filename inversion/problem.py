"""The one formula: minimise over θ  ℓ(A(G(P(θ))), y) + R(θ)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor

from inversion.latents import NOTHING, Guess, Latents, Start, Theta
from inversion.losses import MSE, Loss
from inversion.operators import Operator
from inversion.operators.operator import Distance
from inversion.priors import Prior
from models.encoders.encoder import Encoder
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual


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

    `y` is [1, …], for plain projection the picture [1, 3, H, W] in [-1, 1]; `weight` [1, 1, H, W]
    ≥ 0 says where it counts, None everywhere; `guess` is what is known of the answer before the
    search, `encoder` what told it, if anything did. Losses that look at pictures are left out where
    y is none; if none is left, MSE is used.
    """

    G: Generator
    latents: Latents
    operator: Operator
    y: Tensor
    losses: Sequence[Loss]
    priors: Sequence[Prior]
    perceptual: Perceptual
    weight: Tensor | None = None
    guess: Guess = NOTHING
    encoder: Encoder | None = None
    _bound: list[tuple[Loss, Distance]] = field(init=False)

    def __post_init__(self) -> None:
        losses = [loss for loss in self.losses if loss.weight]
        bound = self._bind(losses)
        object.__setattr__(self, "_bound", bound if bound or not losses else self._bind([MSE()]))

    def _bind(self, losses: Sequence[Loss]) -> list[tuple[Loss, Distance]]:
        known = (self.y, self.perceptual, self.weight)
        bound = [(loss, self.operator.bind(loss, *known)) for loss in losses]
        return [(loss, distance) for loss, distance in bound if distance is not None]

    def left_out(self) -> list[str]:
        """The names of those weighted losses that cannot look at this y."""
        used = {loss.key for loss, _ in self._bound}
        return [loss.key for loss in self.losses if loss.weight and loss.key not in used]

    def compare(self, images: Tensor, rngs: Sequence[torch.Generator]) -> dict[str, Tensor]:
        """ℓ(A(images), y) [n] by name of the loss, weighted; `rngs` has one a picture."""
        measured = self.operator.measure(images, rngs)
        return {
            loss.key: loss.weight * distance(images, measured) for loss, distance in self._bound
        }

    def evaluate(
        self,
        theta: Theta,
        t: float,
        rngs: Sequence[torch.Generator],
        seeds: Sequence[int] | None = None,
    ) -> Evaluation:
        """The cost of every row of θ at the fraction t of the run, differentiable in θ.

        θ has one row a seed, or several, a seed's population in a row; `rngs` has one a seed;
        `seeds` are the numbers in it of those that θ has rows of, all when None.
        """
        n = len(next(iter(theta.values())))
        rngs = rngs if seeds is None else [rngs[i] for i in seeds]
        rngs = [rng for rng in rngs for _ in range(n // len(rngs))]
        for prior in self.priors:
            theta = prior.perturb(theta, self.G, t, rngs)
        codes = self.latents.codes(self.G, theta)
        images = codes.synthesize(self.G)
        terms = self.compare(images, rngs)
        observed = torch.stack(list(terms.values())).sum(0)
        total = observed
        for prior in self.priors:
            of_drawn = prior.of_drawn(codes, images, self.G, self.encoder)
            costs = prior.penalty(theta, self.G), of_drawn
            if known := [cost for cost in costs if cost is not None]:
                terms[prior.key] = sum(known[1:], known[0])
                total = total + terms[prior.key]
        return Evaluation(theta, images, terms, observed, total, len(images))

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

    def constrain(self, theta: Theta, t: float = 1.0) -> Theta:
        """θ moved back into the set that the priors allow after the step at t."""
        for prior in self.priors:
            theta = prior.constrain(theta, self.G, t)
        return theta
