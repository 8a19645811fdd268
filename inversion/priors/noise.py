"""What the StyleGAN2 projector does with noise: disturb w at first, keep noise maps white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from inversion.knobs import knob
from inversion.latents import Theta
from inversion.priors.base import Prior, drawn
from models.generators.generator import Generator


@dataclass(frozen=True)
class LatentNoise(Prior):
    """Noise on w that fades out: std(w)·scale·max(0, 1 − t/until)² (StyleGAN2, appendix D)."""

    key = "latent-noise"
    scale: float = knob(
        0.05, "how much noise w has at first, in its standard deviations", low=0, high=1
    )
    until: float = knob(0.75, "part of the run after which that noise is gone", low=0.01, high=1)

    def perturb(
        self, theta: Theta, G: Generator, t: float, rngs: Sequence[torch.Generator]
    ) -> Theta:
        amount = self.scale * max(0.0, 1.0 - t / self.until) ** 2
        if amount == 0.0:
            return theta
        _, std = G.w_statistics()
        return {**theta, "w": theta["w"] + amount * std * drawn(theta["w"], rngs)}


@dataclass(frozen=True)
class NoisePyramid(Prior):
    """Keeps noise maps white: neighbours uncorrelated on any scale, mean 0 and variance 1.

    StyleGAN2, appendix D, eqs. 2 and 3; the sum over maps and scales is multiplied by `weight`.
    """

    key = "noise-pyramid"
    weight: float = knob(1e5, "how strongly noise maps are kept free of patterns", low=0, high=1e7)

    def penalty(self, theta: Theta, G: Generator) -> Tensor | None:
        cost: Tensor | float = 0.0
        for name, b in theta.items():
            if not name.startswith("b"):
                continue
            while True:
                cost = cost + sum(
                    (b * b.roll(1, dims=dim)).flatten(1).mean(1).square() for dim in (-1, -2)
                )
                if min(b.shape[-2:]) <= 8:
                    break
                b = F.avg_pool2d(b, 2) * 2  # the mean of four N(0, 1), back to variance 1
        return self.weight * cost if isinstance(cost, Tensor) else None

    def constrain(self, theta: Theta, G: Generator, t: float = 1.0) -> Theta:
        def white(b: Tensor) -> Tensor:
            b = b - b.mean((-1, -2), keepdim=True)
            return b * b.square().mean((-1, -2), keepdim=True).rsqrt()

        return {name: white(x) if name.startswith("b") else x for name, x in theta.items()}
