"""BasinCMA's outer against inner steps, at equal numbers of pictures drawn (pix2latent, figure
15)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.common import report, sheets
from inversion import METHODS, invert
from inversion.solvers import CMA, Adam, Hybrid
from models import load, load_perceptual

LAMBDA = 16
SIDES = (2, 4, 8, 16)


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks ratio", description=__doc__)
    parser.add_argument("--count", type=int, default=6, help="held-out avatars")
    parser.add_argument("--seed", type=int, default=0, help="of the search")
    options = parser.parse_args(argv)
    G, perceptual = load("species"), load_perceptual("embedded")
    pictures = sheets.cases(options.count, G.resolution)

    def distance(outer: int, inner: int) -> list[float]:
        solver = Hybrid(
            CMA(steps=outer, population=LAMBDA),
            Adam(steps=inner, lr=0.05, ramp_up=0.0, ramp_down=0.0),
            final=0,
        )
        results = [
            invert(
                G,
                case.picture,
                replace(METHODS["basincma"], solver=solver),
                label=case.label,
                seeds=1,
                seed=options.seed,
                perceptual=perceptual,
            )
            for case in pictures
        ]
        print(f"{outer} × {inner}", flush=True)
        return [result.metrics[perceptual.judge.name][0] for result in results]

    grid = {(outer, inner): distance(outer, inner) for outer in SIDES for inner in SIDES}
    budget = SIDES[-2] ** 2
    equal = {pair: values for pair, values in grid.items() if pair[0] * pair[1] == budget}
    equal |= {pair: distance(*pair) for pair in ((budget, 1), (1, budget))}
    rows = [
        [
            f"{outer} × {inner}",
            f"{outer / inner:g}",
            str(outer * inner * LAMBDA),
            report.median_quartiles(values, 3),
        ]
        for (outer, inner), values in sorted(equal.items(), reverse=True)
    ]
    best = min(equal, key=lambda pair: float(np.median(equal[pair])))
    agreed = "agreed" if best[0] == best[1] else "not agreed"
    body = (
        f"{options.count} held-out avatars under `species`, class given, one seed of "
        f"{LAMBDA} candidates, no final steps. {perceptual.judge.name.capitalize()} of the best "
        "candidate, median.\n\n"
        + coloured(grid)
        + "\n\nThe same number of pictures drawn, divided otherwise:\n\n"
        + report.table(
            [
                "outer × inner",
                "ratio",
                "pictures drawn",
                perceptual.judge.name + ", median [quartiles]",
            ],
            rows,
        )
        + "\n\nThe paper: 1 : 1 is the best ratio. Here the best of equal cost is "
        f"{best[0]} × {best[1]}; {agreed}."
    )
    report.write(
        "ratio",
        "Outer and inner steps of BasinCMA (pix2latent, figure 15)",
        f"python -m benchmarks ratio --count {options.count} --seed {options.seed}",
        body,
    )
    print(body)


def coloured(grid: dict[tuple[int, int], list[float]]) -> str:
    """The grid in colours, blue the best, as in the paper."""
    values = np.array([[np.median(grid[outer, inner]) for inner in SIDES] for outer in SIDES])
    drawing = sheets.figure(5, 4)
    axes = drawing.add_subplot()
    shown = axes.imshow(values, cmap="coolwarm", origin="lower")
    axes.set(xlabel="inner: Adam steps", ylabel="outer: CMA updates")
    axes.set_xticks(range(len(SIDES)), [str(side) for side in SIDES])
    axes.set_yticks(range(len(SIDES)), [str(side) for side in SIDES])
    for (y, x), value in np.ndenumerate(values):
        axes.text(x, y, f"{value:.2f}", ha="center", va="center")
    drawing.colorbar(shown, label="LPIPS (AlexNet)")
    return sheets.saved("ratio", drawing)
