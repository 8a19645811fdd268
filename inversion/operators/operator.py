"""A, made: an operator that has drawn its mask, rows or kernel, and what it shows and compares."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor

from inversion.losses import Bound, Loss
from models.errors import StudioError
from models.perceptual.distance import Perceptual

if TYPE_CHECKING:
    from deepinv.physics import NoiseModel, Physics

Shape = tuple[int, ...]  # of one picture or measurement, without the batch
Distance = Callable[[Tensor, Tensor], Tensor]  # pictures x and their measurement -> [n]


class Operator:
    """y = N(A(x)) of pictures x [n, 3, H, W] in [-1, 1], as a deepinv `Physics`.

    shape      of one x; out_shape of one y
    linear     whether A is linear, so that `adjoint` exists
    pictorial  whether the perceptual distance may look at y; else losses compare numbers alone
    fraction   the share of y's entries that were measured; the others are 0 by construction

    Solvers reach x through A by autograd, so that every A is differentiable, JPEG included.
    """

    pictorial: bool = True
    linear: bool = True

    def __init__(self, physics: Physics, shape: Shape, fraction: float = 1.0) -> None:
        self.physics = physics
        self.shape = tuple(shape)
        self.fraction = fraction
        self.device = next(iter(physics.buffers()), torch.empty(0)).device
        with torch.no_grad():
            self.out_shape = tuple(self(torch.zeros(1, *shape, device=self.device)).shape[1:])

    def __call__(self, x: Tensor) -> Tensor:
        """A(x), without noise."""
        y: Tensor = self.physics.A(x)
        return y

    def adjoint(self, y: Tensor) -> Tensor:
        """Aᵀy [n, 3, H, W] of a linear operator."""
        x: Tensor = self.physics.A_adjoint(y)
        return x

    @property
    def noise_model(self) -> NoiseModel | None:
        """N as deepinv has it; None when A alone is the measurement."""
        from deepinv.physics import ZeroNoise

        model = self.physics.noise_model
        return None if isinstance(model, ZeroNoise) else model

    def noise(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """N(y), drawn from `rng` on its device."""
        if (model := self.noise_model) is None:
            return y
        reseed(model, rng, rng.device)
        noisy: Tensor = model(y.to(rng.device))
        return noisy.to(y)

    def measure(self, x: Tensor, rngs: Sequence[torch.Generator]) -> Tensor:
        """A(x) with fresh noise, a generator a row: what a search compares with y (ILO's poster,
        SPHInX section 5.1). The noise is added, so A's gradient is unchanged; where it replaces
        an entry, the entry has none.
        """
        clean = self(x)
        if (model := self.noise_model) is None:
            return clean
        still = clean.detach()
        noisy = torch.cat([self.noise(still[i : i + 1], rng) for i, rng in enumerate(rngs)])
        if getattr(model, "replaces", False):
            return torch.where(noisy == still, clean, noisy)
        return clean + (noisy - still)

    def picture(self, y: Tensor) -> Tensor:
        """y as a picture of x's shape: as near as one looks without a prior; differentiable."""
        return y

    def put_back(self, x: Tensor, y: Tensor) -> Tensor | None:
        """x [n, 3, H, W] with the pixels observed in y pasted in; None if A observes no whole
        pixel."""
        return None

    def rim_error(self, x: Tensor, y: Tensor) -> Tensor | None:
        """How far x [n, 3, H, W] is at the rim of a hole from what y has beside it, [n]; None if A
        leaves no hole. See `holes.Masked`."""
        return None

    def received(self, picture: Tensor) -> Tensor:
        """The measurement that a degraded picture [1, 3, h, w] in [-1, 1] is."""
        return picture

    def bind(
        self, loss: Loss, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None
    ) -> Distance | None:
        """ℓ(A(x), y) as a function of x and what `measure` made of it. None when the loss looks at
        pictures and y is none."""
        if not loss.pictorial:
            numbers: Bound = loss.bind(y, perceptual, weight)
            return lambda x, measured: numbers(measured)
        if not self.pictorial:
            return None
        seen: Bound = loss.bind(self.picture(y), perceptual, weight)
        return lambda x, measured: seen(self.picture(measured))

    @torch.no_grad()
    def error(self, x: Tensor, y: Tensor) -> Tensor:
        """Root mean square of A(x) − y over the entries that were measured, [n].

        In y's units: levels of a picture in [-1, 1], or the numbers of compressed sensing, MRI, CT.
        """
        return ((self(x) - y).square().flatten(1).mean(1) / self.fraction).sqrt()

    def state_dict(self) -> dict[str, Tensor]:
        """All that was drawn or given: mask, rows, signs, kernel, noise level; real tensors."""
        state = self.physics.state_dict()
        return {
            name: (real(x) if x.is_complex() else x).detach().cpu().clone()
            for name, x in state.items()
        }

    def load(self, state: Mapping[str, Tensor]) -> Self:
        """This operator with that state. Raises StudioError when it belongs to another."""
        mine = self.physics.state_dict()
        fits = mine.keys() == state.keys() and all(
            (real(x) if x.is_complex() else x).shape == state[name].shape
            for name, x in mine.items()
        )
        if not fits:
            raise StudioError(
                "This measurement belongs to another operator. Choose the task that it was made by."
            )
        self.physics.load_state_dict(
            {
                name: torch.view_as_complex(state[name]) if x.is_complex() else state[name]
                for name, x in mine.items()
            }
        )
        return self

    def to(self, device: torch.device | str) -> Self:
        """Moves it, in place."""
        self.physics.to(device)
        self.device = torch.device(device)
        return self


class Identity(Operator):
    """Plain projection: the observation is the picture itself."""

    def __init__(self, shape: Shape) -> None:
        self.shape = self.out_shape = tuple(shape)
        self.fraction = 1.0
        self.device = torch.device("cpu")

    def __call__(self, x: Tensor) -> Tensor:
        return x

    def adjoint(self, y: Tensor) -> Tensor:
        return y

    def measure(self, x: Tensor, rngs: Sequence[torch.Generator]) -> Tensor:
        return x

    @property
    def noise_model(self) -> None:
        return None

    def state_dict(self) -> dict[str, Tensor]:
        return {}

    def load(self, state: Mapping[str, Tensor]) -> Self:
        return self

    def to(self, device: torch.device | str) -> Self:
        self.device = torch.device(device)
        return self


class Composed(Operator):
    """Degradations one after the other: A_k(… A_1(x)), with the last one's noise (deepinv)."""

    def __init__(self, operators: Sequence[Operator]) -> None:
        from inversion.operators.physics import compose

        self.operators = tuple(operators)
        self.linear = all(each.linear for each in operators)
        self.pictorial = all(each.pictorial for each in operators)
        super().__init__(
            compose([each.physics for each in operators]),
            operators[0].shape,
            math.prod(each.fraction for each in operators),
        )

    def picture(self, y: Tensor) -> Tensor:
        for each in reversed(self.operators):
            y = each.picture(y)
        return y

    def received(self, picture: Tensor) -> Tensor:
        for each in self.operators:
            picture = each.received(picture)
        return picture


def real(x: Tensor) -> Tensor:
    """Complex numbers as pairs [..., 2]."""
    return torch.view_as_real(x.resolve_conj())


def reseed(model: NoiseModel, rng: torch.Generator, device: torch.device) -> None:
    """Moves a noise model to a device, with a generator of its own, seeded from `rng`.

    deepinv's noise models copy the generator that they hold, so `rng` itself would never advance.
    """
    number = int(torch.randint(2**62, (), generator=rng, device=rng.device))
    parts = [each for each in model.modules() if hasattr(each, "rng")]
    for each in parts:
        each.rng = None
    model.to(device)
    for each in parts:
        each.rng = torch.Generator(device).manual_seed(number)
