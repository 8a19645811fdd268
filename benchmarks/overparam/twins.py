"""The twins of the Overparameterization paper, the spaces in which its tables compare them, and
inversions in those."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inversion import METHODS, Inversion, solve
from inversion.knobs import Value
from inversion.latents import Latents, Matrix, MatrixPlus, W, WPlus
from inversion.methods import Method
from inversion.pictures.images import Picture, to_tensor
from models import load, load_perceptual
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from training.avatars import can_compile
from training.data.baked import held_out
from training.loop.frechet import embed

BASELINE, OVERPARAM = "avatars-baseline", "avatars-overparam"


@dataclass(frozen=True)
class Space:
    """What is searched, of which twin; the settings are the paper's for all (section 4.2)."""

    title: str
    matrices: bool
    latents: Latents

    def method(self, settings: Mapping[str, Value], spread: float = 0.0) -> Method:
        """With other settings, and starts so far from the mean of w on the way to a sample."""
        latents = self.latents.configure({f"{self.latents.key}.spread": spread})
        return replace(METHODS["W"], title=self.title, latents=latents).configure(settings)


SPACES: dict[str, Space] = {
    "w": Space("baseline w", False, W()),
    "w+": Space("baseline w+", False, WPlus()),
    "W": Space("overparam W", True, Matrix()),
    "W+": Space("overparam W+", True, MatrixPlus()),
}


@dataclass(frozen=True)
class Twins:
    """The two generators: of vectors, and of matrices."""

    baseline: Generator
    overparam: Generator

    def of(self, space: Space) -> Generator:
        return self.overparam if space.matrices else self.baseline


def options(parser: argparse.ArgumentParser) -> None:
    """The flags that name the twins."""
    parser.add_argument("--baseline", default=BASELINE, help="a catalog's name, or a file")
    parser.add_argument("--overparam", default=OVERPARAM, help="a catalog's name, or a file")


def twins(given: argparse.Namespace) -> Twins:
    return Twins(load(given.baseline), load(given.overparam))


@dataclass(frozen=True)
class Runs:
    """Inversions of pictures, one each, and the loss after every step [pictures, steps]."""

    results: list[Inversion]
    losses: NDArray[np.float64]


def inverted(
    G: Generator,
    pictures: Sequence[Picture],
    method: Method,
    perceptual: Perceptual,
    told: Callable[[str], object] = lambda line: None,
    seed: int = 0,
    **task: Any,
) -> Runs:
    """Each picture for itself; `task` goes to `solve`."""
    results, losses = [], []
    for i, picture in enumerate(pictures):
        run = solve(
            G, picture, method, seeds=1, seed=seed, perceptual=perceptual,
            preview_every=method.steps, **task,
        )  # fmt: skip
        course = []
        for iterate in run:  # noqa: B007  # the last one is wanted
            course.append(float(iterate.observed[0]))
        results.append(iterate.result())
        losses.append(course)
        told(f"{method.title}, picture {i + 1} of {len(pictures)}: {min(course):.4f}")
    return Runs(results, np.array(losses))


@torch.no_grad()
def pictures_of(results: Sequence[Inversion], G: Generator) -> Tensor:
    """The first answer of each, [n, 3, H, W] in [-1, 1] as a file would hold it."""
    return to_tensor(np.concatenate([result.render(G)[:1] for result in results]))


def paper_table(rows: Mapping[str, Sequence[str]], names: Sequence[str]) -> str:
    """Its numbers for those spaces of which it has some, in a sentence."""
    known = [f"{SPACES[name].title} {', '.join(rows[name])}" for name in names if name in rows]
    return "; ".join(known)


@dataclass(frozen=True)
class Measured:
    """Held-out pictures inverted in every space, and the pooled features of others [n, F]."""

    both: Twins
    perceptual: Perceptual
    targets: list[Picture]
    real: Tensor
    runs: dict[str, Runs]


def arguments(parser: argparse.ArgumentParser, least: int) -> argparse.ArgumentParser:
    """The flags of tables 2 and 3, which need at least so many pictures."""

    def enough(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"{text} pictures are too few; {least} are the least")
        return int(text)

    options(parser)
    parser.add_argument("--count", type=enough, default=100, help="held-out avatars")
    parser.add_argument("--steps", type=int, default=1000, help="of Adam")
    parser.add_argument("--spaces", nargs="+", default=list(SPACES), choices=SPACES)
    parser.add_argument("--real", type=int, default=1000, help="pictures for Fréchet distances")
    return parser


def words(given: argparse.Namespace) -> str:
    """The arguments that say so."""
    return (
        f"--count {given.count} --steps {given.steps} --real {given.real}"
        f" --spaces {' '.join(given.spaces)}"
    )


def measure(given: argparse.Namespace) -> Measured:
    both, perceptual = twins(given), load_perceptual("embedded")
    size = both.overparam.resolution
    images, _ = held_out(given.count + given.real, resolution=size, fast=can_compile())
    targets = list(images[: given.count].permute(0, 2, 3, 1).numpy())
    runs = {
        name: inverted(
            both.of(SPACES[name]),
            targets,
            SPACES[name].method({"adam.steps": given.steps}),
            perceptual,
            partial(print, flush=True),
        )
        for name in given.spaces
    }
    real = embed(perceptual.pooled, images[given.count :].float() / 127.5 - 1)
    return Measured(both, perceptual, targets, real, runs)
