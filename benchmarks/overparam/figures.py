"""What the overparameterized generator's matrices are good for: upsampling, principal components,
and many answers to one picture (Overparameterization, sections 5 and 6.2, figures 8 to 11)."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.common import report, sheets
from benchmarks.overparam.twins import SPACES, Twins, inverted, options, twins
from inversion import Degradation, Inversion
from inversion.editing import Direction, Move, between, ganspace
from inversion.pictures.images import Picture, to_tensor, to_uint8
from inversion.sampling import draw
from models import load_perceptual
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from training.data.baked import held_out

FACTOR = 16
COMPONENTS = 7  # figure 10
STRENGTHS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
SPACES_SHOWN = ("w+", "W", "W+")
SAMPLES = 5  # figure 9
SHOWN = 2  # pictures in figure 11's sheet


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks overparam-figures", description=__doc__
    )
    options(parser)
    parser.add_argument("--count", type=int, default=8, help="held-out avatars, at least 2")
    parser.add_argument("--steps", type=int, default=1000, help="of Adam")
    parser.add_argument("--starts", type=int, default=4, help="at least 3 (figure 11)")
    given = parser.parse_args(argv)
    both, perceptual = twins(given), load_perceptual("embedded")
    images, _ = held_out(given.count, resolution=both.overparam.resolution)
    targets = list(images.permute(0, 2, 3, 1).numpy())
    how = f"--count {given.count} --steps {given.steps} --starts {given.starts}"
    command = f"python -m benchmarks overparam-figures {how}"
    sections = {
        "overparam-upsampling": (
            f"Overparameterization: {FACTOR}× upsampling (figures 8 and 10)",
            upsampling(both, perceptual, targets, given.steps),
        ),
        "overparam-components": (
            "Overparameterization: principal components (figures 9 and 10)",
            components(both.overparam),
        ),
        "overparam-answers": (
            "Overparameterization: many answers to one picture (figure 11)",
            answers(both, perceptual, targets[: max(2, given.count // 2)], given),
        ),
    }
    for name, (title, body) in sections.items():
        report.write(name, title, command, body)
        print(body)


def upsampling(both: Twins, perceptual: Perceptual, targets: Sequence[Picture], steps: int) -> str:
    """PULSE's problem in each space, truncation kept throughout (section 5.1)."""
    rows, shown = [], []
    for name in SPACES_SHOWN:
        space = SPACES[name]
        method = space.method({"adam.steps": steps, "truncation.until": 1.0})
        G = both.of(space)
        knobs = {"super-resolution.factor": FACTOR, "super-resolution.kernel": "nearest"}
        results = inverted(
            G, targets, method, perceptual, partial(print, flush=True),
            degradation=Degradation("super-resolution", knobs),
        ).results  # fmt: skip
        shown.append([result.render(G)[0] for result in results])
        thumbnails = [enlarged(r.measurement.y) for r in results if r.measurement is not None]
        rows.append(
            [
                space.title,
                *(
                    report.median_quartiles([r.metrics[key][0] for r in results], 4)
                    for key in ("measurement error", perceptual.judge.name)
                ),
            ]
        )
    header = ["", "error of the thumbnail", f"{perceptual.judge.name} to the hidden picture"]
    return (
        f"{len(targets)} held-out avatars of which every {FACTOR}th pixel is known; {steps} steps, "
        "truncation by 0.9 before each. Medians [quartiles].\n\n"
        + report.table(header, rows)
        + "\n\nThe paper shows pictures: W fits the thumbnail more closely than w+, W+ closer "
        "still and slightly less realistic. Below: thumbnail, a row a space in the order of the "
        "table, the hidden picture.\n\n"
        + sheets.saved("overparam-upsampling", sheets.sheet([thumbnails, *shown, list(targets)]))
    )


def enlarged(y: Tensor) -> Picture:
    """A thumbnail [1, 3, h, w] in [-1, 1] with every pixel FACTOR pixels a side."""
    picture: Picture = to_uint8(y.repeat_interleave(FACTOR, 2).repeat_interleave(FACTOR, 3))[0]
    return picture


@torch.no_grad()
def components(G: Generator) -> str:
    """Several samples along one component, and one sample along the first, a row each."""
    found = ganspace(G, COMPONENTS)

    def along(each: Direction, seed: int) -> list[Picture]:
        codes = draw(G, 1, seed=seed)
        return [to_uint8(Move(each, s).apply(G, codes).synthesize(G))[0] for s in STRENGTHS]

    reach = f"by {STRENGTHS[0]:g} to {STRENGTHS[-1]:g} deviations, all rows alike"
    return (
        f"{SAMPLES} samples, not chosen, moved along the fourth principal component of w {reach} "
        "(figure 9):\n\n"
        + sheets.saved(
            "overparam-component", sheets.sheet([along(found[3], s) for s in range(SAMPLES)])
        )
        + f"\n\nOne sample along each of the first {COMPONENTS} (figure 10):\n\n"
        + sheets.saved("overparam-components", sheets.sheet([along(each, 2) for each in found]))
    )


def answers(
    both: Twins, perceptual: Perceptual, targets: Sequence[Picture], given: argparse.Namespace
) -> str:
    """From random starts, without a regulariser: how far apart the pictures between two answers to
    one picture are from it."""
    rows, grid, varied = [], [], []
    for name in ("w+", "W"):
        space = SPACES[name]
        G = both.of(space)
        method = space.method({"adam.steps": given.steps, "truncation.psi": 1.0}, spread=1.0)
        found = [
            inverted(G, targets, method, perceptual, partial(print, flush=True), seed).results
            for seed in range(given.starts)
        ]
        ends, midway, variety = [], [], []
        for i, target in enumerate(targets):
            results = [run[i] for run in found]
            ends += [result.metrics[perceptual.judge.name][0] for result in results]
            middles = between_answers(G, results)
            midway += perceptual(middles, to_tensor(target).expand_as(middles)).tolist()
            variety.append(apart(middles, perceptual))
            if i < SHOWN:
                grid.append([target, *to_uint8(partway(G, results[0], results[1], 5))])
        varied.append(np.quantile(variety, (0.25, 0.75)))
        rows.append(
            [space.title, *(report.median_quartiles(v, 4) for v in (ends, midway, variety))]
        )
    header = [
        "",
        f"{perceptual.judge.name}, answers",
        "midway between two",
        "between what lies midway",
    ]
    order = [k for i in range(len(grid) // 2) for k in (i, len(grid) // 2 + i)]
    return (
        f"{len(targets)} held-out avatars, each inverted from {given.starts} random starts, "
        f"{given.steps} steps without truncation. Distances of the answers, and of the pictures "
        "midway between two of them, from the target; last, the mean distance between any two of "
        "these midway pictures of a target, their variety. Medians [quartiles].\n\n"
        + report.table(header, rows)
        + "\n\nThe paper shows that what lies between answers varies more in W than in w+: "
        + verdict(*varied)
        + ". Below, two rows a picture, w+ above W: target, answer, the way to another answer.\n\n"
        + sheets.saved("overparam-answers", sheets.sheet([grid[k] for k in order]))
    )


def verdict(vectors: NDArray[np.float64], matrices: NDArray[np.float64]) -> str:
    """Whether matrices have more, by quartiles [2] of either."""
    if matrices[0] > vectors[1]:
        return "agreed"
    return "not agreed" if matrices[1] < vectors[0] else "not told apart here"


@torch.no_grad()
def partway(G: Generator, a: Inversion, b: Inversion, count: int) -> Tensor:
    """`count` pictures [count, 3, H, W] from one to the other; one: the picture midway."""
    t = torch.linspace(0, 1, count) if count > 1 else torch.tensor([0.5])
    return between(G, a.edited_codes(G), b.edited_codes(G), t).synthesize(G).clamp(-1, 1)


def between_answers(G: Generator, results: Sequence[Inversion]) -> Tensor:
    """The pictures midway between every two answers [pairs, 3, H, W]."""
    return torch.cat([partway(G, a, b, 1) for a, b in itertools.combinations(results, 2)])


@torch.no_grad()
def apart(images: Tensor, perceptual: Perceptual) -> float:
    """The mean distance between any two of the pictures [n, 3, H, W]."""
    a, b = zip(*itertools.combinations(range(len(images)), 2), strict=True)
    return float(perceptual(images[list(a)], images[list(b)]).mean())
