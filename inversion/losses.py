"""ℓ: small modules, each bound once to the observation, summed by their weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from inversion.knobs import Part, knob
from models.perceptual import Perceptual

Bound = Callable[[Tensor], Tensor]  # pictures [n, 3, H, W] -> distance to the observation [n]


@dataclass(frozen=True)
class Loss(Part):
    """A distance to the observation y, weighted by `weight`."""

    weight: float = knob(1.0, "weight in the sum of losses", low=0, high=100)

    def bind(self, y: Tensor, perceptual: Perceptual) -> Bound:
        """Computes once what depends on y [1, 3, H, W] alone."""
        raise NotImplementedError


@dataclass(frozen=True)
class MSE(Loss):
    """Mean squared difference of pixels in [-1, 1]."""

    key = "mse"

    def bind(self, y: Tensor, perceptual: Perceptual) -> Bound:
        return lambda x: (x - y).square().flatten(1).mean(1)


@dataclass(frozen=True)
class L1(Loss):
    """Mean absolute difference of pixels in [-1, 1]."""

    key = "l1"

    def bind(self, y: Tensor, perceptual: Perceptual) -> Bound:
        return lambda x: (x - y).abs().flatten(1).mean(1)


@dataclass(frozen=True)
class PerceptualLoss(Loss):
    """LPIPS (Zhang et al. 2018), or the embedded perceptual distance, as the network given is."""

    key = "perceptual"

    def bind(self, y: Tensor, perceptual: Perceptual) -> Bound:
        features = [each.detach() for each in perceptual.features(y)]
        return lambda x: perceptual.compare(perceptual.features(x), features)
