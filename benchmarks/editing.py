"""Editing across inversion methods: the papers' point is that a better inversion edits better."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import torch

from benchmarks import report
from inversion import EFFORTS, METHODS, invert
from inversion.editing import Move, Movements, judge, movements, supervised, typical_features
from inversion.images import to_tensor
from models import load, load_perceptual
from models.estimator import load_estimator
from training.data import held_out

ATTRIBUTES = ("yaw", "pitch", "age", "hue", "light_azimuth", "cloth_hue", "hair_length", "glasses")
STRENGTH = 2.0


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks editing", description=__doc__)
    parser.add_argument("--count", type=int, default=12, help="held-out avatars")
    parser.add_argument("--effort", default="fast", choices=tuple(EFFORTS))
    parser.add_argument("--methods", nargs="+", default=["z", "w", "w+", "(w+, b)"])
    options = parser.parse_args(argv)

    G, perceptual, reader = load("avatars"), load_perceptual("embedded"), load_estimator("avatars")
    directions = supervised(G, reader, ATTRIBUTES)
    moved = movements(G, directions, reader, STRENGTH)
    typical = typical_features(G, perceptual)
    images, _ = held_out(options.count, resolution=G.resolution)
    pictures = images.permute(0, 2, 3, 1).numpy()
    rows = []
    for name in options.methods:
        settings = METHODS[name].at(options.effort).settings()
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
        " [quartiles].\n\n" + report.table(header, rows) + "\n\n" + _matrix(moved)
    )
    report.write("editing", "Editing across inversion methods", command, body)
    print(body)


def _matrix(moved: Movements) -> str:
    """What each slider does to every attribute that any of them moves."""
    shown = [
        k for k, column in enumerate(moved.matrix.T) if float(column.abs().max()) > 0.15
    ]
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
