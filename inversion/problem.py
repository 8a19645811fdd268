"""The one formula: minimise over θ  ℓ(A(G(P(θ))), y) + R(θ)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from inversion.latents import Latents, Theta
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


@dataclass(frozen=True)
class Problem:
    """G, P, A, y, ℓ and R put together; `y` is [1, 3, H, W] in [-1, 1]."""

    G: Generator
    latents: Latents
    operator: Callable[[Tensor], Tensor]
    y: Tensor
    losses: Sequence[Loss]
    priors: Sequence[Prior]
    perceptual: Perceptual
    _bound: list[tuple[Loss, Bound]] = field(init=False)

    def __post_init__(self) -> None:
        bound = [(loss, loss.bind(self.y, self.perceptual)) for loss in self.losses if loss.weight]
        object.__setattr__(self, "_bound", bound)

    def evaluate(self, theta: Theta, t: float, rngs: Sequence[torch.Generator]) -> Evaluation:
        """The cost of every seed's θ at the fraction t of the run, differentiable in θ."""
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
        return Evaluation(theta, images, terms, observed, total)

    def constrain(self, theta: Theta) -> Theta:
        """θ moved back into the set that the priors allow."""
        for prior in self.priors:
            theta = prior.constrain(theta, self.G)
        return theta
