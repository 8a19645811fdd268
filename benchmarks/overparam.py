"""Inversions by the overparameterized generator and its twin, and what lies between them
(Overparameterization, tables 2 and 3, figures 5, 6 and 7)."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from benchmarks import drawn, report
from benchmarks.twins import SPACES, Runs, Twins, inverted, options, paper_table, twins
from benchmarks.twins import drawn as pictures_of
from inversion.editing import between, codes_of
from inversion.images import to_uint8
from inversion.latents import Codes
from models import load_perceptual
from models.generator import Generator
from models.perceptual import Perceptual
from training.avatars import can_compile
from training.data import held_out
from training.metrics import embed, frechet_distance

SEGMENTS = 5  # of a path (footnote 8)
SHOWN = 6  # pictures in figures 5 and 7
TABLE_2 = {"w+": ("0.185", "77.16"), "W": ("0.070", "73.52"), "W+": ("0.033", "74.19")}
TABLE_3 = {"w+": ("52.97", "0.175"), "W": ("53.51", "0.190"), "W+": ("57.60", "0.188")}


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks overparam", description=__doc__)
    options(parser)
    parser.add_argument("--count", type=int, default=100, help="held-out avatars, at least 2")
    parser.add_argument("--steps", type=int, default=1000, help="of Adam")
    parser.add_argument("--spaces", nargs="+", default=list(SPACES), choices=SPACES)
    parser.add_argument("--pairs", type=int, default=4950, help="paths, of all pairs at most")
    parser.add_argument("--real", type=int, default=1000, help="pictures for Fréchet distances")
    given = parser.parse_args(argv)

    both, perceptual = twins(given), load_perceptual("embedded")
    size = both.overparam.resolution
    images, _ = held_out(given.count + given.real, resolution=size, fast=can_compile())
    targets = list(images[: given.count].permute(0, 2, 3, 1).numpy())
    extract = perceptual.pooled
    real = embed(extract, images[given.count :].float() / 127.5 - 1)

    runs: dict[str, Runs] = {}
    for name in given.spaces:
        space = SPACES[name]
        method = space.method(adam_steps=given.steps)
        runs[name] = inverted(
            both.of(space), targets, method, perceptual, partial(print, flush=True)
        )

    how = (
        f"--count {given.count} --steps {given.steps} --pairs {given.pairs} --real {given.real}"
        f" --spaces {' '.join(given.spaces)}"
    )
    common = (
        f"{given.count} held-out avatars; {given.steps} steps of Adam at 0.05 on the perceptual "
        "distance (embedded) alone, from the mean of w on, drawn to it by 0.9 before each step of "
        f"the first half. Fréchet distances are from {given.real} other held-out avatars in the "
        "embedded perceptual network's features; they are no FID, and so small a set of pictures "
        "has one of its own: the paper's numbers beside ours tell an order, not a size. "
    )
    rows = [reconstruction(name, runs[name], both, real, perceptual) for name in given.spaces]
    header = ["", perceptual.name, "PSNR, dB", "Fréchet", "seconds a picture"]
    grid = (
        [*targets[:SHOWN]],
        *[
            [result.render(both.of(SPACES[name]))[0] for result in runs[name].results[:SHOWN]]
            for name in given.spaces
        ],
    )
    body = (
        common
        + "Medians [quartiles].\n\n"
        + report.table(header, rows)
        + f"\n\nThe paper's table 2 (LPIPS, FID): {paper_table(TABLE_2, given.spaces)}. "
        + verdict(runs)
        + "\n\nTargets, then a row a space in the order of the table (figure 5):\n\n"
        + drawn.saved("overparam-reconstruction", drawn.sheet(grid))
        + "\n\nDistance after each step, median and quartiles (figure 6):\n\n"
        + convergence(runs)
    )
    command = f"python -m benchmarks overparam {how}"
    report.write("overparam", "Overparameterization: inversion (table 2)", command, body)
    print(body)

    chosen = paths(given.count, given.pairs)
    rows = [
        interpolation(name, runs[name], chosen, both, real, perceptual) for name in given.spaces
    ]
    header = ["", "Fréchet of midpoints", "path length"]
    body = (
        f"The way between {len(chosen)} pairs of the inversions above, in a straight line: Fréchet "
        f"distance of the midpoints, and the sum of the perceptual distances of {SEGMENTS} segments"
        " of a path, mean over paths.\n\n"
        + report.table(header, rows)
        + f"\n\nThe paper's table 3 (FID, PPL): {paper_table(TABLE_3, given.spaces)}.\n\n"
        + "A path a space, in the order of the table (figure 7):\n\n"
        + drawn.saved("overparam-paths", drawn.sheet(path_grid(runs, both, chosen[0])))
    )
    report.write(
        "overparam-midpoints", "Overparameterization: interpolation (table 3)", command, body
    )
    print(body)


def reconstruction(
    name: str, runs: Runs, both: Twins, real: Tensor, perceptual: Perceptual
) -> list[str]:
    """A row of table 2."""
    scores = {
        key: [result.metrics[key][0] for result in runs.results]
        for key in (perceptual.name, "PSNR")
    }
    images = pictures_of(runs.results, both.of(SPACES[name]))
    return [
        SPACES[name].title,
        report.median_quartiles(scores[perceptual.name], 4),
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
    drawing = drawn.figure()
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
    return drawn.saved("overparam-steps", drawing)


def paths(count: int, most: int) -> list[tuple[int, int]]:
    """All pairs, or `most` of them at random."""
    every = list(itertools.combinations(range(count), 2))
    order = torch.randperm(len(every), generator=torch.Generator().manual_seed(0))
    return [every[i] for i in order[:most].tolist()]


def ends(G: Generator, runs: Runs, pair: tuple[int, int]) -> tuple[Codes, Codes]:
    a, b = (codes_of(G, runs.results[i]) for i in pair)
    return a, b


@torch.no_grad()
def interpolation(
    name: str,
    runs: Runs,
    chosen: Sequence[tuple[int, int]],
    both: Twins,
    real: Tensor,
    perceptual: Perceptual,
) -> list[str]:
    """A row of table 3."""
    G, extract = both.of(SPACES[name]), perceptual.pooled
    at = torch.tensor([0.5, *torch.linspace(0, 1, SEGMENTS + 1).tolist()])
    middles, lengths = [], []
    for pair in chosen:
        images = between(G, *ends(G, runs, pair), at).synthesize(G).clamp(-1, 1)
        middles.append(embed(extract, images[:1]))
        lengths.append(float(perceptual(images[1:-1], images[2:]).sum()))
    return [
        SPACES[name].title,
        f"{frechet_distance(real, torch.cat(middles)):.4f}",
        f"{np.mean(lengths):.4f}",
    ]


@torch.no_grad()
def path_grid(
    runs: Mapping[str, Runs], both: Twins, pair: tuple[int, int]
) -> list[list[np.ndarray]]:
    """Target A, the path with its ends, target B: a row a space."""
    rows = []
    for name, run in runs.items():
        G = both.of(SPACES[name])
        images = between(G, *ends(G, run, pair), torch.linspace(0, 1, 7)).synthesize(G)
        first, last = (run.results[i].target for i in pair)
        rows.append([first, *to_uint8(images), last])
    return rows
