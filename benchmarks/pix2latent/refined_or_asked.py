"""What BasinCMA tells its outer search: the refined z or the one it asked for, at equal cost."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.common import report, sheets
from inversion import METHODS, invert
from inversion.solvers import CMA, Adam, Hybrid
from inversion.solvers.hybrid import BALDWINIAN, LAMARCKIAN
from models import load, load_perceptual


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks tell", description=__doc__)
    parser.add_argument("--count", type=int, default=6, help="held-out avatars")
    parser.add_argument("--side", type=int, default=8, help="outer updates, and inner steps")
    parser.add_argument("--seed", type=int, default=0, help="of the search")
    options = parser.parse_args(argv)
    G, perceptual = load("avatars"), load_perceptual("embedded")
    inner = Adam(steps=options.side, lr=0.05, ramp_up=0.0, ramp_down=0.0)
    losses = {
        tell: [
            invert(
                G,
                case.picture,
                replace(
                    METHODS["basincma"],
                    solver=Hybrid(CMA(steps=options.side), inner, tell=tell, final=50),
                ),
                seeds=1,
                seed=options.seed,
                perceptual=perceptual,
            ).losses[0]
            for case in sheets.cases(options.count, G.resolution)
        ]
        for tell in (LAMARCKIAN, BALDWINIAN)
    }
    rows = [[tell, report.median_quartiles(values, 3)] for tell, values in losses.items()]
    wins = int((np.array(losses[LAMARCKIAN]) < np.array(losses[BALDWINIAN])).sum())
    body = (
        f"{options.count} held-out avatars under `avatars`, one seed, {options.side} updates of "
        f"{options.side} Adam steps each and 50 at the end; loss L1 + 10 · {perceptual.name}.\n\n"
        + report.table(["told", "loss, median [quartiles]"], rows)
        + f"\n\nTelling the refined point is better on {wins} of {options.count} pictures. It is "
        "the default."
    )
    report.write(
        "tell",
        "What BasinCMA's outer search is told",
        f"python -m benchmarks tell --count {options.count} --side {options.side} "
        f"--seed {options.seed}",
        body,
    )
    print(body)
