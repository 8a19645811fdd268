"""`python -m inversion discover`: a picture and its variants, and the direction between them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from inversion.cli import out
from inversion.cli.follow import followed
from inversion.cli.picture import photo
from inversion.discover import Discovery, discover, unfit
from inversion.editing import Move, save_directions
from inversion.methods import EFFORTS, METHODS, find
from inversion.pictures.images import Crop, Picture, png
from inversion.pictures.series import SERIES, Series, draw_series, series_beside
from inversion.result_files import AnswerFiles
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

ALONG = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)  # strengths of strip.png
FAR = (-0.5, 0.0, 0.5, 1.0, 1.5, 2.0)  # the same where all variants lie on one side
OFFERED = tuple(name for name, row in METHODS.items() if unfit(row) is None)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """What is asked besides what every search is told."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--attribute", choices=tuple(SERIES), help="variants are drawn for you")
    which.add_argument(
        "--variants",
        type=Path,
        nargs="+",
        help="your own pictures of the same with more and more of the attribute",
    )
    parser.add_argument("--name", default="", help="of the direction (default: the attribute)")
    parser.add_argument("--margin", type=float, default=2.0, help="τ: least step between pictures")


def run(
    arguments: argparse.Namespace,
    load: Callable[..., Generator],
    load_perceptual: Callable[..., Perceptual],
) -> int:
    """Writes what `project` writes, direction.safetensors, series.png, which was asked about, and
    strip.png, what the direction draws of it and beyond. Raises StudioError for what does not fit.
    """
    told = {name: value for name, value in vars(arguments).items() if value is not None}
    row = find(arguments.method)
    settings = {name: told[name] for name in row.knobs() if name in told}
    G = load(arguments.model, device=arguments.device)
    crop = Crop().configure(told)
    asked = series(arguments, crop, G.resolution)
    run = followed(
        discover(
            G,
            asked,
            arguments.method,
            margin=arguments.margin,
            seeds=arguments.seeds,
            seed=arguments.seed,
            budget=arguments.budget or EFFORTS[arguments.effort],
            settings=settings,
            perceptual=load_perceptual(arguments.perceptual, device=arguments.device),
        )
    )
    with out.uninterrupted():
        found = run.answer()

        def files(folder: Path) -> None:
            AnswerFiles(found.result, found.pictures, folder, crop).all()
            save_directions(folder / "direction.safetensors", [found.direction])
            (folder / "series.png").write_bytes(png(np.concatenate(list(asked.pictures), 1)))
            (folder / "strip.png").write_bytes(png(strip(G, found)))

        out.written(arguments.out, _inputs(arguments), files)
    print(found.result.notes[-1])
    print(
        f"Strengths along {found.direction.name}: {', '.join(f'{s:+.2f}' for s in found.strengths)}"
    )
    return run.code


def _inputs(arguments: argparse.Namespace) -> list[object]:
    """The files that are read."""
    return [arguments.picture, *(arguments.variants or ())]


def series(arguments: argparse.Namespace, crop: Crop, size: int) -> Series:
    """The pictures that are asked about, at the generator's size."""
    own = crop.apply(photo(arguments), size)
    if arguments.attribute:
        made = draw_series(own, arguments.attribute, size)
        return Series(made.pictures, made.own, arguments.name or made.name)
    variants = [photo(arguments, path) for path in arguments.variants]
    return series_beside(own, variants, crop, arguments.name or "my series")


def strip(G: Generator, found: Discovery) -> Picture:
    """What the direction draws, uint8 [H, 6W, 3]."""
    strengths = ALONG if min(found.strengths) < 0 else FAR
    moved = [found.result.edit([Move(found.direction, s)]).render(G)[0] for s in strengths]
    return np.concatenate(moved, 1)
