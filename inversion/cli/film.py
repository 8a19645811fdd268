"""`python -m inversion edit`: what is drawn beside the edited picture, films and strips."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from inversion.editing import EASINGS, between_classes, frames, in_classes, strip
from inversion.editing.film import MOST_RESULTS
from inversion.pictures.images import png
from inversion.pictures.video import mp4
from inversion.result import Inversion
from models.errors import StudioError
from models.generators.generator import Generator


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of films and strips."""
    film = parser.add_argument_group("a film to other results, and a strip of it")
    film.add_argument(
        "--through", type=Path, nargs="+", default=[], metavar="RESULT",
        help="result files that it leads through: interpolation.mp4 and interpolation.png",
    )  # fmt: skip
    film.add_argument("--seconds", type=float, default=4.0, help="length (default 4)")
    film.add_argument("--fps", type=int, default=24, help="frames a second (default 24)")
    film.add_argument("--easing", default="smooth", choices=tuple(EASINGS))
    film.add_argument("--loop", action="store_true", help="and back again")
    film.add_argument(
        "--heads", action="store_true", help="blend SPHInX's projection heads, not their codes"
    )
    film.add_argument("--steps", type=int, default=7, help="pictures in a strip (default 7)")
    classes = parser.add_argument_group("side by side in classes, into classes.png")
    classes.add_argument(
        "--classes", nargs="*", metavar="CLASS",
        help="these classes, or all; of a fine-tuned result a row before and a row after it",
    )  # fmt: skip
    classes.add_argument(
        "--between-classes", nargs=2, metavar=("FROM", "TO"), help="the way from one to another"
    )


def asked(arguments: argparse.Namespace) -> bool:
    """Whether there is anything to draw."""
    return bool(arguments.through) or in_classes_asked(arguments)


def in_classes_asked(arguments: argparse.Namespace) -> bool:
    """Whether it is to be drawn in other classes."""
    return arguments.classes is not None or arguments.between_classes is not None


def write(edited: Inversion, G: Generator, arguments: argparse.Namespace) -> None:
    """Draws what was asked for. Raises StudioError for what does not fit together."""
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    if arguments.classes is not None and arguments.between_classes is not None:
        raise StudioError("Choose --classes or --between-classes; classes.png holds one of them.")
    if len(arguments.through) >= MOST_RESULTS:
        raise StudioError(
            f"{len(arguments.through)} results at once are too many; a film leads through"
            f" {MOST_RESULTS - 1} of them at most."
        )
    if arguments.through:
        results = [edited, *(Inversion.load(path) for path in arguments.through)]
        easing, heads = arguments.easing, arguments.heads
        pictures = frames(
            G, results, arguments.seconds, arguments.fps, easing, arguments.loop, heads=heads
        )
        shown = strip(G, results, arguments.steps, easing, heads=heads)
        mp4(pictures, arguments.fps, out / "interpolation.mp4")
        (out / "interpolation.png").write_bytes(png(shown))
    strengths = (1.0,) if edited.deltas is None else (0.0, 1.0)
    if arguments.classes is not None:
        labels = [_label(text) for text in arguments.classes] or None
        rows = [in_classes(G, edited, labels, strength=s) for s in strengths]
    elif arguments.between_classes is not None:
        start, end = map(_label, arguments.between_classes)
        rows = [
            between_classes(G, edited, start, end, arguments.steps, strength=s) for s in strengths
        ]
    else:
        return
    whole = np.concatenate([np.concatenate(row, 1) for row in rows], 0)
    (out / "classes.png").write_bytes(png(whole))


def _label(text: str) -> int | str:
    return int(text) if text.isdecimal() else text
