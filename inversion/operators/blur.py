"""Deblurring: the picture was out of focus, or the camera moved."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.operators.operator import Operator, Shape
from inversion.operators.task import Given, Task
from models.errors import StudioError


@dataclass(frozen=True)
class Deblurring(Task):
    """k ∗ x, mirrored at the borders (deepinv's Blur)."""

    key = "deblurring"
    title = "Deblurring"
    summary = "Sharpen what is out of focus, or was moved; or give a kernel of your own."
    takes = frozenset({"kernel"})
    blur: str = knob(
        "gaussian", "the kernel; own is the one you give", choices=("gaussian", "motion", "own")
    )
    sigma: float = knob(
        2.0, "radius of the Gaussian, in pixels", low=0, high=20, when=("blur", "gaussian")
    )
    length: float = knob(
        9.0, "length of the motion, in pixels", low=2, high=60, when=("blur", "motion")
    )
    angle: float = knob(
        0.0,
        "direction of the motion, degrees from the right",
        low=0,
        high=180,
        when=("blur", "motion"),
    )

    def with_given(self, given: Given) -> Self:
        return self if given.kernel is None else replace(self, blur="own")

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from deepinv.physics import Blur

        kernel = self._kernel(given)
        if max(kernel.shape) // 2 >= min(shape[1:]) or kernel.numel() == 1:
            raise StudioError(
                f"The blur kernel is {kernel.shape[1]} × {kernel.shape[0]} pixels, too "
                f"{'small' if kernel.numel() == 1 else 'large'} for a picture of {shape[2]} × "
                f"{shape[1]}. Choose another."
            )
        return Operator(Blur(kernel[None, None], padding="reflect"), shape)

    def _kernel(self, given: Given) -> Tensor:
        """[h, w], of sum 1."""
        from deepinv.physics.functional import gaussian_blur

        if self.blur == "gaussian":
            if self.sigma == 0:
                raise StudioError("A blur of radius σ = 0 changes nothing; there is none to undo.")
            kernel: Tensor = gaussian_blur(sigma=(self.sigma, self.sigma))[0, 0]
            return kernel
        if self.blur == "motion":
            return motion(self.length, self.angle)
        if given.kernel is None:
            raise StudioError("The kernel is to be your own, but none was given. Give one.")
        kernel = given.kernel.float()
        if kernel.dim() != 2 or not kernel.isfinite().all() or (kernel < 0).any():
            raise StudioError("A blur kernel must be a grey picture of numbers that are 0 or more.")
        if not kernel.sum() > 0:
            raise StudioError("This blur kernel is black all over. Give one with a white shape.")
        return kernel / kernel.sum()


def motion(length: float, angle: float) -> Tensor:
    """A straight line of that length in pixels, [k, k] of sum 1, k odd."""
    reach = math.ceil(length / 2)
    kernel = torch.zeros(2 * reach + 3, 2 * reach + 3)
    turn = math.radians(angle)
    for t in torch.linspace(-length / 2, length / 2, 16 * reach + 1).tolist():
        x, y = reach + 1 + t * math.cos(turn), reach + 1 - t * math.sin(turn)
        i, j = math.floor(y), math.floor(x)
        for row, tall in ((i, 1 - (y - i)), (i + 1, y - i)):
            for column, wide in ((j, 1 - (x - j)), (j + 1, x - j)):
                kernel[row, column] += tall * wide
    return kernel / kernel.sum()
