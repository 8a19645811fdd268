"""A picture as a generator could draw it at all: grey, or no square, where the generator is so."""

from __future__ import annotations

import numpy as np
from PIL import Image

from inversion.pictures.images import Mask, Picture
from models.generators.generator import Generator


def is_square(G: Generator) -> bool:
    """Whether what it draws fills the square picture."""
    return G.frame[0] == G.frame[1]


def drawable(G: Generator, picture: Picture, keep_size: bool = False) -> Picture:
    """uint8 [H, W, 3] -> the same in the colours that G has; and for a generator of other shapes
    than squares the largest centred part of its shape, in the middle of a black square of its
    resolution (of the part's own longer side, with keep_size)."""
    if G.grey:
        grey = np.asarray(Image.fromarray(picture).convert("L"))  # luma, ITU-R BT.601
        picture = np.repeat(grey[..., None], 3, 2)
    return picture if is_square(G) else _framed(G, picture, keep_size)


def drawable_mask(G: Generator, mask: Mask, keep_size: bool = False) -> Mask:
    """The part of a painted mask, bool [H, W], that `drawable` keeps of its picture."""
    if is_square(G):
        return mask
    layers = np.repeat(np.uint8(255) * np.asarray(mask, bool)[..., None], 3, 2)
    return _framed(G, layers, keep_size)[..., 0] > 127


def notes(G: Generator) -> tuple[str, ...]:
    """What became of the picture, in sentences."""
    said: tuple[str, ...] = ()
    if G.grey:
        said += (f"{G.identity.name} draws in grey, so the picture was made grey first.",)
    if not is_square(G):
        h, w = G.frame
        said += (
            f"{G.identity.name} draws {w} × {h} pixels (width × height): that part of the picture"
            " was taken, between black bars.",
        )
    return said


def _framed(G: Generator, picture: Picture, keep_size: bool) -> Picture:
    (height, width), (h, w) = picture.shape[:2], G.frame
    scale = min(height / h, width / w)
    rows, columns = (max(1, round(side * scale)) for side in (h, w))
    top, left = (height - rows) // 2, (width - columns) // 2
    part = Image.fromarray(picture[top : top + rows, left : left + columns])
    if not keep_size:
        rows, columns = h, w
        part = part.resize((w, h), Image.Resampling.LANCZOS)
    side = max(rows, columns)
    square = np.zeros((side, side, 3), np.uint8)
    above, before = (side - rows) // 2, (side - columns) // 2
    square[above : above + rows, before : before + columns] = part
    return square
