"""CMA-ES (Hansen), pycma's, one distribution a seed."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inversion.knobs import knob
from inversion.latents import Start
from inversion.solvers.population import WORST, Points, Population, Searcher

DIAGONAL_FROM = 200  # coordinates from which the covariance is kept diagonal, which is faster
GUESSED = 0.5  # σ around an encoder's guess, as a part of σ


@dataclass(frozen=True)
class CMA(Population):
    """Covariance matrix adaptation from the mean of the prior, or from the guess, on
    (pix2latent, appendix A)."""

    key = "cma"
    sigma: float = knob(
        1.0, "how widely it looks at first; half as widely around an estimate", low=0.01, high=5
    )

    def spread(self, start: Start) -> float:
        return self.sigma * (GUESSED if start.guessed else 1.0)

    def searcher(self, mean: Points, σ: float, λ: int, rng: torch.Generator) -> Searcher:
        return Distribution(mean, σ, λ, rng)


class Distribution:
    """N(m, σ² C), updated by pycma; begun anew once it has collapsed."""

    def __init__(self, mean: Points, σ: float, λ: int, rng: torch.Generator) -> None:
        self.mean, self.σ, self.λ, self.rng = mean, σ, λ, rng
        self.begin()

    def begin(self) -> None:
        from cma import CMAEvolutionStrategy  # a second to import

        options: dict[str, Any] = {
            "popsize": self.λ,
            "CMA_diagonal": self.mean.size > DIAGONAL_FROM,
            "randn": self.normal,
            "seed": np.nan,  # leaves the global generator alone
            "verbose": -10,  # says and writes nothing
        }
        self.es = CMAEvolutionStrategy(self.mean.copy(), self.σ, options)

    def normal(self, *shape: int) -> NDArray[np.float64]:
        """N(0, I) from this seed's own generator."""
        return torch.randn(shape, generator=self.rng, dtype=torch.float64).numpy()

    def ask(self) -> Points:
        return np.asarray(self.es.ask())

    def tell(self, points: Points, losses: NDArray[np.float64]) -> None:
        from cma.evolution_strategy import InjectionWarning

        if losses.min() >= WORST:
            return  # nothing to learn
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InjectionWarning)  # refined points took their places
            self.es.tell(list(points), losses.tolist())
        if self.es.stop():
            self.begin()
