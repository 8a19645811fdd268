"""Painted masks: where the object is that is asked for."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from inversion.pictures.blend import put_back
from inversion.pictures.decode import Source, decode
from inversion.pictures.images import Crop, Mask, Picture
from inversion.pictures.levels import Tell, layout, quiet
from models.errors import StudioError

WHITE = 128  # the darkest level that is painted


def read_mask(source: Source, tell: Tell = quiet) -> Mask:
    """A mask as bool [H, W], True on the object: a file, its bytes, a PIL image, an array or a
    tensor, as `read` takes them.

    If something is transparent, whatever is opaque is the object. Else it is what is white, from
    the middle grey on; where there are only zeros and one other number, as in a segmentation of 0
    and 1, it is that number. Floats lie in [0, 1]. Raises StudioError as `read` does, and for a
    mask without any white of which that cannot be said.

    >>> from inversion.pictures import png
    >>> half = np.zeros((16, 16, 3), np.uint8)
    >>> half[:8] = 255
    >>> int(read_mask(png(half)).sum()), int(read_mask(half[..., 0] // 255).sum())
    (128, 128)
    """
    levels = (0.0, 1.0) if isinstance(source, Tensor) and source.is_floating_point() else None
    if isinstance(source, np.ndarray | Tensor):
        values = layout(source)
        if values.shape[2] in (1, 3) and _two_valued(values := values.max(2)):
            return np.asarray(values > 0)
    decoded = decode(source, 1, levels, tell)
    if decoded.opacity is not None and decoded.opacity.min() < WHITE:
        return np.asarray(decoded.opacity >= WHITE)
    lightness = decoded.colours.max(2)
    if not 0 < lightness.max() < WHITE:
        return np.asarray(lightness >= WHITE)
    if not _two_valued(lightness):
        raise StudioError(
            f"This mask has no white: its lightest level is {lightness.max()} of 255. Paint the"
            " object white, or, if the numbers are classes, give a mask of the one that is meant."
        )
    tell(f"This mask's lightest level is {lightness.max()} of 255; it was taken for white.")
    return np.asarray(lightness > 0)


def _two_valued(values: NDArray[Any]) -> bool:
    """Whether all is 0 or one larger number."""
    most = values.max()
    return bool(np.isfinite(most) and ((values == 0) | (values == most)).all() and most > 0)


def same_shape(mask: tuple[int, ...], size: tuple[int, ...]) -> bool:
    """Whether a mask of these (height, width) covers a picture of those, up to rounding."""
    return abs(mask[0] * size[1] - mask[1] * size[0]) <= sum(size) / 2


def check_shape(mask: Mask, size: tuple[int, ...]) -> None:
    """Raises StudioError for a mask of another shape (height, width) than the picture."""
    if not same_shape(mask.shape, size):
        raise StudioError(
            f"The mask is {' × '.join(map(str, mask.shape))}, the picture {size[0]} × {size[1]} "
            "pixels (height × width); they may differ in size, but not in shape."
        )


def crop_mask(mask: Source, picture: Picture, crop: Crop, side: int) -> Mask:
    """A mask of the picture's shape, in whatever size, cropped and scaled with it: bool [side,
    side].

    Raises StudioError when it has another shape or selects nothing of the crop, or as `read_mask`.
    """
    mask = read_mask(mask)
    check_shape(mask, picture.shape[:2])
    painted = mask if mask.shape == (side, side) and crop == Crop() else moved(mask, crop, side)
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
