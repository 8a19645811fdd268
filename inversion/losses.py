"""ℓ: small modules, each bound once to the observation, summed by their weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from inversion.knobs import Part, knob
from models.perceptual import Perceptual

Bound = Callable[[Tensor], Tensor]  # pictures [n, 3, H, W] -> distance to the observation [n]


def mean(x: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean of each of x [n, C, H, W] -> [n], weighted by weight [1, 1, H, W] where there is one."""
    if weight is None:
        return x.flatten(1).mean(1)
    return (x.mean(1, keepdim=True) * weight).flatten(1).sum(1) / weight.sum()


@dataclass(frozen=True)
class Loss(Part):
    """A distance to the observation y, weighted by `weight`."""

    weight: float = knob(1.0, "weight in the sum of losses", low=0, high=100)

    def bind(self, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None) -> Bound:
        """Computes once what depends on y [1, 3, H, W] and weight [1, 1, H, W] ≥ 0 alone.

        A weight, the painted mask, makes every mean a weighted one (pix2latent, appendix B, eq. 1).
        """
        raise NotImplementedError


@dataclass(frozen=True)
class MSE(Loss):
    """Mean squared difference of pixels in [-1, 1]."""

    key = "mse"

    def bind(self, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None) -> Bound:
        return lambda x: mean((x - y).square(), weight)


@dataclass(frozen=True)
class L1(Loss):
    """Mean absolute difference of pixels in [-1, 1]."""

    key = "l1"

    def bind(self, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None) -> Bound:
        return lambda x: mean((x - y).abs(), weight)


@dataclass(frozen=True)
class PerceptualLoss(Loss):
    """LPIPS (Zhang et al. 2018), or the embedded perceptual distance, as the network given is."""

    key = "perceptual"

    def bind(self, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None) -> Bound:
        features = [each.detach() for each in perceptual.features(y)]
        return lambda x: perceptual.compare(perceptual.features(x), features, weight)
