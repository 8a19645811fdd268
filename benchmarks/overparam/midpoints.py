"""What lies between inversions by the overparameterized generator and by its twin
(Overparameterization, table 3 and figure 7)."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
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
    words,
)
from inversion.editing import Truncate, between
from inversion.latents import Codes
from inversion.pictures.images import Picture, to_uint8
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from training.loop.frechet import embed, frechet_distance

SEGMENTS = 5  # of a path (footnote 8)
DRAWN = 0.9  # to the mean: what was tried to make midpoints more plausible
TABLE_3 = {"w+": ("52.97", "0.175"), "W": ("53.51", "0.190"), "W+": ("57.60", "0.188")}
Pair = tuple[int, int]


@dataclass(frozen=True)
class Between:
    """Of every pair: pooled features of the picture midway, [pairs, F], as it is and with the codes
    drawn to the mean, and the length of the path."""

    middle: Tensor
    truncated: Tensor
    length: NDArray[np.float64]


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks overparam-midpoints", description=__doc__
    )
    given = arguments(parser, 8).parse_args(argv)
    body = section(measure(given), given.steps)
    report.write(
        "overparam-midpoints",
        "Overparameterization: interpolation (table 3)",
        f"python -m benchmarks overparam-midpoints {words(given)}",
        body,
    )
    print(body)


def section(found: Measured, steps: int) -> str:
    """Table 3 and figure 7."""
    both, real, perceptual, runs = found.both, found.real, found.perceptual, found.runs
    count = len(found.targets)
    chosen = pairs(count)
    rows = [
        row(SPACES[name].title, chosen, count, real, paths(name, run, chosen, both, perceptual))
        for name, run in runs.items()
    ]
    header = ["", "Fréchet of midpoints", f"drawn to the mean by {DRAWN:g}", "path length"]
    return (
        f"The way between all {len(chosen)} pairs of {count} held-out avatars, inverted by {steps} "
        "steps as for table 2, in a straight line. Fréchet distance of the midpoints from "
        f"{len(real)} other held-out avatars, no FID, and the sum of the perceptual distances of "
        f"{SEGMENTS} segments of a path, mean over paths. In brackets the same of the pairs within "
        "the first half of the pictures, and within the second: of fewer pictures a Fréchet "
        "distance is larger, but two spaces that differ by no more than the halves of each "
        "do are not told apart. The middle column is what was tried to make midpoints more "
        f"plausible: their codes drawn to the mean of w by {DRAWN:g}.\n\n"
        + report.table(header, rows)
        + f"\n\nThe paper's table 3 (FID, PPL): {paper_table(TABLE_3, list(runs))}.\n\n"
        + "A path a space, in the order of the table (figure 7):\n\n"
        + sheets.saved("overparam-paths", sheets.sheet(grid(runs, both, chosen[0])))
    )


def pairs(count: int) -> list[Pair]:
    """Every two of so many pictures, once."""
    return list(itertools.combinations(range(count), 2))


@torch.no_grad()
def paths(
    name: str, runs: Runs, chosen: Sequence[Pair], both: Twins, perceptual: Perceptual
) -> Between:
    """What lies between the two answers of every pair."""
    G, extract = both.of(SPACES[name]), perceptual.pooled
    codes = [result.edited_codes(G) for result in runs.results]
    ends = [each.synthesize(G).clamp(-1, 1) for each in codes]
    inner = torch.tensor([0.5, *torch.linspace(0, 1, SEGMENTS + 1).tolist()[1:-1]])
    middle, truncated, lengths = [], [], []
    for a, b in chosen:
        way = between(G, codes[a], codes[b], inner)
        images = way.synthesize(G).clamp(-1, 1)
        nearer = Truncate(DRAWN).apply(G, first(way)).synthesize(G).clamp(-1, 1)
        middle.append(embed(extract, images[:1]))
        truncated.append(embed(extract, nearer))
        stops = torch.cat([ends[a], images[1:], ends[b]])
        lengths.append(float(perceptual(stops[:-1], stops[1:]).sum()))
    return Between(torch.cat(middle), torch.cat(truncated), np.array(lengths))


def row(title: str, chosen: Sequence[Pair], count: int, real: Tensor, found: Between) -> list[str]:
    """A row of table 3: all pairs, and those within either half of the pictures."""
    parts = [
        torch.tensor([half.count(a) + half.count(b) == 2 for a, b in chosen])
        for half in (range(count // 2), range(count // 2, count))
    ]

    def told(whole: float, *halves: float) -> str:
        return f"{whole:.4f} [{', '.join(f'{half:.4f}' for half in halves)}]"

    def frechet(features: Tensor) -> str:
        distances = (
            frechet_distance(real, each) for each in (features, *(features[p] for p in parts))
        )
        return told(*distances)

    lengths = (float(found.length[p.numpy()].mean()) for p in parts)
    return [
        title,
        frechet(found.middle),
        frechet(found.truncated),
        told(float(found.length.mean()), *lengths),
    ]


def first(codes: Codes) -> Codes:
    return codes.apply(lambda x: x[:1])


@torch.no_grad()
def grid(runs: Mapping[str, Runs], both: Twins, pair: Pair) -> list[list[Picture]]:
    """Target A, the path with its ends, target B: a row a space."""
    rows = []
    for name, run in runs.items():
        G: Generator = both.of(SPACES[name])
        a, b = (run.results[i].edited_codes(G) for i in pair)
        images = between(G, a, b, torch.linspace(0, 1, 7)).synthesize(G)
        start, end = (run.results[i].target for i in pair)
        rows.append([start, *to_uint8(images), end])
    return rows
