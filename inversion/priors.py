"""R: what keeps an answer plausible; a penalty, a disturbance while searching, or a constraint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from inversion.knobs import Part, knob
from inversion.latents import Theta
from models.generator import Generator


class Prior(Part):
    """Any of three hooks; each is the identity unless a prior says otherwise."""

    def perturb(
        self, theta: Theta, G: Generator, t: float, rngs: Sequence[torch.Generator]
    ) -> Theta:
        """θ as it is evaluated at t in [0, 1], one random generator a seed."""
        return theta

    def penalty(self, theta: Theta, G: Generator) -> Tensor | None:
        """A cost [n] added to the loss."""
        return None

    def constrain(self, theta: Theta, G: Generator) -> Theta:
        """θ moved back into the allowed set after a step."""
        return theta


def _drawn(like: Tensor, rngs: Sequence[torch.Generator]) -> Tensor:
    rows = [torch.randn(like.shape[1:], generator=rng, device=rng.device) for rng in rngs]
    return torch.stack(rows).to(like)


@dataclass(frozen=True)
class LatentNoise(Prior):
    """Noise on w that fades out: std(w)·scale·max(0, 1 − t/until)² (StyleGAN2, appendix D)."""

    key = "latent-noise"
    scale: float = knob(0.05, "noise on w at the start, in standard deviations of w", low=0, high=1)
    until: float = knob(0.75, "fraction of the run after which the noise is gone", low=0.01, high=1)

    def perturb(
        self, theta: Theta, G: Generator, t: float, rngs: Sequence[torch.Generator]
    ) -> Theta:
        amount = self.scale * max(0.0, 1.0 - t / self.until) ** 2
        if amount == 0.0:
            return theta
        _, std = G.w_statistics()
        return {**theta, "w": theta["w"] + amount * std * _drawn(theta["w"], rngs)}


@dataclass(frozen=True)
class NoisePyramid(Prior):
    """Keeps noise maps white: neighbours uncorrelated on any scale, mean 0 and variance 1.

    StyleGAN2, appendix D, eqs. 2 and 3; the sum over maps and scales is multiplied by `weight`.
    """

    key = "noise-pyramid"
    weight: float = knob(1e5, "weight of the correlation penalty on noise maps", low=0, high=1e7)

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

    def constrain(self, theta: Theta, G: Generator) -> Theta:
        def white(b: Tensor) -> Tensor:
            b = b - b.mean((-1, -2), keepdim=True)
            return b * b.square().mean((-1, -2), keepdim=True).rsqrt()

        return {name: white(x) if name.startswith("b") else x for name, x in theta.items()}


@dataclass(frozen=True)
class Truncate(Prior):
    """Holds every coordinate of z in [-bound, bound]; N(0, I) truncated at 2 (pix2latent)."""

    key = "truncate"
    bound: float = knob(2.0, "largest absolute value of a coordinate of z", low=0.1, high=10)

    def constrain(self, theta: Theta, G: Generator) -> Theta:
        return {**theta, "z": theta["z"].clamp(-self.bound, self.bound)}


@dataclass(frozen=True)
class Sphere(Prior):
    """Holds every latent and noise map at the norm that N(0, I) has: √d, of d numbers (PULSE,
    section 3.2). ILO's code holds each at the norm it was drawn with, which is that but for 1/√2d.
    """

    key = "sphere"

    def constrain(self, theta: Theta, G: Generator) -> Theta:
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
    weight: float = knob(0.01, "weight of the distance between layers' latents", low=0, high=10)

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
class Vicinal(Prior):
    """A fresh z+ and content sample for every step, so that the heads must draw the picture from
    any of them: SPHInX's vicinal regularisation (section 3.3)."""

    key = "vicinal"

    def perturb(
        self, theta: Theta, G: Generator, t: float, rngs: Sequence[torch.Generator]
    ) -> Theta:
        fresh = {name: _drawn(theta[name], rngs) for name in ("z", "s") if name in theta}
        return {**theta, **fresh}
