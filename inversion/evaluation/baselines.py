"""BASELINES: restoration without a generator, to show what the prior adds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
import torch
from torch import Tensor

from inversion.knobs import Part, knob
from inversion.metrics import assess
from inversion.operators import Operator
from inversion.operators.degradation import Degradation, What
from inversion.operators.holes import Masked
from inversion.operators.measurement import Measurement
from inversion.operators.observation import Observation, observe
from inversion.operators.resolution import Thumbnail
from inversion.pictures.images import Picture, Source, to_tensor, to_uint8
from models import load_perceptual
from models.errors import StudioError
from models.perceptual.distance import Perceptual


class Baseline(Part):
    """Subclasses are frozen dataclasses of knobs; `title` and `summary` are for a newcomer."""

    title: ClassVar[str]
    summary: ClassVar[str]

    def refuses(self, A: Operator) -> str | None:
        """Why this baseline cannot undo A, in a sentence; None when it can."""
        return None

    def restore(self, A: Operator, y: Tensor) -> Tensor:
        """The restored picture [1, 3, H, W] of y [1, …], about in [-1, 1]."""
        raise NotImplementedError


@dataclass(frozen=True)
class TotalVariation(Baseline):
    """min ½‖A(x) − y‖² + λ·TV(x) by FISTA (Beck and Teboulle 2009), with deepinv's TV."""

    key = "total-variation"
    title = "Total variation"
    summary = "The flattest picture that agrees with the measurement; undoes every degradation."
    steps: int = knob(100, "steps", low=1, high=2000)
    weight: float = knob(
        0.0,
        "λ; 0 takes 0.6 of the noise's standard deviation, at least 0.01, times ‖A‖²",
        low=0,
        high=10,
    )

    def restore(self, A: Operator, y: Tensor) -> Tensor:
        from deepinv.optim.prior import TVPrior

        noise = A.noise(y, torch.Generator().manual_seed(0)) - y
        L = _curvature(A, y)
        λ = self.weight or L * max(0.01, 0.6 * float(noise.square().mean().sqrt()))
        step = 0.95 / L
        tv = TVPrior(def_crit=1e-6, n_it_max=10)
        tv.TVModel.tau = 0.2  # for pixels in [-1, 1]; its own is for [0, 255]
        x = z = A.picture(y)
        t = 1.0
        for _ in range(self.steps):
            before, x = x, tv.prox(z - step * _gradient(A, y, z), gamma=λ * step)
            t, last = (1 + (1 + 4 * t * t) ** 0.5) / 2, t
            z = x + (last - 1) / t * (x - before)
        return x


def _gradient(A: Operator, y: Tensor, x: Tensor) -> Tensor:
    """Of ½‖A(x) − y‖² at x."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        return torch.autograd.grad((A(x) - y).square().sum() / 2, x)[0]


def _curvature(A: Operator, y: Tensor) -> float:
    """The largest eigenvalue of AᵀA by 30 power iterations; 1 if A is not linear."""
    if not A.linear:
        return 1.0
    rng = torch.Generator().manual_seed(0)
    v = torch.randn(1, *A.shape, generator=rng).to(y.device)
    nothing = A(torch.zeros_like(v))
    for _ in range(30):
        v = A.adjoint(A(v / v.norm()) - nothing)
    return float(v.norm())


@dataclass(frozen=True)
class Telea(Baseline):
    """Fast marching from the border of the hole inwards (Telea 2004, OpenCV)."""

    key = "telea"
    title = "OpenCV's hole filling"
    summary = "Continues what surrounds the hole."
    radius: int = knob(3, "pixels around each that it looks at", low=1, high=30)

    def refuses(self, A: Operator) -> str | None:
        if isinstance(A, Masked) and A.mask.shape[1] == 1:
            return None
        return f"{self.title} is for inpainting alone. Choose total variation."

    def restore(self, A: Operator, y: Tensor) -> Tensor:
        assert isinstance(A, Masked)
        hidden = (A.mask[0, 0].cpu().numpy() == 0).astype(np.uint8)
        filled = cv2.inpaint(to_uint8(y)[0], hidden, self.radius, cv2.INPAINT_TELEA)
        unknown = 1 - A.mask
        return y + unknown * to_tensor(np.asarray(filled, np.uint8)).to(y.device)


@dataclass(frozen=True)
class Bicubic(Baseline):
    """Bicubic interpolation between the thumbnail's pixels."""

    key = "bicubic"
    title = "Bicubic enlargement"
    summary = "What every picture viewer does."

    def refuses(self, A: Operator) -> str | None:
        alone = isinstance(A, Thumbnail)
        return None if alone else f"{self.title} is for super-resolution alone."

    def restore(self, A: Operator, y: Tensor) -> Tensor:
        return A.picture(y)


BASELINES: dict[str, Baseline] = {row.key: row for row in (TotalVariation(), Telea(), Bicubic())}


def suited(A: Operator) -> Baseline:
    """The most special row of BASELINES that can undo A."""
    return next(row for row in reversed(BASELINES.values()) if row.refuses(A) is None)


@dataclass(frozen=True)
class Restored:
    """A baseline's answer, to be shown beside an `Inversion`: the same target, measurement and
    metrics, but one picture, uint8 [H, W, 3], and no codes."""

    baseline: str
    picture: Picture
    target: Picture
    measurement: Measurement
    metrics: dict[str, list[float]]
    seconds: float


@torch.no_grad()
def restore(
    image: Source | Tensor | Measurement | Observation,
    resolution: int,
    baseline: str | Baseline = "total-variation",
    *,
    task: What = "projection",
    degradation: Degradation | None = None,
    settings: Mapping[str, Any] | None = None,
    perceptual: Perceptual | None = None,
    device: torch.device | str = "cpu",
) -> Restored:
    """`image` restored without a generator. `image`, `task` and `degradation` are `solve`'s;
    `settings` are the baseline's knobs.

    Raises StudioError for an unknown baseline, or one that cannot undo the task.

    >>> photo = np.full((64, 64, 3), 128, np.uint8)
    >>> restore(photo, 64, "bicubic", task="super-resolution").picture.shape
    (64, 64, 3)
    """
    if isinstance(baseline, str) and baseline not in BASELINES:
        raise StudioError(f"There is no baseline {baseline!r}; there is {', '.join(BASELINES)}.")
    row = BASELINES[baseline] if isinstance(baseline, str) else baseline
    if unknown := (settings or {}).keys() - row.knobs().keys():
        raise StudioError(f"{row.title} has no setting {', '.join(sorted(unknown))}.")
    row = row.configure(settings or {})
    seen = observe(image, resolution, Degradation.of(task, degradation), device)
    if seen.measurement is None:
        raise StudioError("A baseline undoes a degradation, but there is none. Choose a task.")
    if (reason := row.refuses(seen.operator)) is not None:
        raise StudioError(reason)
    distance = perceptual or load_perceptual("embedded", device=str(device))
    began = time.monotonic()
    shown = to_uint8(row.restore(seen.operator, seen.y))
    seconds = time.monotonic() - began
    where = seen.y.device
    metrics = assess(shown, seen.target, distance, where, measurement=seen.measurement)
    return Restored(row.key, shown[0], seen.target, seen.measurement, metrics, seconds)
