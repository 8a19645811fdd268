"""Whether fine-tuning at its defaults reaches its aim, and how soon."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import kinds, report
from benchmarks.common.cpu_clock import cpu_clock
from inversion import METHODS, Iterate, Tuning, invert, solve, tune
from inversion.pictures.images import Picture, to_tensor
from inversion.tuning.problem import CHANGE
from models import load, load_perceptual
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

SECONDS, PTI = 40.0, Perceptual.near
SEARCHES = {"avatars": "w+", "portraits": "w+", "species": "z", "scans": "z"}
ALONE = "pti"  # fine-tunes by itself, after a search of its own
HEADER = (
    "picture", "PSNR, dB", "LPIPS (AlexNet)", "embedded distance", "change",
    "steps", "seconds", "aim reached",
)  # fmt: skip


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks tuning-aim", description=__doc__)
    parser.add_argument("--models", nargs="+", default=("avatars", "species"), choices=SEARCHES)
    parser.add_argument("--count", type=int, default=2, help="pictures of each kind")
    parser.add_argument(
        "--data",
        nargs="+",
        default=[],
        metavar="MODEL=PATH",
        help="held-out pictures that are not in the project",
    )
    parser.add_argument("--search", type=float, default=5.0, help="seconds of search before")
    options = parser.parse_args(argv)
    perceptual, data = (
        load_perceptual("embedded"),
        dict(each.split("=", 1) for each in options.data),
    )
    rows, distances = [], []
    for model in options.models:
        G, path = load(model), Path(data[model]) if model in data else None
        ways = (SEARCHES[model], *([ALONE] if METHODS[ALONE].refuses(G) is None else []))
        for kind in ("home", "stranger"):
            for case in kinds.pictures(model, kind, options.count, G.resolution, path):
                for way in ways:
                    cells, seen = measured(G, case, way, options.search, perceptual)
                    rows.append([f"{model}, {kind}{', PTI' if way == ALONE else ''}", *cells])
                    distances += seen
                    print(*rows[-1], flush=True)
    body = (
        f"Seconds are CPU seconds of one core, {SECONDS:g} at most, after {options.search:g} of "
        f"search ({', '.join(f'{SEARCHES[m]} for {m}' for m in options.models)}); of PTI with its "
        f"own search of w. The aim is an embedded distance of {perceptual.near:g}. "
        + alike(np.array(distances), [judge.name for judge in perceptual.judges])
        + "\n\n"
        + report.table(HEADER, rows)
    )
    command = f"python -m benchmarks tuning-aim --models {' '.join(options.models)}"
    command += f" --count {options.count} --search {options.search:g}"
    if options.data:
        command += f" --data {shlex.join(options.data)}"
    report.write("tuning-aim", "Whether fine-tuning reaches its aim", command, body)
    print(body)


def measured(
    G: Generator, case: tuple[Picture, int | None], way: str, seconds: float, perceptual: Perceptual
) -> tuple[list[str], list[list[float]]]:
    """A row's cells but the first, and the distances of all that was seen on the way."""
    (picture, label), seen = case, []
    how: dict[str, Any] = {"seeds": 1, "label": label, "perceptual": perceptual}
    before: dict[str, list[float]] = {}
    with cpu_clock():
        if way == ALONE:
            iterates: Iterator[Iterate[Any]] = solve(G, picture, way, budget=SECONDS, **how)
        else:
            found = invert(G, picture, way, budget=seconds, **how)
            before = found.metrics
            iterates = tune(G, found, Tuning(), perceptual=perceptual, budget=SECONDS)
        for it in iterates:
            if it.preview is not None:
                pair = to_tensor(it.preview[0]), to_tensor(picture)
                judges = [float(judge(*pair)[0]) for judge in perceptual.judges]
                seen.append([float(perceptual(*pair)[0]), *judges])
    after, name = it.result().metrics, perceptual.judge.name
    ended = it.step < it.steps and it.seconds < SECONDS  # by its aim, not by the clock
    old = {key: f"{values[0]:.{3 if key == name else 1}f} → " for key, values in before.items()}
    return [
        f"{old.get('PSNR', '')}{after['PSNR'][0]:.1f}",
        f"{old.get(name, '')}{after[name][0]:.3f}",
        f"{seen[-1][0]:.3f}",
        f"{float(it.terms[CHANGE][0]):.2f} %",
        f"{it.step}",
        f"{it.seconds:.0f}",
        "yes" if ended else "no",
    ], seen


def alike(distances: np.ndarray, names: Sequence[str]) -> str:
    """What the other distances are where LPIPS (AlexNet) is PTI's aim: by a line through logs."""
    if len(names) < 2 or len(distances) < 3:
        return ""
    logs = np.log(distances.clip(1e-4))
    at = np.log(PTI)
    told = []
    for column, name in ((0, "the embedded distance"), (2, names[1])):
        slope, offset = np.polyfit(logs[:, 1], logs[:, column], 1)
        told.append(f"{name} is {np.exp(slope * at + offset):.2f}")
    return (
        f"Where {names[0]} is {PTI:g}, PTI's aim, {' and '.join(told)} (a line through the logs)."
    )
