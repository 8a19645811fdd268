"""Inversions by the overparameterized generator and its twin (Overparameterization, table 2 and
figures 5 and 6)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from benchmarks.common import report, sheets
from benchmarks.overparam.twins import (
    SPACES,
    Measured,
    Runs,
    Twins,
    arguments,
    measure,
    paper_table,
    pictures_of,
    words,
)
from models.perceptual.distance import Perceptual
from training.loop.frechet import embed, frechet_distance

SHOWN = 6  # pictures in figure 5
TABLE_2 = {"w+": ("0.185", "77.16"), "W": ("0.070", "73.52"), "W+": ("0.033", "74.19")}


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks overparam", description=__doc__)
    given = arguments(parser, 2).parse_args(argv)
    measured = measure(given)
    body = section(measured, given)
    command = f"python -m benchmarks overparam {words(given)}"
    report.write("overparam", "Overparameterization: inversion (table 2)", command, body)
    print(body)


def section(found: Measured, given: argparse.Namespace) -> str:
    """Table 2, figures 5 and 6."""
    both, real, perceptual, runs = found.both, found.real, found.perceptual, found.runs
    rows = [reconstruction(name, run, both, real, perceptual) for name, run in runs.items()]
    header = ["", perceptual.judge.name, "PSNR, dB", "Fréchet", "seconds a picture"]
    answers = [
        [result.render(both.of(SPACES[name]))[0] for result in run.results[:SHOWN]]
        for name, run in runs.items()
    ]
    return (
        f"{given.count} held-out avatars; {given.steps} steps of Adam at 0.05 on the perceptual "
        "distance (embedded) alone, from the mean of w on, drawn to it by 0.9 before each step of "
        "the first half; the best step of each picture. Fréchet distances are from "
        f"{given.real} other held-out avatars in the embedded perceptual network's features; they "
        "are no FID, and so small a set of pictures has one of its own: the paper's numbers beside "
        "ours tell an order, not a size, and distances that differ by a tenth may not differ. "
        "Medians [quartiles].\n\n"
        + report.table(header, rows)
        + f"\n\nThe paper's table 2 (LPIPS, FID): {paper_table(TABLE_2, list(runs))}. "
        + verdict(runs)
        + "\n\nTargets, then a row a space in the order of the table (figure 5):\n\n"
        + sheets.saved("overparam-reconstruction", sheets.sheet([found.targets[:SHOWN], *answers]))
        + "\n\nDistance at each step, not the best so far, median and quartiles (figure 6):\n\n"
        + convergence(runs)
    )


def reconstruction(
    name: str, runs: Runs, both: Twins, real: Tensor, perceptual: Perceptual
) -> list[str]:
    """A row of table 2."""
    scores = {
        key: [result.metrics[key][0] for result in runs.results]
        for key in (perceptual.judge.name, "PSNR")
    }
    images = pictures_of(runs.results, both.of(SPACES[name]))
    return [
        SPACES[name].title,
        report.median_quartiles(scores[perceptual.judge.name], 4),
        report.median_quartiles(scores["PSNR"], 2),
        f"{frechet_distance(real, embed(perceptual.pooled, images)):.4f}",
        report.median_quartiles([result.seconds for result in runs.results], 1),
    ]


def verdict(runs: Mapping[str, Runs]) -> str:
    """Of how many pictures W comes nearer than the baseline's w+."""
    if "W" not in runs or "w+" not in runs:
        return ""
    a, b = (runs[name].losses.min(1) for name in ("W", "w+"))
    return f"Here W comes nearer than w+ for {int((a < b).sum())} of {len(a)} pictures."


def convergence(runs: Mapping[str, Runs]) -> str:
    """Figure 6; the dotted line shows when truncation ends."""
    drawing = sheets.figure()
    axes = drawing.add_subplot()
    for name, run in runs.items():
        low, middle, high = np.quantile(run.losses, [0.25, 0.5, 0.75], axis=0)
        steps = np.arange(1, len(middle) + 1)
        axes.plot(steps, middle, label=SPACES[name].title)
        axes.fill_between(steps, low, high, alpha=0.2)
    axes.axvline(len(steps) / 2, color="grey", linestyle=":")
    axes.set(xlabel="step", ylabel="perceptual distance (embedded)", yscale="log")
    axes.grid(alpha=0.3)
    axes.legend()
    return sheets.saved("overparam-steps", drawing)
