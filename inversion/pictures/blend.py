"""Blending the projected object back into the photo that it was cropped from."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inversion.pictures.images import Crop, Mask, Picture
from models.errors import StudioError

ERODED = 3  # pixels that OpenCV takes off a mask's edge before it solves
BORDER = 16  # pixels that the photo is continued beyond its edges, where OpenCV would fail
FEATHER = 0.03  # of the crop's side: how wide the way from the object to the untouched photo is


def blend(photo: Picture, picture: Picture, crop: Crop, mask: Mask | None = None) -> Picture:
    """The photo, uint8 [H, W, 3], with the projected object in it; of the photo's size.

    `picture`, uint8 [n, n, 3], is what a generator drew for `crop.apply(photo, n)`; it goes back to
    where the crop came from. `mask`, bool [n, n], is the object in it, as `Inversion.mask` is;
    without one all of the crop is taken, up to a border in which it fades into the photo.

    The object keeps its gradients and takes its level from around it: Poisson image editing (Pérez
    et al. 2003; pix2latent, section 3.6), OpenCV's. Further than the width of the feather from the
    object, no pixel of the photo changes. Raises StudioError when the parts do not fit together.

    >>> photo = np.full((64, 96, 3), 90, np.uint8)
    >>> drawn = np.full((32, 32, 3), 200, np.uint8)
    >>> blended = blend(photo, drawn, Crop(zoom=2))
    >>> blended.shape, bool((blended[:, :8] == photo[:, :8]).all())
    ((64, 96, 3), True)
    """
    _check(photo, picture, mask)
    height, width = photo.shape[:2]
    left, top, right, bottom = crop.box(width, height)
    side = max(1, round(right - left))
    feather = max(2, round(FEATHER * side))
    object_there = put_back(_resized(picture, side), photo, crop, cv2.BORDER_REPLICATE)
    painted = np.ones(picture.shape[:2], np.uint8) if mask is None else mask.astype(np.uint8)
    levels = put_back(_resized(painted * np.uint8(255), side), photo, crop, cv2.BORDER_CONSTANT)
    where = levels >= min(128, levels.max())
    if mask is None:
        where = _depth(where) > feather
    if not where.any():
        raise StudioError("The object is less than a pixel of the photo. Paint more of it.")
    solved = _poisson(photo, object_there, where)
    alpha = np.clip(1 - _depth(~where) / (feather + 1), 0, 1)[..., None]
    rows, columns = (np.flatnonzero(alpha.any((axis, 2))) for axis in (1, 0))
    near = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    blended = photo.copy()
    blended[near] = (alpha[near] * solved[near] + (1 - alpha[near]) * photo[near]).round()
    return blended


def put_back(
    square: NDArray[np.uint8], photo: Picture, crop: Crop, outside: int
) -> NDArray[np.uint8]:
    """A square of the crop's side, [n, n] or [n, n, 3], on the photo's frame: the inverse of
    `Crop.apply`. `outside` is how OpenCV continues the square beyond its edges."""
    height, width = photo.shape[:2]
    left, top, right, bottom = crop.box(width, height)
    scale = (right - left) / len(square)
    # pixel i of the square has its middle at left + (i + ½)·scale
    to_turned = np.array(
        [[scale, 0, left + scale / 2 - 0.5], [0, scale, top + scale / 2 - 0.5], [0, 0, 1]]
    )
    turn = np.eye(3)
    centre = ((left + right) / 2, (top + bottom) / 2)
    turn[:2] = cv2.getRotationMatrix2D(centre, crop.angle, 1.0)
    to_photo = (np.linalg.inv(turn) @ to_turned)[:2]
    drawn = cv2.warpAffine(
        square, to_photo, (width, height), flags=cv2.INTER_CUBIC, borderMode=outside
    )
    return np.asarray(drawn, dtype=np.uint8)


def _resized(square: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    if len(square) == side:
        return square
    return np.asarray(Image.fromarray(square).resize((side, side), Image.Resampling.LANCZOS))


def _depth(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How many pixels each pixel lies inside of where it is True; the frame's edge is no edge."""
    if inside.all():
        return np.full(inside.shape, np.inf, np.float32)
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(depth, dtype=np.float32)


def _poisson(photo: Picture, object_there: Picture, where: NDArray[np.bool_]) -> Picture:
    """The object's gradients where `where` is True, the photo's around it."""
    painted = np.pad(where.astype(np.uint8) * 255, BORDER)
    grown = cv2.dilate(painted, np.ones((3, 3), np.uint8), iterations=ERODED)
    behind, before = (
        np.pad(each, ((BORDER, BORDER), (BORDER, BORDER), (0, 0)), mode="edge")
        for each in (photo, object_there)
    )
    x, y, w, h = cv2.boundingRect(grown)
    # OpenCV puts the middle of the mask's box there, so that here nothing moves
    middle = (x + w // 2, y + h // 2)
    solved = cv2.seamlessClone(before, behind, grown, middle, cv2.NORMAL_CLONE)
    return np.asarray(solved[BORDER:-BORDER, BORDER:-BORDER], dtype=np.uint8)


def _check(photo: Picture, picture: Picture, mask: Mask | None) -> None:
    for each, name in ((photo, "photo"), (picture, "projected picture")):
        if each.ndim != 3 or each.shape[2] != 3 or each.dtype != np.uint8:
            raise StudioError(f"The {name} must be RGB uint8 [height, width, 3].")
    if picture.shape[0] != picture.shape[1]:
        raise StudioError("The projected picture must be a square, as the crop is.")
    if mask is None:
        return
    if mask.shape != picture.shape[:2] or mask.dtype != np.bool_:
        raise StudioError(
            f"The mask is {' × '.join(map(str, mask.shape))}, the projected picture "
            f"{picture.shape[0]} × {picture.shape[1]}; they must have one size."
        )
    if not mask.any():
        raise StudioError("The mask selects nothing of the picture. Paint over the object.")
