"""Editing across inversion methods: the papers' point is that a better inversion edits better."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import torch

from benchmarks.common import report
from benchmarks.common.pace import SHARES, SHARES_HELP, shortened
from inversion import METHODS, invert
from inversion.directions.shipped import find
from inversion.editing import (
    Direction,
    Move,
    Movements,
    Reader,
    judge,
    movements,
    orthogonal,
    shipped,
    typical_features,
)
from inversion.pictures.images import to_tensor
from models import load, load_estimator, load_perceptual
from models.generators.generator import Generator
from training.data.baked import held_out

ATTRIBUTES = ("yaw", "pitch", "age", "hue", "light_azimuth", "cloth_hue", "hair_length", "glasses")
STRENGTH = 2.0


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks editing", description=__doc__)
    parser.add_argument("--count", type=int, default=12, help="held-out avatars")
    parser.add_argument("--effort", default="fast", choices=tuple(SHARES), help=SHARES_HELP)
    parser.add_argument("--methods", nargs="+", default=["z", "w", "w+", "(w+, b)"])
    options = parser.parse_args(argv)

    G, perceptual, reader = load("avatars"), load_perceptual("embedded"), load_estimator("avatars")
    known = {each.name: each for each in (shipped(G, reader) or find(G, reader)).directions}
    directions = [known[name] for name in ATTRIBUTES]
    moved = movements(G, directions, reader, STRENGTH)
    typical = typical_features(G, perceptual)
    images, _ = held_out(options.count, resolution=G.resolution)
    pictures = images.permute(0, 2, 3, 1).numpy()
    rows = []
    for name in options.methods:
        settings = shortened(METHODS[name], options.effort).settings()
        figures: dict[str, list[float]] = {k: [] for k in ("psnr", "reached", "others", "identity")}
        for picture in pictures:
            result = invert(G, picture, name, seeds=1, settings=settings, perceptual=perceptual)
            before = to_tensor(result.render(G))
            figures["psnr"].append(result.metrics["PSNR"][0])
            for direction in directions:
                edited = result.edit([Move(direction, STRENGTH)]).render(G)
                found = judge(
                    before, to_tensor(edited), perceptual, reader, [direction.name], typical
                )
                for key in ("reached", "others", "identity"):
                    figures[key].append(float(getattr(found, key)[0]))
        rows.append(
            [
                METHODS[name].title,
                report.median_quartiles(figures["psnr"], 2),
                report.median_quartiles(figures["reached"], 2),
                report.median_quartiles(figures["others"], 3),
                report.median_quartiles(figures["identity"], 3),
            ]
        )
    header = ["method", "PSNR, dB", "reached", "others", "identity"]
    command = f"python -m benchmarks editing --count {options.count} --effort {options.effort}"
    command += " --methods " + " ".join(f"'{name}'" for name in options.methods)
    body = (
        f"{options.count} held-out avatars, projected by each method, then each of "
        f"{len(directions)} supervised directions of w ({', '.join(d.name for d in directions)}) at"
        f" strength {STRENGTH:g}. Reached: how far its own attribute moved; others: the mean"
        " absolute change of all others, both as the embedded estimator reads them, in deviations"
        " among rendered avatars. Identity: cosine of pooled embedded perceptual features, less"
        " those of the typical sample, between the projection before and after. Median"
        " [quartiles].\n\n"
        + report.table(header, rows)
        + "\n\n"
        + _matrix(moved)
        + "\n\n"
        + _held(G, directions, moved, known, reader)
    )
    report.write("editing", "Editing across inversion methods", command, body)
    print(body)


def _matrix(moved: Movements) -> str:
    """What each slider does to every attribute that any of them moves."""
    shown = [k for k, column in enumerate(moved.matrix.T) if float(column.abs().max()) > 0.15]
    header = ["slider", *(moved.attributes[k] for k in shown)]
    rows = [
        [name, *(f"{float(v):+.2f}" for v in row[torch.tensor(shown)])]
        for name, row in zip(moved.directions, moved.matrix, strict=True)
    ]
    return (
        f"What each slider at strength {moved.strength:g} does to the attributes, in their standard"
        " deviations, over fresh samples; attributes that none moves by 0.15 are left out.\n\n"
        + report.table(header, rows)
    )


def _held(
    G: Generator,
    directions: Sequence[Direction],
    moved: Movements,
    known: Mapping[str, Direction],
    reader: Reader,
) -> str:
    """Conditional edits: the attribute that a slider takes along most, before and after that
    one's direction is taken out of the slider's."""
    rows, free, still = [], [], []
    for direction in directions:
        row = dict(
            zip(moved.attributes, moved.matrix[moved.directions.index(direction.name)], strict=True)
        )
        others = [name for name in row if name != direction.name and name in known]
        along = max(others, key=lambda name: abs(float(row[name])))
        way = orthogonal(direction, [known[along]])
        after = movements(G, [way], reader, STRENGTH)
        left = float(after.matrix[0, after.attributes.index(along)])
        own = float(after.matrix[0, after.attributes.index(direction.name)])
        free.append(abs(float(row[along])))
        still.append(abs(left))
        rows.append(
            [
                direction.name,
                f"{moved.own(direction.name):+.2f}",
                along,
                f"{float(row[along]):+.2f}",
                f"{own:+.2f}",
                f"{left:+.2f}",
            ]
        )
    header = ["slider", "itself", "takes along", "by", "itself, that held", "takes it along by"]
    return (
        "Conditional edits: what each slider takes along most, and what is left of it when its"
        f" direction is held still; on average {sum(free) / len(free):.2f} before and"
        f" {sum(still) / len(still):.2f} after.\n\n" + report.table(header, rows)
    )
