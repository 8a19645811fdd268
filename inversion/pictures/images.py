"""Pictures at the edge: files in, crops, and the way from uint8 HWC to float32 NCHW and back."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from inversion.knobs import Part, knob
from models.errors import StudioError

Picture = NDArray[np.uint8]  # [H, W, 3] RGB
Mask = NDArray[np.bool_]  # [H, W], True where the painted object is
Source = Picture | Image.Image | str | Path

MAX_SIDE = 12_000
MAX_PIXELS = 50_000_000
MIN_SIDE = 16


def read(source: str | Path | bytes, smallest: int = MIN_SIDE) -> Picture:
    """A picture file (path or bytes) as RGB uint8 [H, W, 3], upright.

    EXIF rotation is applied, transparency is laid over white, 16-bit is scaled to 8, the first
    frame of an animation is taken. Raises StudioError for anything that is no picture, is cut
    short, or is smaller than `smallest` or larger than 12 000 pixels a side.

    >>> import numpy as np
    >>> read(png(np.zeros((20, 30, 3), np.uint8))).shape
    (20, 30, 3)
    >>> read(b"no picture")
    Traceback (most recent call last):
    models.errors.StudioError: This file is not a picture that can be read. Use PNG, ...
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(stream) as image:
                check_size(*image.size, smallest)
                return _upright_rgb(image)
    except FileNotFoundError:
        raise StudioError(f"There is no file {source!s}.") from None
    except (UnidentifiedImageError, IsADirectoryError):
        raise StudioError(
            "This file is not a picture that can be read. Use PNG, JPEG, WebP, TIFF, BMP or GIF."
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise StudioError(
            "This picture is damaged or cut short. Save it again and upload the new file."
        ) from None


def check_size(width: int, height: int, smallest: int = MIN_SIDE) -> None:
    """Raises StudioError when a picture of this size cannot be worked on."""
    if min(width, height) < smallest:
        raise StudioError(
            f"This picture is {width} × {height} pixels; it needs at least {smallest} on each side."
        )
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise StudioError(
            f"This picture is {width} × {height} pixels; the limit is {MAX_SIDE} a side and "
            f"{MAX_PIXELS // 10**6} megapixels. Make it smaller first."
        )


def _upright_rgb(image: Image.Image) -> Picture:
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I") or upright.mode == "F":
        values = np.asarray(upright, dtype=np.float64)
        top = 1.0 if upright.mode == "F" and values.max() <= 1.0 else 255.0
        top = 65535.0 if values.max() > 255 else top
        levels = np.clip(values / top, 0, 1) * 255 + 0.5
        upright = Image.fromarray(levels.astype(np.uint8))
    if "A" in upright.getbands() or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        upright = Image.new("RGBA", layer.size, "white")
        upright.alpha_composite(layer)
    return np.asarray(upright.convert("RGB"))


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


def as_picture(image: Source, smallest: int = MIN_SIDE) -> Picture:
    """Any source as uint8 [H, W, 3]. Raises StudioError when it is no colour picture, or as `read`
    and `check_size` do."""
    if isinstance(image, str | Path):
        return read(image, smallest)
    picture = np.asarray(image.convert("RGB") if isinstance(image, Image.Image) else image)
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise StudioError("A picture must be RGB uint8 [height, width, 3], a PIL image or a file.")
    return picture


def fit(image: Source, size: int, smallest: int = MIN_SIDE) -> Picture:
    """The centre square of a picture as uint8 [size, size, 3]; unchanged when it has that size."""
    picture = as_picture(image, smallest)
    if picture.shape[:2] == (size, size):
        return picture
    check_size(picture.shape[1], picture.shape[0], smallest)
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
