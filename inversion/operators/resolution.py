"""Super-resolution: the picture was made smaller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional as F

from inversion.knobs import knob
from inversion.operators.operator import Operator, Shape
from inversion.operators.task import Given, Task
from models.errors import StudioError


class Thumbnail(Operator):
    """A smaller picture; seen enlarged, bicubic."""

    def picture(self, y: Tensor) -> Tensor:
        return F.interpolate(y, self.shape[1:], mode="bicubic", align_corners=False)


@dataclass(frozen=True)
class SuperResolution(Task):
    """A picture made smaller by a whole factor (PULSE; ILO; nearest as in Poirier-Ginter and
    Lalonde 2023, section 5.1)."""

    key = "super-resolution"
    title = "Super-resolution"
    summary = "Enlarge a thumbnail 2 to 16 times."
    factor: int = knob(4, "how many times smaller a side is: 2, 4, 8 or 16", low=2, high=16)
    kernel: str = knob(
        "bicubic",
        "how it was made smaller: antialiased bicubic, mean of a block, or one pixel of it",
        choices=("bicubic", "area", "nearest"),
    )

    def estimated(self, picture: Tensor, resolution: int, settings: Mapping[str, Any]) -> Self:
        """The factor, if the thumbnail's side is a whole part of the resolution."""
        side = min(picture.shape[2:])
        factor, rest = divmod(resolution, side)
        if "super-resolution.factor" in settings or rest or not 2 <= factor <= 16:
            return self
        return replace(self, factor=factor)

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from inversion.operators.physics import Resample

        if shape[1] % self.factor:
            raise StudioError(
                f"A factor of {self.factor} does not divide {shape[1]} pixels. "
                "Choose another factor."
            )
        return Thumbnail(Resample(shape[1], self.factor, self.kernel), shape)
