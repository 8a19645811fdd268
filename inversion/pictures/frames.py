"""A picture as a generator could draw it at all: grey, or no square, where the generator is so."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inversion.pictures.images import Picture
from models.generators.generator import Generator

A = TypeVar("A", bound=np.generic)


def is_square(G: Generator) -> bool:
    """Whether what it draws fills the square picture."""
    return G.frame[0] == G.frame[1]


def drawable(G: Generator, picture: Picture) -> Picture:
    """uint8 [H, W, 3] -> the same as G has colours, and framed as `framed` does."""
    if G.grey:
        grey = np.asarray(Image.fromarray(picture).convert("L"))  # luma, ITU-R BT.601
        picture = np.repeat(grey[..., None], 3, 2)
    return framed(G, picture)


def framed(G: Generator, picture: NDArray[A]) -> NDArray[A]:
    """[H, W, …] -> its largest centred part of the shape that G draws, in the middle of a black
    (zero) square [S, S, …]; unchanged for a generator of squares."""
    if is_square(G):
        return picture
    (height, width), (h, w) = picture.shape[:2], G.frame
    scale = min(height / h, width / w)
    rows, columns = max(1, round(h * scale)), max(1, round(w * scale))
    top, left = (height - rows) // 2, (width - columns) // 2
    side = max(rows, columns)
    square = np.zeros((side, side, *picture.shape[2:]), picture.dtype)
    above, before = (side - rows) // 2, (side - columns) // 2
    part = picture[top : top + rows, left : left + columns]
    square[above : above + rows, before : before + columns] = part
    return square


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
