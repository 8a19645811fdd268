"""Pictures that differ in one attribute, in its order: drawn from one, or a person's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from kornia.enhance import adjust_brightness_accumulative
from torch import Tensor

from inversion.pictures.images import Crop, Picture, Source, fit, read, to_tensor, to_uint8
from inversion.pictures.warps import warp
from models.errors import StudioError

MIN_PICTURES, MAX_PICTURES = 2, 12  # pictures of a series


@dataclass(frozen=True)
class Series:
    """Pictures uint8 [n, H, W, 3] in the attribute's order; `own` is the row of the one that is
    inverted, of which the others are variants; `name` is what the attribute is called."""

    pictures: Picture
    own: int
    name: str

    def __post_init__(self) -> None:
        n = len(self.pictures)
        if not MIN_PICTURES <= n <= MAX_PICTURES or not 0 <= self.own < n:
            raise StudioError(
                f"A series has {MIN_PICTURES} to {MAX_PICTURES} pictures, the one that is asked "
                f"about among them; these are {n}."
            )


def _brightness(x: Tensor, factor: float) -> Tensor:
    return adjust_brightness_accumulative((x + 1) / 2, factor) * 2 - 1


@dataclass(frozen=True)
class Kind:
    """An attribute that is drawn: its levels in order, and how a picture in [-1, 1] gets one."""

    title: str
    levels: tuple[float, ...]
    own: int
    draw: Callable[[Tensor, float], Tensor]


# SPHInX, appendix B. Its variants include the unchanged picture, which α = 0 draws already; here
# the unchanged one is that picture, and the others lie on either side of it.
SERIES: dict[str, Kind] = {
    "brightness": Kind("Brightness × 0.5, 1, 1.5", (0.5, 1.0, 1.5), 1, _brightness),
    "zoom": Kind("Zoom × 1, 1.25, 1.75", (1.0, 1.25, 1.75), 0, lambda x, s: warp(x, scale=s)),
    "rotation": Kind("Rotation by 0, 22.5, 45°", (0.0, 22.5, 45.0), 0, lambda x, d: warp(x, d)),
}


def draw_series(image: Source, kind: str, size: int) -> Series:
    """A row of SERIES of the image's centre square at `size` pixels. Raises StudioError for an
    unknown kind.

    >>> series = draw_series(np.zeros((32, 32, 3), np.uint8), "rotation", 16)
    >>> series.pictures.shape, series.own
    ((3, 16, 16, 3), 0)
    """
    if kind not in SERIES:
        raise StudioError(f"There is no series {kind!r}; there are {', '.join(SERIES)}.")
    row, x = SERIES[kind], to_tensor(fit(image, size))
    return Series(to_uint8(torch.cat([row.draw(x, level) for level in row.levels])), row.own, kind)


def series_of(images: Sequence[Source], size: int, own: int = 0, name: str = "my series") -> Series:
    """A person's own pictures in the attribute's order, each one's centre square. Raises
    StudioError for too few or too many."""
    none = np.empty((0, size, size, 3), np.uint8)
    return Series(np.concatenate([none, *(fit(each, size)[None] for each in images)]), own, name)


def series_beside(
    own: Picture, others: Sequence[Source], crop: Crop, name: str = "my series"
) -> Series:
    """A picture that is cut already, and a person's own variants of it after it, in the attribute's
    order, each cut by the crop that cut the first. Raises StudioError as `series_of` does."""
    size = own.shape[0]
    return series_of([own, *(crop.apply(read(each), size) for each in others)], size, name=name)
