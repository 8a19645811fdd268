"""The picture of a command, and how its file is to be read."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from inversion.pictures.images import MIN_SIDE, WHITE, Crop, Mask, Picture, read
from inversion.pictures.levels import Tell
from inversion.pictures.masks import crop_mask, read_mask


def say(sentence: str) -> None:
    """What was decided or left open, on stderr."""
    print(sentence, file=sys.stderr)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags that say what a file leaves open."""
    parser.add_argument(
        "--levels", type=float, nargs=2, metavar=("LOW", "HIGH"),
        help="the numbers that are black and white in the picture, where its file does not say so",
    )  # fmt: skip
    parser.add_argument(
        "--background", default=WHITE, help="colour behind what is transparent (default white)"
    )


def photo(
    arguments: argparse.Namespace, path: Path | None = None, least: int = MIN_SIDE, tell: Tell = say
) -> Picture:
    """The picture that was named, or another file as it is read; what was open is said on stderr.

    Raises StudioError as `read` does."""
    return read(
        path or arguments.picture,
        least,
        levels=arguments.levels,
        background=arguments.background,
        tell=tell,
    )


def counting(path: Path | None, photo: Picture, crop: Crop, side: int) -> Mask | None:
    """What the mask in a file paints of a photo's crop, bool [side, side]; None without a file."""
    whole = painted(path)
    return None if whole is None else crop_mask(whole, photo, crop, side)


def painted(path: Path | None) -> Mask | None:
    """The mask in a file, if there is one. Raises StudioError as `read_mask` does."""
    return None if path is None else read_mask(path, say)
