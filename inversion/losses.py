"""ℓ: small modules, each bound once to the observation, summed by their weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from inversion.knobs import Part, knob
from models.perceptual.distance import Perceptual

__all__ = ["L1", "MSE", "Bound", "Loss", "PerceptualLoss", "mean"]

Bound = Callable[[Tensor], Tensor]  # pictures or measurements [n, …] -> distance to y's [n]


def mean(x: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean of each of x [n, …] -> [n], of x [n, C, H, W] weighted by weight [1, 1, H, W] if any."""
    if weight is None:
        return x.flatten(1).mean(1)
    return (x.mean(1, keepdim=True) * weight).flatten(1).sum(1) / weight.sum()


@dataclass(frozen=True)
class Loss(Part):
    """A distance to the observation y, weighted by `weight`.

    `pictorial` losses look at pictures; the others compare any measured numbers.
    """

    pictorial: ClassVar[bool] = False
    weight: float = knob(1.0, "weight in the sum of losses", low=0, high=100)

    def bind(self, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None) -> Bound:
        """Computes once what depends on y [1, …] and weight [1, 1, H, W] ≥ 0 alone.

        A weight, the painted mask, makes every mean a weighted one (pix2latent, appendix B, eq. 1).
        """
        return lambda x: self.between(x, y, perceptual, weight)

    def between(
        self, x: Tensor, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None
    ) -> Tensor:
        """The distance [n] of x from y, [n, …] or [1, …], for a y that changes."""
        raise NotImplementedError


@dataclass(frozen=True)
class MSE(Loss):
    """Mean squared difference of pixels in [-1, 1], or of measurements."""

    key = "mse"
    weight: float = knob(1.0, "how much pixels' squared differences count", low=0, high=100)

    def between(
        self, x: Tensor, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None
    ) -> Tensor:
        return mean((x - y).square(), weight)


@dataclass(frozen=True)
class L1(Loss):
    """Mean absolute difference of pixels in [-1, 1], or of measurements."""

    key = "l1"
    weight: float = knob(1.0, "how much pixels' absolute differences count", low=0, high=100)

    def between(
        self, x: Tensor, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None
    ) -> Tensor:
        return mean((x - y).abs(), weight)


@dataclass(frozen=True)
class PerceptualLoss(Loss):
    """LPIPS (Zhang et al. 2018), or the embedded perceptual distance, as the network given is."""

    key = "perceptual"
    pictorial = True
    weight: float = knob(1.0, "how much the perceptual distance counts", low=0, high=100)

    def bind(self, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None) -> Bound:
        features = [each.detach() for each in perceptual.features(y)]
        return lambda x: perceptual.compare(perceptual.features(x), features, weight)

    def between(
        self, x: Tensor, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None
    ) -> Tensor:
        distance: Tensor = perceptual(x, y, weight)
        return distance
