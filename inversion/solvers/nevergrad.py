"""Any optimizer of Nevergrad by its name, one instance a seed."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inversion.knobs import knob
from inversion.solvers.population import Points, Population, Searcher
from models.errors import StudioError

GOOD = (
    "CMA",
    "DiagonalCMA",
    "TwoPointsDE",
    "DE",
    "PSO",
    "OnePlusOne",
    "TBPSA",
    "ScrHammersleySearch",
    "RandomSearch",
)
FULL = 4096  # coordinates up to which CMA's table of them all is kept: 134 MB a seed


@dataclass(frozen=True)
class Nevergrad(Population):
    """Ask and tell of a gradient-free optimizer of Nevergrad (Rapin and Teytaud 2018; pix2latent,
    appendix D, figure 12), from the mean of the prior, or from the guess, with σ = 1.

    `optimizer` is any name of `nevergrad.optimizers.registry`; the page offers the GOOD ones.
    Raises StudioError for another name, and for CMA over more than 4096 coordinates. One that
    cannot look at a population looks at single points, an update each, and is told of no other.
    """

    key = "nevergrad"
    steps: int = knob(
        1000, "updates; each draws a population of pictures for every seed", low=1, high=20000
    )
    optimizer: str = knob(
        "CMA", "name of the optimizer; CMA and its kind do best", choices=GOOD, open=True
    )

    def __post_init__(self) -> None:
        if self.optimizer not in GOOD:
            registered(self.optimizer)

    def searcher(self, mean: Points, σ: float, λ: int, rng: torch.Generator) -> Searcher:
        optimizer = registered(self.optimizer)
        if self.optimizer == "CMA" and mean.size > FULL:
            raise StudioError(
                f"Nevergrad's CMA keeps a table of all pairs of the {mean.size} numbers searched"
                f" here, {8 * mean.size**2 / 1e9:.1f} GB a seed. Choose DiagonalCMA among its"
                " optimizers, or the method CMA."
            )
        λ = 1 if optimizer.no_parallelization else λ
        return Instance(self.optimizer, mean, σ, λ, self.steps * λ, rng)


class Instance:
    """One optimizer at work on one seed."""

    def __init__(
        self, name: str, mean: Points, σ: float, λ: int, budget: int, rng: torch.Generator
    ) -> None:
        from nevergrad.parametrization import parameter

        self.name, self.λ = name, λ
        space = parameter.Array(init=mean).set_mutation(sigma=σ)
        space.random_state = np.random.RandomState(int(torch.randint(2**31, (), generator=rng)))
        with sentence(name):
            self.optimizer = registered(name)(space, budget=budget, num_workers=λ)

    def ask(self) -> Points:
        with sentence(self.name):
            self.asked = [self.optimizer.ask() for _ in range(self.λ)]
        return np.stack([each.value for each in self.asked])

    def tell(self, points: Points, losses: NDArray[np.float64]) -> None:
        """An optimizer that can learn of no point but its own learns of what it asked for."""
        from nevergrad.common.errors import TellNotAskedNotSupportedError

        with sentence(self.name):
            for asked, x, loss in zip(self.asked, points, losses.tolist(), strict=True):
                try:
                    self.optimizer.tell(self._at(asked, x), loss)
                except TellNotAskedNotSupportedError:
                    self.optimizer.tell(asked, loss)

    def _at(self, asked: Any, x: Points) -> Any:
        if self.λ == 1 or np.array_equal(asked.value, x):
            return asked  # some would wait for ever for the answer to what they asked
        return self.optimizer.parametrization.spawn_child(new_value=x)


def registered(name: str) -> Any:
    """The optimizer of this name. Raises StudioError, with names that are close, without one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, of what it imports
        from nevergrad.optimization import registry
    if name not in registry:
        near = difflib.get_close_matches(name, list(registry), n=4, cutoff=0.4) or GOOD
        raise StudioError(f"Nevergrad has no optimizer {name!r}. Did you mean {', '.join(near)}?")
    return registry[name]


@contextmanager
def sentence(name: str) -> Iterator[None]:
    """Five hundred optimizers fail in as many ways; each becomes a StudioError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice to those who choose parametrisations by hand
            yield
    except Exception as error:
        raise StudioError(
            f"Nevergrad's {name} cannot run here: {error} Choose another optimizer."
        ) from error
