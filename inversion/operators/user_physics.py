"""A forward model of the user's own: any deepinv `Physics`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inversion.operators.operator import Operator, Shape, reseed
from models.errors import StudioError

OWN = "deepinv:"  # before the class's name, where a measurement names its task


class Own(Operator):
    """A physics object of deepinv, which sees pictures in [0, 1], as deepinv's own do.

    y is as it gives it; complex numbers become pairs of real ones. If y has the shape of x it is
    compared as a picture, too. A is affine in x, and `adjoint` that of its linear part.
    Raises StudioError when the physics cannot take a colour picture of the generator's size.
    """

    def __init__(self, physics: Any, shape: Shape) -> None:
        from deepinv.physics import LinearPhysics

        self.linear = isinstance(physics, LinearPhysics)
        try:
            super().__init__(physics, shape)
        except (RuntimeError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise StudioError(
                f"{type(physics).__name__} cannot measure a colour picture of {shape[2]} × "
                f"{shape[1]} pixels: {error}."
            ) from None
        self.pictorial = self.out_shape == self.shape

    def __call__(self, x: Tensor) -> Tensor:
        y = self.physics.A((x + 1) / 2)
        if not isinstance(y, Tensor):
            raise TypeError("it gives several measurements; one tensor is needed")
        return torch.view_as_real(y) if y.is_complex() else y

    def adjoint(self, y: Tensor) -> Tensor:
        level: Tensor = self.physics.A_adjoint(y)
        return level / 2

    def noise(self, y: Tensor, rng: torch.Generator) -> Tensor:
        if (model := self.noise_model) is None:
            return y
        if isinstance(model, torch.nn.Module):
            reseed(model, rng, y.device)
        try:
            noisy: Tensor = self.physics.noise(y)
        except ValueError as error:
            raise StudioError(f"The noise of this physics cannot be added. {error}") from None
        return noisy

    def picture(self, y: Tensor) -> Tensor:
        if self.pictorial:
            return y * 2 - 1
        return self.adjoint(y) if self.linear else y.new_zeros(len(y), *self.shape)

    def received(self, picture: Tensor) -> Tensor:
        if not self.pictorial:
            raise StudioError("This physics measures no picture. Give the measurement as a tensor.")
        return (picture + 1) / 2
