"""Pictures at the edge: files in, crops, and the way from uint8 HWC to float32 NCHW and back."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from inversion.knobs import Part, knob
from inversion.pictures.decode import (
    MIN_SIDE,
    Picture,
    Source,
    check_size,
    decode,
)
from inversion.pictures.levels import Range, Tell, quiet

__all__ = [
    "MIN_SIDE", "WHITE", "Crop", "Mask", "Picture", "Source", "as_picture", "check_size", "fit",
    "png", "read", "to_tensor", "to_uint8", "to_weight",
]  # fmt: skip

Mask = NDArray[np.bool_]  # [H, W], True where the painted object is
WHITE = "white"


def read(
    source: Source,
    smallest: int = MIN_SIDE,
    *,
    levels: Range | None = None,
    background: str = WHITE,
    tell: Tell = quiet,
) -> Picture:
    """A picture as RGB uint8 [H, W, 3], upright, in sRGB: a file (PNG, JPEG, WebP, HEIC, AVIF,
    TIFF, BMP, GIF and others), its bytes, a PIL image, an array or a tensor.

    What is turned by EXIF is turned back, a colour profile is applied, CMYK's too; what is
    transparent is laid over `background`, a colour as in CSS. Of an animation the first frame is
    taken. More than 8 bits are scaled: integers of 16 bits, or of 10 or 12 in 16; floats lie in
    [0, 1]. Of any other range, and of tensors of floats, `levels` must say which numbers are black
    and white: (-1, 1) for what a generator draws. Arrays are [H, W] or [H, W, channels], tensors
    have their channels first. `tell` is called with a sentence where there was a choice.

    Raises StudioError for anything that is no picture, is cut short, holds NaN, or is smaller than
    `smallest` or larger than 12 000 pixels a side or 50 megapixels, before it is decoded.

    >>> import numpy as np
    >>> read(png(np.zeros((20, 30, 3), np.uint8))).shape
    (20, 30, 3)
    >>> read(b"no picture")
    Traceback (most recent call last):
    models.errors.StudioError: This file is not a picture that can be read. Use PNG, ...
    """
    decoded = decode(source, smallest, levels, tell)
    if decoded.opacity is not None:
        tell(f"Its transparent parts were laid over {background}.")
    return decoded.over(background)


def as_picture(image: Source, smallest: int = MIN_SIDE) -> Picture:
    """`read`, by the name that it had for what is no file."""
    return read(image, smallest)


@dataclass(frozen=True)
class Crop(Part):
    """The square of a picture that is projected: the largest centred one unless a knob moves it."""

    key = "crop"
    zoom: float = knob(1.0, "1 takes the largest square, 4 a quarter of its side", low=1, high=16)
    x: float = knob(0.0, "-1 is the far left, 1 the far right", low=-1, high=1)
    y: float = knob(0.0, "-1 is the top, 1 the bottom", low=-1, high=1)
    angle: float = knob(0.0, "degrees, counter-clockwise", low=-45, high=45)

    def box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """left, top, right, bottom in pixels of a picture of this size."""
        side = min(width, height) / self.zoom
        left = (width - side) / 2 * (1 + self.x)
        top = (height - side) / 2 * (1 + self.y)
        return left, top, left + side, top + side

    def apply(self, picture: Picture, size: int) -> Picture:
        """The crop as [size, size, 3]; what rotation brings in from outside is mirrored.

        >>> photo = np.zeros((40, 60, 3), np.uint8)
        >>> Crop(zoom=2).box(60, 40), Crop(x=-1, angle=10).apply(photo, 16).shape
        ((20.0, 10.0, 40.0, 30.0), (16, 16, 3))
        """
        height, width = picture.shape[:2]
        left, top, right, bottom = self.box(width, height)
        if self.angle:
            centre = ((left + right) / 2, (top + bottom) / 2)
            turn = cv2.getRotationMatrix2D(centre, self.angle, 1.0)
            picture = np.asarray(
                cv2.warpAffine(
                    picture,
                    turn,
                    (width, height),
                    flags=cv2.INTER_CUBIC,
                    borderMode=cv2.BORDER_REFLECT_101,
                ),
                dtype=np.uint8,
            )
        resized = Image.fromarray(picture).resize(
            (size, size), Image.Resampling.LANCZOS, box=(left, top, right, bottom)
        )
        return np.asarray(resized)


def fit(image: Source, size: int, smallest: int = MIN_SIDE) -> Picture:
    """The centre square of a picture as uint8 [size, size, 3]; unchanged when it has that size."""
    picture = read(image, smallest)
    if picture.shape[:2] == (size, size):
        return picture
    return Crop().apply(picture, size)


def to_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """uint8 [H, W, 3] or [n, H, W, 3] -> float32 [1 or n, 3, H, W] in [-1, 1].

    >>> x = to_tensor(np.full((16, 16, 3), 255, np.uint8))
    >>> tuple(x.shape), float(x.max())
    ((1, 3, 16, 16), 1.0)
    """
    batch = torch.from_numpy(np.array(pictures, ndmin=4))
    return batch.permute(0, 3, 1, 2).float() / 127.5 - 1


def to_weight(mask: Mask) -> Tensor:
    """bool [H, W] -> float32 [1, 1, H, W], 1 where the mask is True."""
    return torch.from_numpy(np.array(mask, dtype=np.float32))[None, None]


def to_uint8(images: Tensor) -> NDArray[np.uint8]:
    """float [n, 3, H, W] in [-1, 1] -> uint8 [n, H, W, 3], clamped and rounded.

    >>> to_uint8(torch.full((1, 3, 1, 1), 2.0)).tolist()
    [[[[255, 255, 255]]]]
    """
    levels = (images.detach().float().clamp(-1, 1) + 1) * 127.5
    pixels: NDArray[np.uint8] = levels.round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    return pixels


def png(picture: Picture) -> bytes:
    """A picture as a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "png")
    return stream.getvalue()
