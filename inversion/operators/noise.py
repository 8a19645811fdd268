"""Denoising: noise of a known kind was added to the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.operators.operator import Operator, Shape
from inversion.operators.task import Given, Task
from models.errors import StudioError


@dataclass(frozen=True)
class Denoising(Task):
    """y = N(x). Fresh noise of that kind is added to the generated picture before each comparison
    (ILO's poster; SPHInX, section 5.1). Noise of other degradations is this row after theirs."""

    key = "denoising"
    title = "Denoising"
    summary = "Take away grain, photon noise, or white and black specks."
    noise: str = knob(
        "gaussian", "what kind of noise", choices=("gaussian", "poisson", "salt-and-pepper")
    )
    sigma: float = knob(
        0.2,
        "standard deviation of Gaussian noise; black to white is 2",
        low=0,
        high=2,
        when=("noise", "gaussian"),
    )
    photons: float = knob(
        30.0,
        "photons that a white pixel counts (Poisson)",
        low=1,
        high=10000,
        when=("noise", "poisson"),
    )
    amount: float = knob(
        0.1,
        "share of the numbers that salt or pepper replaces, half each",
        low=0,
        high=0.9,
        when=("noise", "salt-and-pepper"),
    )

    def estimated(self, picture: Tensor, resolution: int, settings: Mapping[str, Any]) -> Self:
        level = {"gaussian": "sigma", "poisson": "photons", "salt-and-pepper": "amount"}[self.noise]
        if f"{self.key}.{level}" in settings:
            return self
        estimate = {
            "sigma": estimate_sigma,
            "photons": estimate_photons,
            "amount": estimate_amount,
        }[level]
        return self.configure({f"{self.key}.{level}": estimate(picture)})

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from deepinv import physics as dp

        from inversion.operators.physics import OnPictures

        if self.noise == "gaussian":
            if self.sigma == 0:
                raise StudioError("σ = 0 is no noise, so there is nothing to take away.")
            model = OnPictures(dp.GaussianNoise(self.sigma / 2))
        elif len(shape) != 3:
            raise StudioError("Measured numbers can only have Gaussian noise. Choose that.")
        elif self.noise == "poisson":
            model = OnPictures(dp.PoissonNoise(1 / self.photons, clip_positive=True))
        elif self.amount == 0:
            raise StudioError("An amount of 0 is no noise, so there is nothing to take away.")
        else:
            half = self.amount / 2
            model = OnPictures(dp.SaltPepperNoise(half, half), replaces=True)
        return Operator(dp.Denoising(noise_model=model), shape)


def estimate_sigma(picture: Tensor) -> float:
    """σ of Gaussian noise, in units of the picture [1, C, h, w]: the median of |d|/0.6745 over the
    finest diagonal Haar coefficients d (Donoho and Johnstone 1994), the mean over channels.

    Pure texture counts as noise; a picture without any has 0.
    """
    x = picture[..., : picture.shape[2] // 2 * 2, : picture.shape[3] // 2 * 2]
    a, b, c, d = (x[..., i::2, j::2] for i in (0, 1) for j in (0, 1))
    diagonal = ((a - b - c + d) / 2).abs().flatten(2)
    return round(float(diagonal.quantile(0.5, dim=2).mean()) / 0.6745, 4)


def estimate_photons(picture: Tensor) -> float:
    """Photons a white pixel counts, p: 2·√level has σ = 1/√p everywhere (Anscombe 1948)."""
    level = ((picture + 1) / 2).clamp_min(0)
    variance = max(estimate_sigma(2 * level.sqrt()) ** 2, 1e-4)
    return round(min(max(1 / variance, 1.0), 10000.0), 1)


def estimate_amount(picture: Tensor) -> float:
    """The share of pure black and white among the numbers."""
    return round(min(float((picture.abs() >= 1).float().mean()), 0.9), 4)
