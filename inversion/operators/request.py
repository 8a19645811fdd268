"""A restoration as a person states it: tasks by name, a hole and a crop on a photo of any size; and
as a network could draw it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inversion.operators.degradation import Degradation, hole, kernel_of
from inversion.operators.tasks import TASKS
from inversion.pictures import frames
from inversion.pictures.images import Crop, Mask, Picture, Source, check_size, read
from inversion.pictures.masks import check_shape, moved
from models.errors import StudioError
from models.generators.generator import Generator

LARGEST = 1024  # pixels a side that are kept of what is degraded already


def tasks_named(names: Iterable[str]) -> tuple[str, ...]:
    """Keys of TASKS in that order; the beginning of one is enough: `inpaint`, `super`.

    Raises StudioError for a name that begins none, or several.
    """
    keys = []
    for name in names:
        fits = [key for key in TASKS if key.startswith(name)]
        if name not in TASKS and len(fits) != 1:
            raise StudioError(f"There is no task {name!r}; there is {', '.join(TASKS)}.")
        keys.append(name if name in TASKS else fits[0])
    return tuple(keys)


def framed(
    photo: Picture, degradation: Degradation, crop: Crop, side: int
) -> tuple[Picture, Degradation]:
    """The crop of a photo, uint8, and the photo's degradation as that of its crop: what is hidden
    is cut out with it.

    A clean one, that is to be degraded, is [side, side, 3], the generator's size. What is degraded
    already keeps the pixels it has, so that a thumbnail stays one. Raises StudioError for a mask of
    another shape than the photo, and for a clean picture too small to be one.
    """
    hidden, degrade = degradation.hidden, degradation.degrade
    if degrade:
        check_size(photo.shape[1], photo.shape[0])
    if hidden is not None:
        check_shape(hidden, photo.shape[:2])
    whole = crop == Crop() and photo.shape[0] == photo.shape[1]
    left, _, right, _ = crop.box(photo.shape[1], photo.shape[0])
    own = min(max(1, round(right - left)), LARGEST)
    painted = (
        hidden if hidden is None or (whole and own == len(hidden)) else moved(hidden, crop, own)
    )
    size = side if degrade else own
    if painted is not None and degrade:
        painted = hole(painted, side)
    picture = photo if whole and len(photo) == size else crop.apply(photo, size)
    return picture, replace(degradation, hidden=painted)


def read_kernel(source: Source) -> NDArray[np.float32]:
    """A blur kernel from a picture: lightness [h, w] ≥ 0, of an array its own numbers. Raises
    StudioError as `read`."""
    if isinstance(source, np.ndarray):
        return kernel_of(source.squeeze())
    return np.asarray(read(source, smallest=1).mean(2), dtype=np.float32)


def for_network(
    G: Generator, picture: Picture, mask: Mask | None, suffered: Degradation
) -> tuple[Picture, Mask | None, Degradation]:
    """A picture, the painted part of it that counts, and what it suffered, as G could draw it; all
    as they are for a generator of coloured squares."""
    if not G.grey and frames.is_square(G):
        return picture, mask, suffered
    kept = not suffered.degrade  # what is degraded already is not resized
    mask = None if mask is None else frames.drawable_mask(G, mask, kept)
    if suffered.hidden is not None:
        suffered = replace(suffered, hidden=frames.drawable_mask(G, suffered.hidden, kept))
    return frames.drawable(G, picture, kept), mask, suffered
