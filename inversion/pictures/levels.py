"""Numbers to levels: arrays and tensors of any usual type and layout as uint8 [H, W, channels]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, float32

from models.errors import StudioError

Tell = Callable[[str], object]  # is told, in sentences, what was done to a picture
Range = tuple[float, float]  # the numbers that are black and white
CHANNELS = (1, 2, 3, 4)  # grey, grey and opacity, RGB, RGB and opacity
DEPTHS = (8, 10, 12, 16)  # bits that are used of 16
SLACK = 1e-3  # beyond [0, 1]: what rounding leaves
UNKNOWN = (
    "Say which numbers are black and white (levels=(low, high), on the command line --levels LOW"
    " HIGH), or save it with 8 or 16 bits a channel."
)


def quiet(sentence: str) -> None:
    """Tells nobody."""


def layout(image: NDArray[Any] | Tensor) -> NDArray[Any]:
    """Its numbers as [H, W, 1 to 4 channels]; axes of length 1 in front are left out, and the
    channels may stand in front, as tensors have them. Raises StudioError for other shapes.

    >>> layout(np.zeros((1, 3, 20, 30))).shape, layout(np.zeros((20, 30))).shape
    ((20, 30, 3), (20, 30, 1))
    """
    if isinstance(image, Tensor):
        x = image.detach().cpu().resolve_conj()
        values = (x if x.dtype.itemsize > 1 and not x.is_floating_point() else _plain(x)).numpy()
        first = True
    else:
        values, first = np.asarray(image), False
    if values.dtype.kind not in "buif":
        raise StudioError(f"A picture is made of real numbers; these are {values.dtype}.")
    shape = values.shape
    while values.ndim > 3 and len(values) == 1:
        values = values[0]
    if values.ndim == 2:
        values = values[..., None]
    elif values.ndim == 3:
        front, back = values.shape[0] in CHANNELS, values.shape[2] in CHANNELS
        if front and (first or not back):
            values = np.moveaxis(values, 0, 2)
    if values.ndim != 3 or values.shape[2] not in CHANNELS or not values.size:
        raise StudioError(
            f"A picture must be [height, width], or have 1 to 4 channels behind or in front, and"
            f" only one can be read; this one is {list(shape)}."
        )
    return values


def to_levels(
    values: NDArray[Any],
    levels: Range | None = None,
    tell: Tell = quiet,
) -> NDArray[np.uint8]:
    """Numbers as uint8, from black 0 to white 255.

    With `levels` (black, white), whatever lies outside is clipped. Without, the type says them: a
    bool is black or white, uint8 stays as it is; floats must lie in [0, 1]. Larger integers have
    16 bits, or 8, 10 or 12 where none is larger, which `tell` is told. Raises StudioError for what
    is not finite, or has no range that is known.

    >>> to_levels(np.array([0.0, 1.0])), to_levels(np.array([0, 4095], np.uint16))
    (array([  0, 255], dtype=uint8), array([  0, 255], dtype=uint8))
    """
    if values.dtype == np.bool_:
        return values * np.uint8(255)
    if not np.isfinite(values).all():
        raise StudioError(
            "This picture holds values that are no numbers (NaN or infinite). Fill them first."
        )
    if levels is None and values.dtype == np.uint8:
        return values
    low, high = range_of(levels) if levels is not None else _own_range(values, tell)
    parts = np.clip((values.astype(np.float64) - low) / (high - low), 0, 1)
    return np.asarray(np.floor(parts * 255 + 0.5), dtype=np.uint8)


def range_of(levels: Range) -> Range:
    """The numbers of black and white. Raises StudioError where they are none, or the same."""
    low, high = map(float, levels)
    if not np.isfinite([low, high]).all() or low == high:
        raise StudioError(f"The levels {low:g} and {high:g} are no black and white.")
    return low, high


def _own_range(values: NDArray[Any], tell: Tell) -> Range:
    """What a type says of its range."""
    least, most = values.min(), values.max()
    if values.dtype.kind == "f":
        if least < -SLACK or most > 1 + SLACK:
            raise StudioError(
                f"This picture's numbers go from {least:g} to {most:g}; only 0 to 1 is understood"
                f" by itself. {UNKNOWN}"
            )
        return 0.0, 1.0
    bits = next((bits for bits in DEPTHS if most < 1 << bits), None)
    if least < 0 or bits is None:
        raise StudioError(f"This picture's numbers go from {least} to {most}. {UNKNOWN}")
    if values.dtype == np.uint16 and bits < 16:
        tell(f"It uses {bits} of its 16 bits; {(1 << bits) - 1} was taken for white.")
    return 0.0, float((1 << bits) - 1)


def _plain(x: Tensor) -> Tensor:
    """The same numbers in a type that numpy has."""
    return x.to(float32) if x.is_floating_point() and x.dtype.itemsize < 4 else x
