"""The twins of the Overparameterization paper, the spaces in which its tables compare them, and
inversions in those."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inversion import METHODS, Inversion, solve
from inversion.images import Picture, to_tensor
from inversion.knobs import Value
from inversion.latents import Latents, Matrix, MatrixPlus, W, WPlus
from inversion.methods import Method
from models import load
from models.generator import Generator
from models.perceptual import Perceptual

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
def drawn(results: Sequence[Inversion], G: Generator) -> torch.Tensor:
    """The first answer of each, [n, 3, H, W] in [-1, 1] as a file would hold it."""
    return to_tensor(np.concatenate([result.render(G)[:1] for result in results]))


def paper_table(rows: Mapping[str, Sequence[str]], names: Sequence[str]) -> str:
    """Its numbers for those spaces of which it has some, in a sentence."""
    known = [f"{SPACES[name].title} {', '.join(rows[name])}" for name in names if name in rows]
    return "; ".join(known)
