"""Colours and codecs: what a sensor, a grey picture or a JPEG file leaves of a picture."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.operators.holes import Masked
from inversion.operators.operator import Operator, Shape
from inversion.operators.task import Given, Task
from models.errors import StudioError


def check_colour(task: Task, shape: Shape) -> None:
    """Raises StudioError when a degradation before this one took the colours away."""
    if shape[0] != 3:
        raise StudioError(f"{task.title} needs a colour picture. Put it before what greys it.")


class Grey(Operator):
    """Luminance [n, 1, H, W]; seen as a grey picture."""

    def picture(self, y: Tensor) -> Tensor:
        return y.expand(-1, 3, -1, -1)

    def received(self, picture: Tensor) -> Tensor:
        return self(picture)


@dataclass(frozen=True)
class Colourisation(Task):
    """Luminance alone, by ITU-R BT.601 (deepinv's Decolorize)."""

    key = "colourisation"
    title = "Colourisation"
    summary = "Give a grey picture its colours."

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from deepinv.physics import Decolorize

        check_colour(self, shape)
        return Grey(Decolorize(), shape)


class Mosaic(Masked):
    """One colour a pixel; seen with the others black."""

    def picture(self, y: Tensor) -> Tensor:
        return y - (1 - self.mask)


@dataclass(frozen=True)
class Demosaicing(Task):
    """One colour a pixel, in Bayer's pattern (deepinv's Demosaicing); compared as inpainting is."""

    key = "demosaicing"
    title = "Demosaicing"
    summary = "Recover all colours from a sensor that saw one in each pixel."

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from deepinv.physics import Demosaicing as Physics

        check_colour(self, shape)
        return Mosaic(Physics(img_size=tuple(shape)), shape, 1 / 3)


class NonLinear(Operator):
    linear = False

    def adjoint(self, y: Tensor) -> Tensor:
        raise StudioError("This degradation is not linear, so it has no adjoint.")


@dataclass(frozen=True)
class JPEG(Task):
    """JPEG with 4:2:0 chroma, its rounding made differentiable (kornia; Reich et al. 2024)."""

    key = "jpeg"
    title = "JPEG"
    summary = "Undo the blocks and smears of strong compression."
    quality: int = knob(10, "quality that it was saved at; 95 is good, 5 awful", low=1, high=95)

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from inversion.operators.physics import Jpeg

        check_colour(self, shape)
        return NonLinear(Jpeg(float(self.quality)), shape)
