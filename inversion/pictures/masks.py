"""Painted masks: where the object is that is asked for."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from inversion.pictures.blend import put_back
from inversion.pictures.images import Crop, Mask, Picture, read
from models.errors import StudioError


def read_mask(source: str | Path | bytes) -> Mask:
    """A mask file (path or bytes) as bool [H, W]: True where it is white, or, if it has something
    transparent, where it is opaque. Raises StudioError as `read` does.

    >>> from inversion.pictures import png
    >>> half = np.zeros((16, 16, 3), np.uint8)
    >>> half[:8] = 255
    >>> int(read_mask(png(half)).sum())
    128
    """
    levels = read(source).max(2)
    with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
        if image.mode in ("RGBA", "LA"):
            opacity = np.asarray(image.getchannel("A"))
            levels = opacity if opacity.min() < 128 else levels
    return np.asarray(levels >= 128)


def crop_mask(mask: Mask, picture: Picture, crop: Crop, side: int) -> Mask:
    """A mask of the picture's size, cropped and scaled with it: bool [side, side].

    Raises StudioError when it has another size or selects nothing of the crop.
    """
    mask = np.asarray(mask)
    size = picture.shape[:2]
    if mask.ndim != 2 or mask.shape != size:
        raise StudioError(
            f"The mask is {' × '.join(map(str, mask.shape))}, the picture {size[0]} × {size[1]} "
            "pixels (height × width); they must have one size, and the mask one channel."
        )
    painted = mask if size == (side, side) and crop == Crop() else moved(mask, crop, side)
    if not painted.any():
        raise StudioError("The mask selects nothing of the picture. Paint over the object.")
    return painted


def moved(mask: Mask, crop: Crop, side: int) -> Mask:
    """What of a mask lies in the crop, bool [side, side]; perhaps nothing."""
    return np.asarray(crop.apply(mask * np.uint8(255), side) >= 128)


def on_photo(painted: Mask, photo: Picture, crop: Crop, before: Mask | None = None) -> Mask:
    """What was painted on a crop, bool [n, n], as a mask of the photo, bool [H, W].

    Outside the crop stays what was painted before.
    """
    constant = cv2.BORDER_CONSTANT
    inside = put_back(np.full_like(painted, 255, np.uint8), photo, crop, constant) >= 128
    here = put_back(painted * np.uint8(255), photo, crop, constant) >= 128
    return here if before is None else np.where(inside, here, before)
