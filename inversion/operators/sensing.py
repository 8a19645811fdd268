"""Tasks whose measurement is no picture: compressed sensing, and two scanners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.operators.operator import Operator, Shape
from inversion.operators.task import Given, Task
from models.errors import StudioError


class Numbers(Operator):
    """Measured numbers. They are compared as numbers alone (ILO and SPHInX do); `picture` is what
    one gets of them without a prior."""

    pictorial = False

    def __init__(
        self, *args: object, back: Callable[[Tensor], Tensor] | None = None, **options: object
    ) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # Operator's own
        self.back = back or self.adjoint

    def picture(self, y: Tensor) -> Tensor:
        return self.back(y).expand(-1, self.shape[0], -1, -1)

    def received(self, picture: Tensor) -> Tensor:
        raise StudioError(
            "This task starts from measured numbers, not from a picture. Give a measurement, or a "
            "clean picture to be measured."
        )


@dataclass(frozen=True)
class CompressedSensing(Task):
    """Partial circulant measurements with random signs (ILO; SPHInX, section 5.2)."""

    key = "compressed-sensing"
    title = "Compressed sensing"
    summary = "Recover a picture from few random sums of its pixels."
    percent: float = knob(
        10.0, "measured numbers, in percent of the picture's own", low=0.5, high=50
    )

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from inversion.operators.physics import PartialCirculant

        m = max(1, round(self.percent / 100 * torch.Size(shape).numel()))
        return Numbers(PartialCirculant(shape, m, rng), shape)


@dataclass(frozen=True)
class MRI(Task):
    """Undersampled Fourier lines of the luminance (deepinv's MRI, one coil)."""

    key = "mri"
    title = "Undersampled MRI"
    summary = "Recover a scan from a few lines of its Fourier plane, as a shorter scan measures."
    acceleration: float = knob(4.0, "how many times fewer lines are measured", low=1.5, high=16)
    centre: float = knob(
        0.08, "share of all lines that is measured in the middle in any case", low=0, high=0.5
    )

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from deepinv.physics import MRI as Physics

        from inversion.operators.physics import Scanner

        _, height, width = shape
        lines = self._lines(width, rng)
        inner = Physics(mask=lines.float().expand(height, width).clone())
        physics = Scanner(inner, shape[0], complex=True)

        def zero_filled(y: Tensor) -> Tensor:
            real: Tensor = inner.A_adjoint(y)[:, :1]
            return real

        return Numbers(physics, shape, float(lines.float().mean()), back=zero_filled)

    def _lines(self, width: int, rng: torch.Generator) -> Tensor:
        """Which columns are measured, bool [width]: those in the middle, and others at random."""
        wanted = max(1, round(width / self.acceleration))
        middle = min(wanted, max(1, round(self.centre * width)))
        first = width // 2 - middle // 2
        lines = torch.zeros(width, dtype=torch.bool)
        lines[first : first + middle] = True
        others = (~lines).nonzero().flatten()
        lines[others[torch.randperm(len(others), generator=rng)[: wanted - middle]]] = True
        return lines


@dataclass(frozen=True)
class CT(Task):
    """Parallel projections of the luminance from a part of all directions (deepinv's Tomography),
    scaled so that a picture of one grey keeps its norm. Around the picture is mid-grey."""

    key = "ct"
    title = "Limited-angle CT"
    summary = "Recover a scan from X-ray projections that see it from some sides only."
    angles: int = knob(30, "number of projections", low=2, high=180)
    arc: float = knob(90.0, "degrees over which they are spread; 180 sees all", low=10, high=180)

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from deepinv.physics import Tomography

        from inversion.operators.physics import Scanner

        angles = torch.arange(self.angles) * (self.arc / self.angles)
        # deepinv's own normalisation draws from the global generator
        inner = Tomography(angles=angles, img_width=shape[1], normalize=False)
        grey = torch.ones(1, 1, *shape[1:])
        scale = float(grey.norm() / inner.A(grey).norm())
        physics = Scanner(inner, shape[0], complex=False, scale=scale)
        return Numbers(physics, shape, back=lambda y: inner.fbp(y / physics.scale))
