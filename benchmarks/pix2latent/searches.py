"""Gradient-free searches, and hybrids of them with Adam, at equal numbers of pictures drawn
(pix2latent, figures 12 and 13)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata  # type: ignore[import-untyped]  # scipy ships no types

from benchmarks.common import report, sheets
from inversion import METHODS, solve
from inversion.solvers import CMA, Adam, Hybrid, Nevergrad, Solver
from inversion.solvers.nevergrad import GOOD
from models import load, load_perceptual

CMA_KIND = {"CMA (pycma)", "CMA", "DiagonalCMA"}
HYBRIDS = ("CMA", "DiagonalCMA", "TwoPointsDE", "PSO", "OnePlusOne", "RandomSearch")
LAMBDA = 16  # pictures an update


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks searches", description=__doc__)
    parser.add_argument("--count", type=int, default=6, help="held-out avatars")
    parser.add_argument("--evaluations", type=int, default=1024, help="pictures drawn for each")
    parser.add_argument("--seed", type=int, default=0, help="of the search")
    options = parser.parse_args(argv)
    e = options.evaluations

    alone: dict[str, Solver] = {"CMA (pycma)": CMA(steps=e // LAMBDA, population=LAMBDA)}
    for name in GOOD:
        alone[name] = Nevergrad(steps=e // LAMBDA, population=LAMBDA, optimizer=name)
    side = max(1, round((e / LAMBDA) ** 0.5))
    inner = Adam(steps=side, lr=0.05, ramp_up=0.0, ramp_down=0.0)
    hybrid: dict[str, Solver] = {
        "CMA (pycma)": Hybrid(CMA(steps=side, population=LAMBDA), inner, final=0)
    }
    for name in HYBRIDS:
        outer = Nevergrad(steps=side, population=LAMBDA, optimizer=name)
        hybrid[name] = Hybrid(outer, inner, final=0)

    how = f"--count {options.count} --evaluations {e} --seed {options.seed}"
    common = (
        f"{options.count} held-out avatars under `species`, class given, one seed, loss L1 + 10 · "
        f"perceptual distance (embedded), {LAMBDA} pictures an update. "
    )
    first = compare(alone, options)
    body = (
        common
        + "Best loss so far against pictures drawn.\n\n"
        + sheets.curves("gradient-free", *first, "best loss")
        + "\n\n"
        + table(first[0])
        + "\n\nThe paper (figure 12): CMA and its variants are the best. Here: "
        + verdict(first[0], CMA_KIND)
    )
    report.write(
        "gradient-free",
        "Gradient-free searches in z (pix2latent, figure 12)",
        f"python -m benchmarks searches {how}",
        body,
    )
    print(body)
    second = compare(hybrid, options)
    body = (
        common
        + f"{side} updates of {side} Adam steps each.\n\n"
        + sheets.curves("hybrids", *second, "best loss")
        + "\n\n"
        + table(second[0])
        + "\n\nThe paper (figure 13): no clear winner among CMA's variants. Here, between the best "
        + "and the second: "
        + gap(second[0])
    )
    report.write(
        "hybrids",
        "Hybrids with Adam (pix2latent, figure 13)",
        f"python -m benchmarks searches {how}",
        body,
    )
    print(body)


Series = dict[str, NDArray[np.float64]]


def compare(
    solvers: Mapping[str, Solver], options: argparse.Namespace
) -> tuple[Series, NDArray[np.int64]]:
    """The best loss of every solver [pictures, points], and the pictures drawn at the points."""
    G, perceptual = load("species"), load_perceptual("embedded")
    at = np.linspace(LAMBDA, options.evaluations, 64).astype(int)
    found: Series = {}
    for name, solver in solvers.items():
        rows = []
        for case in sheets.cases(options.count, G.resolution):
            seen, best = [0], [np.inf]
            for it in solve(
                G,
                case.picture,
                replace(METHODS["z"], solver=solver_within(solver, options.evaluations)),
                label=case.label,
                seeds=1,
                seed=options.seed,
                perceptual=perceptual,
            ):
                seen.append(it.evaluations)
                best.append(float(it.best[0]))
                if it.evaluations >= options.evaluations:
                    break
            rows.append(np.asarray(best)[np.searchsorted(seen, at, side="right") - 1])
        found[name] = np.stack(rows)
        print(f"{name}: {np.median(found[name][:, -1]):.3f}", flush=True)
    return found, at


def solver_within(solver: Solver, evaluations: int) -> Solver:
    """A search that looks at one picture an update needs as many updates as there are pictures."""
    from nevergrad import optimizers

    if isinstance(solver, Nevergrad) and optimizers.registry[solver.optimizer].no_parallelization:
        return replace(solver, steps=evaluations)
    return solver


def table(found: Series) -> str:
    last = {name: values[:, -1] for name, values in found.items()}
    ranks = rankdata(np.stack(list(last.values())), axis=0).mean(1)
    rows = [
        [name, report.median_quartiles(values.tolist(), 3), f"{rank:.1f}"]
        for (name, values), rank in zip(last.items(), ranks, strict=True)
    ]
    rows.sort(key=lambda row: float(row[2]))
    return report.table(["search", "best loss", "mean rank"], rows)


def verdict(found: Series, expected: set[str]) -> str:
    """Whether the expected ones come first, by median."""
    order = sorted(found, key=lambda name: np.median(found[name][:, -1]))
    first = order[: len(expected)]
    agreed = "agreed" if set(first) == expected else "not agreed"
    return f"{', '.join(first)} come first; {agreed}."


def gap(found: Series) -> str:
    """How far the best is below the second, beside how far pictures differ."""
    values = sorted((values[:, -1] for values in found.values()), key=np.median)
    apart = np.median(values[1]) / np.median(values[0]) - 1
    spread = max(np.median(b) / np.median(a) - 1 for a, b in pairwise(values))
    return f"{apart:.1%} in median loss; the widest step in the ranking is {spread:.1%}."
