"""Restoration: tasks × severities × methods on held-out pictures, beside the order that the papers
give (ILO's poster; SPHInX, sections 5.1 and 5.2; Poirier-Ginter and Lalonde, section 5.1)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import report, sheets
from benchmarks.common.pace import SHARES, SHARES_HELP, shortened
from benchmarks.ilo.restoration_report import (
    BASELINE,
    PASTED,
    WITH_PERCEPTUAL,
    Cell,
    body,
    verdicts,
)
from inversion import Degradation, invert
from inversion.evaluation.baselines import Restored, restore, suited
from inversion.methods import Method, find
from inversion.metrics import psnr
from inversion.operators.measurement import Measurement
from inversion.operators.observation import observe
from inversion.pictures.images import Picture, to_tensor, to_uint8
from models import load, load_perceptual
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from training.perceptual.pictures import Scans

SEVERITIES: dict[str, tuple[dict[str, Any], ...]] = {
    "inpainting": (
        {"inpainting.hole": "centre"},
        {"inpainting.hole": "half"},
        {"inpainting.hole": "random", "inpainting.share": 0.9},
    ),
    "super-resolution": tuple({"super-resolution.factor": factor} for factor in (4, 8, 16)),
    "denoising": tuple({"denoising.sigma": sigma} for sigma in (0.2, 0.5, 1.0)),
    "compressed-sensing": tuple({"compressed-sensing.percent": m} for m in (1.0, 5.0, 20.0)),
}
ROWS = (
    "ilo",
    WITH_PERCEPTUAL,
    "pulse",
    "z",
    "w",
    "w+",
    "(w+, b)",
    "(w+, s, b)",
    "basincma",
    "sphinx",
    BASELINE,
)
SETS = ("avatars", "scans")


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks restoration", description=__doc__)
    parser.add_argument("--data", choices=SETS, default="avatars", help="and its generator")
    parser.add_argument("--path", type=Path, help="zip of scans, whose test/ is taken")
    parser.add_argument("--count", type=int, default=3, help="held-out pictures, at least 2")
    parser.add_argument("--effort", default="fast", choices=tuple(SHARES), help=SHARES_HELP)
    parser.add_argument("--seeds", type=int, default=1, help="the best by observed loss counts")
    parser.add_argument("--methods", nargs="+", default=ROWS, choices=ROWS)
    parser.add_argument("--tasks", nargs="+", default=tuple(SEVERITIES), choices=tuple(SEVERITIES))
    parser.add_argument("--severities", type=int, default=2, help="how many of each task's three")
    options = parser.parse_args(argv)

    G, perceptual = load(options.data), load_perceptual("embedded")
    methods = [name for name in options.methods if served(G, name)]
    pictures = held_out_pictures(options, G.resolution)
    cells = []
    for task in options.tasks:
        for settings in SEVERITIES[task][: options.severities]:
            for method in methods:
                cell = measure(G, perceptual, pictures, task, settings, method, options)
                cells.append(cell)
                print(
                    f"{task} {cell.severity}, {method}: PSNR {cell.median('PSNR'):.2f}", flush=True
                )
    how = (
        f"--data {options.data} --count {options.count} --effort {options.effort} "
        f"--seeds {options.seeds} --severities {options.severities} "
        f"--tasks {' '.join(options.tasks)} --methods {' '.join(map(quoted, options.methods))}"
    )
    report.write(
        f"restoration-{options.data}",
        f"Restoration of {options.data}",
        f"python -m benchmarks restoration {how}",
        body(
            cells,
            f"{options.count} pictures held out from all training, generator `{options.data}`, "
            f"effort {options.effort}, the best of {options.seeds} seeds by observed loss.",
            options.data,
        ),
    )
    print(verdicts(cells))


def served(G: Generator, name: str) -> bool:
    return name == BASELINE or method_of(name).refuses(G) is None


def method_of(name: str) -> Method:
    """The method that a row of the tables runs."""
    both = {"perceptual.weight": 0.1} if name == WITH_PERCEPTUAL else {}
    return find("ilo" if name == WITH_PERCEPTUAL else name).configure(both)


def quoted(name: str) -> str:
    return f"'{name}'" if set(name) & set(" ()*") else name


def held_out_pictures(options: argparse.Namespace, resolution: int) -> list[Picture]:
    """Pictures that the generator never saw, uint8 [resolution, resolution, 3].

    Scans are those of the folder test/ of a zip. Raises StudioError when it is not given.
    """
    if options.data == "avatars":
        return [case.picture for case in sheets.cases(options.count, resolution)]
    if options.path is None:
        raise StudioError("Held-out scans are not part of the project. Give their zip to --path.")
    scans = Scans(options.path, held_out=True, most=options.count)
    rng = torch.Generator().manual_seed(0)
    return list(to_uint8(scans.draw(options.count, resolution, rng)))


def measure(
    G: Generator,
    perceptual: Perceptual,
    pictures: Sequence[Picture],
    task: str,
    settings: dict[str, Any],
    method: str,
    options: argparse.Namespace,
) -> Cell:
    """The method's best seed on every picture; picture i is degraded by seed i."""
    found: list[tuple[dict[str, list[float]], float]] = []
    for i, picture in enumerate(pictures):
        degradation = Degradation(task, settings, seed=i)
        if method == BASELINE:
            answer = best_baseline(picture, G.resolution, perceptual, degradation)
            kept = pasted(answer.measurement, answer.picture, picture)
            found.append((answer.metrics | kept, answer.seconds))
            continue
        result = invert(
            G,
            picture,
            shortened(method_of(method), options.effort),
            seeds=options.seeds,
            perceptual=perceptual,
            preview_every=1_000_000,
            degradation=degradation,
        )
        assert result.measurement is not None
        kept = pasted(result.measurement, result.render(G)[0], picture)
        found.append((result.metrics | kept, result.seconds))
    metrics = {name: [each[name][0] for each, _ in found] for name in found[0][0]}
    return Cell(task, severity(settings), method, metrics, [seconds for _, seconds in found])


def pasted(measured: Measurement, drawn: Picture, truth: Picture) -> dict[str, list[float]]:
    """PSNR of the answer with the known pixels put back; nothing where none is known."""
    kept = measured.put_back(drawn[None])
    return {} if kept is None else {PASTED: psnr(to_tensor(kept), to_tensor(truth)).tolist()}


def best_baseline(
    picture: Picture, side: int, perceptual: Perceptual, degradation: Degradation
) -> Restored:
    """The baseline that is made for the task; total variation where there is none."""
    seen = observe(picture, side, degradation)
    return restore(seen, side, suited(seen.operator), perceptual=perceptual)


def severity(settings: dict[str, Any]) -> str:
    """The settings in a word or two."""
    return ", ".join(f"{name.partition('.')[2]} {value}" for name, value in settings.items())
