"""Whether fine-tuning at its defaults reaches its aim, and how soon."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import kinds, report
from benchmarks.common.cpu_clock import cpu_clock
from inversion import Tuning, invert, tune
from inversion.pictures.images import to_tensor
from inversion.tuning.problem import CHANGE
from models import load, load_perceptual
from models.perceptual.distance import Perceptual

SECONDS, PTI = 40.0, Perceptual.near
SEARCHES = {"avatars": "w+", "portraits": "w+", "species": "z", "scans": "z"}


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks tuning-aim", description=__doc__)
    parser.add_argument("--models", nargs="+", default=("avatars", "species"), choices=SEARCHES)
    parser.add_argument("--count", type=int, default=2, help="pictures of each kind")
    parser.add_argument("--data", type=Path, help="held-out pictures that are not in the project")
    parser.add_argument("--search", type=float, default=5.0, help="seconds of search before")
    options = parser.parse_args(argv)
    perceptual = load_perceptual("embedded")
    rows, distances = [], []
    for model in options.models:
        G = load(model)
        for kind in ("home", "stranger"):
            for picture, label in kinds.pictures(
                model, kind, options.count, G.resolution, options.data
            ):
                with cpu_clock():
                    found = invert(
                        G,
                        picture,
                        SEARCHES[model],
                        seeds=1,
                        label=label,
                        budget=options.search,
                        perceptual=perceptual,
                    )
                    for it in tune(G, found, Tuning(), perceptual=perceptual, budget=SECONDS):
                        if it.preview is not None:
                            pair = to_tensor(it.preview[0]), to_tensor(picture)
                            judges = [float(judge(*pair)[0]) for judge in perceptual.judges]
                            distances.append([float(perceptual(*pair)[0]), *judges])
                tuned, name = it.result(), perceptual.judge.name
                ended = it.step < it.steps and it.seconds < SECONDS  # by its aim, not by the clock
                rows.append(
                    [
                        f"{model}, {kind}",
                        f"{found.metrics['PSNR'][0]:.1f} → {tuned.metrics['PSNR'][0]:.1f}",
                        f"{found.metrics[name][0]:.3f} → {tuned.metrics[name][0]:.3f}",
                        f"{distances[-1][0]:.3f}",
                        f"{float(it.terms[CHANGE][0]):.2f} %",
                        f"{it.step}",
                        f"{it.seconds:.0f}",
                        "yes" if ended else "no",
                    ]
                )
                print(*rows[-1], flush=True)
    header = [
        "picture", "PSNR, dB", perceptual.judge.name, "embedded distance", "change",
        "steps", "seconds", "aim reached",
    ]  # fmt: skip
    body = (
        f"Seconds are CPU seconds of one core, {SECONDS:g} at most, after {options.search:g} of "
        f"search ({', '.join(f'{SEARCHES[m]} for {m}' for m in options.models)}). The aim is an "
        f"embedded distance of {perceptual.near:g}. "
        + alike(np.array(distances), [judge.name for judge in perceptual.judges])
        + "\n\n"
        + report.table(header, rows)
    )
    command = f"python -m benchmarks tuning-aim --models {' '.join(options.models)}"
    command += f" --count {options.count} --search {options.search:g}"
    if options.data is not None:
        command += f" --data {options.data}"
    report.write("tuning-aim", "Whether fine-tuning reaches its aim", command, body)
    print(body)


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
