"""A visitor's first run, nothing touched: what comes back, as a sheet and in figures."""

from __future__ import annotations

import argparse
import shlex
import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import report, sheets
from benchmarks.common.cpu_clock import cpu_clock
from benchmarks.common.kinds import PHOTOS
from inversion import invert
from inversion.methods import find
from inversion.pictures.images import Crop, Picture, read
from inversion.presets.choice import choose
from models import encoder_of, load, load_perceptual

COLUMNS = 5


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks first-run", description=__doc__)
    parser.add_argument("--model", default="avatars")
    parser.add_argument("--photos", type=Path, nargs="+", help="default: those of assets/")
    parser.add_argument("--seconds", type=float, default=10.0, help="CPU seconds of one core")
    options = parser.parse_args(argv)
    G, perceptual = load(options.model), load_perceptual("embedded")
    encoder = encoder_of(options.model)
    before: list[Picture] = []
    after: list[Picture] = []
    rows, distances = [], []
    for path in options.photos or sorted(PHOTOS.iterdir()):
        picture = Crop().apply(read(path), G.resolution)
        found = choose("closest", G, picture, encoder, seconds=options.seconds)
        with cpu_clock():
            result = invert(G, picture, **found.options(encoder), perceptual=perceptual)
        before.append(picture)
        after.append(result.render(G)[0])
        distances.append(result.metrics[perceptual.judge.name][0])
        figures = f"{result.metrics['PSNR'][0]:.1f}", f"{distances[-1]:.3f}"
        rows.append([path.stem, find(found.method).title, *figures])
        print(*rows[-1], flush=True)
    lines = []
    for at in range(0, len(before) - len(before) % COLUMNS or len(before), COLUMNS):
        lines += [before[at : at + COLUMNS], after[at : at + COLUMNS]]
    body = (
        f"Photos that no network of this project was trained on, at {G.resolution} px, by "
        f"`{options.model}`: the page's preset Closest likeness, {options.seconds:g} CPU seconds "
        "of one core. Each photo stands above its answer.\n\n"
        + sheets.saved(f"first-run-{options.model}", sheets.sheet(lines))
        + f"\n\nMedian {perceptual.judge.name} {statistics.median(distances):.3f}.\n\n"
        + report.table(["photo", "method", "PSNR, dB", perceptual.judge.name], rows)
    )
    command = f"python -m benchmarks first-run --model {options.model}"
    command += f" --seconds {options.seconds:g}"
    if options.photos:
        command += " --photos " + shlex.join(path.name for path in options.photos)
    report.write(f"first-run-{options.model}", f"A first run by {options.model}", command, body)
    print(body)
