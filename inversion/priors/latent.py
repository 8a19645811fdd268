"""What keeps latents where the generator was trained: bounds, a sphere, nearness of layers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from inversion.knobs import knob
from inversion.latents import Theta
from inversion.priors.base import Prior
from models.generators.generator import Generator


@dataclass(frozen=True)
class ClampZ(Prior):
    """Holds every coordinate of z in [-bound, bound]; N(0, I) truncated at 2 (pix2latent)."""

    key = "truncate"
    bound: float = knob(
        2.0, "how far from 0 a coordinate of z may lie; of samples few pass 2", low=0.1, high=10
    )

    def constrain(self, theta: Theta, G: Generator, t: float = 1.0) -> Theta:
        return {**theta, "z": theta["z"].clamp(-self.bound, self.bound)}


@dataclass(frozen=True)
class TruncationTrick(Prior):
    """w ← μ + ψ(w − μ) before each step of the first part of a run, μ being the mean of w
    (Overparameterization, section 4.2); with until = 1 throughout, for upsampling (section 5.1)."""

    key = "truncation"
    psi: float = knob(
        0.9, "how far from the average picture it may be at first; 1 is free", low=0, high=1
    )
    until: float = knob(0.5, "part of the run after which it is free", low=0, high=1)

    def constrain(self, theta: Theta, G: Generator, t: float = 1.0) -> Theta:
        if t >= self.until or self.psi == 1:
            return theta
        μ = G.w_mean()
        return {**theta, "w": μ + self.psi * (theta["w"] - μ)}


@dataclass(frozen=True)
class Sphere(Prior):
    """Holds every latent and noise map at the norm that N(0, I) has: √d, of d numbers (PULSE,
    section 3.2). ILO's code holds each at the norm it was drawn with, which is that but for 1/√2d.
    """

    key = "sphere"

    def constrain(self, theta: Theta, G: Generator, t: float = 1.0) -> Theta:
        def round_(name: str, x: Tensor) -> Tensor:
            if name != "z" and not name.startswith("b"):
                return x
            axes = (-1,) if name == "z" else (-2, -1)
            return x * x.square().mean(axes, keepdim=True).clamp(min=1e-12).rsqrt()

        return {name: round_(name, x) for name, x in theta.items()}


@dataclass(frozen=True)
class Geodesic(Prior):
    """Keeps the layers' latents together: the mean over pairs of layers of 64·D², with D the angle
    between them as 2·atan2(‖x − y‖, ‖x + y‖) (PULSE's geodesic cross loss; the poster of ILO).

    512/8 = 64 for the published width of z; the factor is kept for other widths.
    """

    key = "geodesic"
    weight: float = knob(
        0.01, "how strongly layers' latents are held near each other", low=0, high=10
    )

    def penalty(self, theta: Theta, G: Generator) -> Tensor | None:
        x = theta["z"].unsqueeze(1)
        y = theta["z"].unsqueeze(2)
        layers = theta["z"].shape[1]
        rows, columns = torch.triu_indices(layers, layers, 1, device=x.device)
        between = ((x - y)[:, rows, columns], (x + y)[:, rows, columns])
        apart, together = (d.square().sum(-1).clamp(min=1e-12).sqrt() for d in between)
        angle = 2 * torch.atan2(apart, together)
        return self.weight * 64 * angle.square().mean(1)


@dataclass(frozen=True)
class PNorm(Prior):
    """P-norm⁺: the mean square of w's whitened coordinates, 1 where w is typical.

    v = leaky(w, 5) undoes the mapping network's last activation, PCA whitens it (Zhu et al. 2020,
    "Improved StyleGAN embedding", section 3). The weight is the one in its authors' code.
    """

    key = "p-norm"
    weight: float = knob(0.001, "how strongly styles are held typical", low=0, high=10)

    def penalty(self, theta: Theta, G: Generator) -> Tensor | None:
        mean, basis = G.w_principal()
        w = theta["w"].unflatten(-1, (G.rows, -1))
        v = (F.leaky_relu(w, G.w_slope) - mean) @ basis
        return self.weight * v.square().flatten(1).mean(1)


@dataclass(frozen=True)
class NearBase(Prior):
    """Holds BDInvert's base code near the one it began with: their mean squared difference.

    The paper's anchor is what an encoder trained for it draws; ours the layer's map for the
    encoder's estimate of w+, or for the mean of w where there is no encoder.
    """

    key = "near-base"
    weight: float = knob(
        10.0, "how strongly the base code is held to its beginning", low=0, high=1000
    )

    def penalty(self, theta: Theta, G: Generator) -> Tensor | None:
        name = next(name for name in theta if name.startswith("x"))
        return self.weight * (theta[name] - theta["anchor"]).square().flatten(1).mean(1)
