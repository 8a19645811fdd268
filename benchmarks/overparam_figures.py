"""What the overparameterized generator's matrices are good for: upsampling, principal components,
and many answers to one picture (Overparameterization, sections 5 and 6.2, figures 8 to 11)."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from benchmarks import drawn, report
from benchmarks.twins import SPACES, Twins, inverted, options, twins
from inversion import Inversion
from inversion.editing import Move, between, codes_of, ganspace
from inversion.editing.sampling import draw
from inversion.images import Picture, to_tensor, to_uint8
from models import load_perceptual
from models.generator import Generator
from models.perceptual import Perceptual
from training.data import held_out

FACTOR = 16
COMPONENTS = 7  # figure 10
STRENGTHS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
SPACES_SHOWN = ("w+", "W", "W+")


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks overparam-figures", description=__doc__
    )
    options(parser)
    parser.add_argument("--count", type=int, default=8, help="held-out avatars, at least 2")
    parser.add_argument("--steps", type=int, default=1000, help="of Adam")
    parser.add_argument("--starts", type=int, default=4, help="random starts a picture (figure 11)")
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
            answers(both, perceptual, targets[: max(2, given.count // 4)], given),
        ),
    }
    for name, (title, body) in sections.items():
        report.write(name, title, command, body)
        print(body)


def upsampling(both: Twins, perceptual: Perceptual, targets: Sequence[Picture], steps: int) -> str:
    """PULSE's problem in each space, truncation kept throughout (section 5.1)."""
    rows, shown = [], []
    low = None
    for name in SPACES_SHOWN:
        space = SPACES[name]
        method = space.method(adam_steps=steps, truncation_until=1.0)
        G = both.of(space)
        task = {"super-resolution.factor": FACTOR, "super-resolution.kernel": "nearest"}
        runs = inverted(
            G, targets, method, perceptual, partial(print, flush=True),
            task="super-resolution", task_settings=task,
        )  # fmt: skip
        shown.append([result.render(G)[0] for result in runs.results])
        low = [r.measurement.picture() for r in runs.results if r.measurement is not None]
        rows.append(
            [
                space.title,
                *(
                    report.median_quartiles([r.metrics[key][0] for r in runs.results], 4)
                    for key in ("measurement error", perceptual.name)
                ),
            ]
        )
    header = ["", "error of the thumbnail", f"{perceptual.name} to the hidden picture"]
    assert low is not None
    side = targets[0].shape[0]
    nearest = [np.kron(x, np.ones((side // x.shape[0],) * 2 + (1,), np.uint8)) for x in low]
    return (
        f"{len(targets)} held-out avatars of which every {FACTOR}th pixel is known; {steps} steps, "
        "truncation by 0.9 before each. Medians [quartiles].\n\n"
        + report.table(header, rows)
        + "\n\nThe paper shows pictures: W fits the thumbnail more closely than w+, W+ closer "
        "still and slightly less realistic. Below: thumbnail, a row a space in the order of the "
        "table, the hidden picture.\n\n"
        + drawn.saved("overparam-upsampling", drawn.sheet([nearest, *shown, list(targets)]))
    )


@torch.no_grad()
def components(G: Generator) -> str:
    """One sample along the first components, a row each."""
    found, codes = ganspace(G, COMPONENTS), draw(G, 1, seed=2)
    grid = [
        [to_uint8(Move(each, s).apply(G, codes).synthesize(G))[0] for s in STRENGTHS]
        for each in found
    ]
    return (
        f"One sample, not chosen, moved along the first {COMPONENTS} principal components of w, "
        f"all rows alike, by {STRENGTHS[0]:g} to {STRENGTHS[-1]:g} deviations; the fourth is the "
        "paper's figure 9.\n\n" + drawn.saved("overparam-components", drawn.sheet(grid))
    )


def answers(
    both: Twins, perceptual: Perceptual, targets: Sequence[Picture], given: argparse.Namespace
) -> str:
    """From random starts, without a regulariser: how far apart the pictures between two answers to
    one picture are from it."""
    rows, grid = [], []
    for name in ("w+", "W"):
        space = SPACES[name]
        G = both.of(space)
        method = space.method(adam_steps=given.steps, spread=1.0, truncation_psi=1.0)
        found = [
            inverted(G, targets, method, perceptual, partial(print, flush=True), seed).results
            for seed in range(given.starts)
        ]
        at_ends, midway, apart = [], [], []
        for i, target in enumerate(targets):
            results = [run[i] for run in found]
            y = to_tensor(target)
            at_ends += [result.metrics[perceptual.name][0] for result in results]
            near, far = between_answers(G, perceptual, results, y)
            midway += near
            apart += far
            path = partway(G, results[0], results[1], 5)
            grid.append([target, *to_uint8(path)])
        rows.append(
            [
                space.title,
                report.median_quartiles(at_ends, 4),
                report.median_quartiles(midway, 4),
                f"{np.median(apart):.2f}",
            ]
        )
    header = ["", f"{perceptual.name}, answers", "midway between two", "codes apart"]
    order = [k for i in range(len(targets)) for k in (i, len(targets) + i)]
    return (
        f"{len(targets)} held-out avatars, each inverted from {given.starts} random starts, "
        f"{given.steps} steps without truncation. Distances are from the target; codes apart: the "
        "distance of two answers in parts of one's distance from the mean of w. Medians "
        "[quartiles].\n\n"
        + report.table(header, rows)
        + "\n\nThe paper shows that what lies between answers varies more in W than in w+. Below, "
        "two rows a picture, w+ above W: target, answer, the way to another answer.\n\n"
        + drawn.saved("overparam-answers", drawn.sheet([grid[k] for k in order]))
    )


@torch.no_grad()
def partway(G: Generator, a: Inversion, b: Inversion, count: int) -> Tensor:
    """`count` pictures [count, 3, H, W] from one to the other; one: the picture midway."""
    t = torch.linspace(0, 1, count) if count > 1 else torch.tensor([0.5])
    return between(G, codes_of(G, a), codes_of(G, b), t).synthesize(G).clamp(-1, 1)


@torch.no_grad()
def between_answers(
    G: Generator, perceptual: Perceptual, results: Sequence[Inversion], y: Tensor
) -> tuple[list[float], list[float]]:
    """Of every two answers to y: how far the picture midway is from y, and how far their codes are
    apart, in parts of one's distance from the mean of w."""
    midway, apart = [], []
    for a, b in itertools.combinations(results, 2):
        midway.append(float(perceptual(partway(G, a, b, 1), y)))
        u, v = (codes_of(G, each).ws for each in (a, b))
        apart.append(float((u - v).norm() / (u - G.w_mean()).norm()))
    return midway, apart
