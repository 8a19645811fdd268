"""Seconds of BasinCMA with all seeds as one batch, beside the same run seed by seed."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import replace

import torch

from benchmarks.common import report, sheets
from inversion import METHODS, solve
from inversion.solvers import Hybrid
from models import load, load_perceptual


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks batch", description=__doc__)
    parser.add_argument("--seeds", type=int, default=18, help="as many as the paper runs")
    parser.add_argument("--side", type=int, default=30, help="outer updates, and inner steps")
    parser.add_argument("--updates", type=int, default=1, help="outer updates that are timed")
    parser.add_argument("--repeats", type=int, default=3, help="times each is timed, in turn")
    options = parser.parse_args(argv)
    G, perceptual = load("species"), load_perceptual("embedded")
    case = sheets.cases(1, G.resolution)[0]
    basin = METHODS["basincma"].solver
    assert isinstance(basin, Hybrid)
    solver = replace(
        basin,
        outer=replace(basin.outer, steps=options.updates),
        inner=basin.inner.with_steps(options.side),
        final=0,
    )
    method = replace(METHODS["basincma"], solver=solver)

    def seconds(seeds: Sequence[int]) -> float:
        for iterate in solve(  # noqa: B007  # the last one is wanted
            G,
            case.picture,
            method,
            label=case.label,
            seeds=len(seeds),
            seed=seeds[0],
            perceptual=perceptual,
            preview_every=10**6,
        ):
            pass
        return iterate.seconds

    numbers = range(options.seeds)
    together, apart = [], []
    for _ in range(options.repeats):
        together.append(seconds(numbers))
        apart.append(sum(seconds([number]) for number in numbers))
        print(f"{together[-1]:.1f} s together, {apart[-1]:.1f} s apart", flush=True)
    whole = options.side / options.updates
    rows = [
        [title, f"{statistics.median(values):.1f}", f"{statistics.median(values) * whole:.0f}"]
        for title, values in (("one batch", together), ("seed by seed", apart))
    ]
    ratio = statistics.median(b / a for a, b in zip(together, apart, strict=True))
    body = (
        f"`species`, {options.seeds} seeds, {options.side} Adam steps of a population of 16 for "
        f"each of {options.updates} of the {options.side} updates; {torch.get_num_threads()} "
        f"threads, median of {options.repeats}, one after the other in turn. The last column is "
        f"the second times {whole:g}.\n\n"
        + report.table(
            [
                "",
                f"seconds for {options.updates} of {options.side} updates",
                f"seconds for {options.side} × {options.side}",
            ],
            rows,
        )
        + f"\n\nSeed by seed takes {ratio:.2f} times as long."
    )
    report.write(
        "batch",
        "Seeds as one batch",
        f"python -m benchmarks batch --seeds {options.seeds} --side {options.side} "
        f"--updates {options.updates} --repeats {options.repeats}",
        body,
    )
    print(body)
