"""Inpainting: a part of the picture is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from inversion.knobs import knob
from inversion.losses import Loss
from inversion.operators.operator import Distance, Operator, Shape
from inversion.operators.task import Given, Task
from models.errors import StudioError
from models.perceptual.distance import Perceptual


class Masked(Operator):
    """M ⊙ x, the mask M [1, C or 1, H, W] being 1 where a number is known. In y, what is not known
    is 0, mid-grey."""

    @property
    def mask(self) -> Tensor:
        mask: Tensor = self.physics.mask
        return mask

    def put_back(self, x: Tensor, y: Tensor) -> Tensor:
        return y + (1 - self.mask) * x

    def rim_error(self, x: Tensor, y: Tensor) -> Tensor | None:
        """How badly what x has in the hole continues what is known around it, [n].

        At each place near the hole's edge, the mean colour of x inside the hole is compared with
        that of y outside of it, in a window of 3 pixels, which sees a seam, and in one of an eighth
        of the side, which sees a tone that does not belong there. The root mean square of these
        differences, in units of pictures in [-1, 1]. No loss on known pixels sees either.
        """
        if self.mask.shape[1] != 1:
            return None
        inside, outside = 1 - self.mask, self.mask
        squares = []
        for window in (3, self.shape[-1] // 8 + 1 | 1):
            near = _means(inside, window)
            far = _means(outside, window)
            seen = ((near > 0) & (far > 0)).to(x)
            apart = _means(inside * x, window) / near.clamp(min=1e-6)
            apart = apart - _means(outside * y, window) / far.clamp(min=1e-6)
            squares.append((apart.square().mean(1) * seen[:, 0]).flatten(1).sum(1) / seen.sum())
        return torch.stack(squares).mean(0).sqrt()

    def received(self, picture: Tensor) -> Tensor:
        if picture.shape[2:] != self.mask.shape[2:]:
            raise StudioError(
                f"The picture is {picture.shape[3]} × {picture.shape[2]} pixels, the mask "
                f"{self.mask.shape[3]} × {self.mask.shape[2]}; they must have one size."
            )
        return self(picture)

    def bind(
        self, loss: Loss, y: Tensor, perceptual: Perceptual, weight: Tensor | None = None
    ) -> Distance | None:
        """Perceptually, x is compared with itself where y is known put in: M·y + (1 − M)·x (ILO's
        poster), so that the hole's border must fit."""
        if not loss.pictorial:
            return super().bind(loss, y, perceptual, weight)
        unknown = 1 - self.mask
        return lambda x, measured: loss.between(x, y + unknown * x, perceptual, weight)


@dataclass(frozen=True)
class Inpainting(Task):
    """Missing pixels, painted by hand or one of the presets (deepinv's Inpainting)."""

    key = "inpainting"
    title = "Inpainting"
    summary = "Fill a hole: painted, a box, a half, scattered pixels, scratches or writing."
    takes = frozenset({"hidden"})
    hole: str = knob(
        "centre",
        "what is missing; painted is the mask you give",
        choices=("painted", "centre", "half", "random", "scratches", "text"),
    )
    share: float = knob(
        0.9,
        "share of the pixels that random hides",
        low=0.5,
        high=0.99,
        when=("hole", "random"),
    )

    def with_given(self, given: Given) -> Self:
        return self if given.hidden is None else replace(self, hole="painted")

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        from deepinv.physics import Inpainting as Physics

        hidden = given.hidden if self.hole == "painted" else self._preset(shape, rng)
        if hidden is None:
            raise StudioError("The hole is to be painted, but no mask was given. Paint one.")
        if tuple(hidden.shape) != tuple(shape[1:]):
            raise StudioError(
                f"The mask is {hidden.shape[1]} × {hidden.shape[0]} pixels, the picture "
                f"{shape[2]} × {shape[1]}; they must have one size."
            )
        hidden = hidden > 0.5
        if not hidden.any():
            raise StudioError("The mask hides nothing, so there is nothing to fill. Paint a hole.")
        if hidden.all():
            raise StudioError("The mask hides the whole picture. Leave some of it to go by.")
        known = (~hidden)[None, None].float()
        return Masked(Physics(img_size=tuple(shape), mask=known), shape, float(known.mean()))

    def _preset(self, shape: Shape, rng: torch.Generator) -> Tensor | None:
        height, width = shape[1:]
        draw: dict[str, Callable[[], Tensor]] = {
            "centre": lambda: _centre(height, width),
            "half": lambda: (torch.arange(width) >= width // 2).expand(height, width),
            "random": lambda: _scattered(height, width, self.share, rng),
            "scratches": lambda: _scratches(height, width, rng),
            "text": lambda: _text(height, width),
        }
        return draw[self.hole]().float() if self.hole in draw else None


def _means(x: Tensor, window: int) -> Tensor:
    """The mean of a square window around each pixel of x [n, C, H, W]; 0 beyond the frame."""
    return F.avg_pool2d(x, window, stride=1, padding=window // 2)


def _centre(height: int, width: int) -> Tensor:
    """The middle box of half the sides."""
    hidden = torch.zeros(height, width)
    hidden[height // 4 : height - height // 4, width // 4 : width - width // 4] = 1
    return hidden


def _scattered(height: int, width: int, share: float, rng: torch.Generator) -> Tensor:
    """Exactly that share of the pixels, rounded, but never all."""
    N = height * width
    hidden = torch.zeros(N)
    hidden[torch.randperm(N, generator=rng)[: min(N - 1, round(share * N))]] = 1
    return hidden.view(height, width)


def _scratches(height: int, width: int, rng: torch.Generator) -> Tensor:
    """Six crooked lines from edge to edge, a 40th of the picture thick."""
    canvas = np.zeros((height, width), np.uint8)
    for _ in range(6):
        ends = torch.rand(4, generator=rng)
        steps = torch.linspace(0, 1, 5)
        wobble = (torch.rand(5, generator=rng) - 0.5) / 8
        along, across = steps * 1.2 - 0.1, ends[0] + (ends[1] - ends[0]) * steps + wobble
        x, y = (along, across) if ends[2] < 0.5 else (across, along)
        points = torch.stack([x * width, y * height], 1).round().int().numpy()
        cv2.polylines(canvas, [points], False, 1, thickness=max(1, height // 40))
    return torch.from_numpy(canvas)


def _text(height: int, width: int) -> Tensor:
    """Four lines of writing over all of the picture."""
    canvas = np.zeros((height, width), np.uint8)
    scale, line = height / 110, height / 4
    for i, words in enumerate(("lorem ipsum", "dolor sit", "amet elitr", "sed diam")):
        at = (0, round(line * (i + 0.75)))
        thickness = max(1, round(height / 64))
        cv2.putText(canvas, words, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 1, thickness)
    return torch.from_numpy(canvas)
