"""Search without gradients: a population a seed is asked for, drawn as one batch, and told of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inversion.knobs import knob
from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.solvers.base import Constraint, Objective, Solver
from models.devices import like
from models.errors import StudioError

Points = NDArray[np.float64]  # [λ, n]
WORST = 1e20  # told for ∞ and NaN, to which the libraries object; what counts is the rank


class Searcher(Protocol):
    """The library's optimizer of one seed."""

    def ask(self) -> Points:
        """The population, [λ, n]."""
        ...

    def tell(self, points: Points, losses: NDArray[np.float64]) -> None:
        """The losses [λ] of the population, or of points near it that take its members' places."""
        ...


@dataclass
class PopulationState:
    start: Start
    searchers: list[Searcher]
    asked: list[Points]  # the population of each seed
    trust: list[float]  # halved each time a seed broke


@dataclass(frozen=True)
class Population(Solver):
    """Ask and tell over one tensor of θ that is normal at the start; the others stay as they are.

    `over` names that tensor. What is drawn is what the priors allow, what is told is what was
    asked for.
    """

    steps: int = knob(
        300, "updates; each draws a population of pictures for every seed", low=1, high=20000
    )
    population: int = knob(
        0, "pictures in a population; 0 has 4 + 3 ln n for n coordinates", low=0, high=256
    )
    over: str = "z"

    def searcher(self, mean: Points, σ: float, λ: int, rng: torch.Generator) -> Searcher:
        """One seed's search from N(mean [n], σ² I), λ points an update, by `rng` alone."""
        raise NotImplementedError

    def spread(self, start: Start) -> float:
        """σ at the start."""
        return 1.0

    def init(self, start: Start) -> PopulationState:
        if self.over not in start.theta:
            raise StudioError(
                f"The solver {self.key} moves {self.over}, which is not searched here; "
                f"{', '.join(start.theta)} is."
            )
        ones = [1.0 for _ in start.rngs]
        state = PopulationState(start, [], [], ones)
        mean = flat(start.centre[self.over])[0]
        state.searchers = [self._searcher(state, mean, i) for i in range(len(ones))]
        return state

    def _searcher(self, state: PopulationState, mean: Points, i: int) -> Searcher:
        λ = self.population or 4 + math.floor(3 * math.log(mean.size))
        σ = self.spread(state.start) * state.trust[i]
        return self.searcher(mean, σ, λ, state.start.rngs[i])

    def ask(self, state: PopulationState) -> Theta:
        """The next populations of all seeds, [seeds · λ, …] a tensor, a seed's rows in a row."""
        state.asked = [each.ask() for each in state.searchers]
        return self.candidates(state)

    def candidates(self, state: PopulationState) -> Theta:
        """What was asked for last."""
        x = state.start.theta[self.over]
        points = like(torch.from_numpy(np.concatenate(state.asked)), x).view(-1, *x.shape[1:])
        λ = len(state.asked[0])
        rows = {name: x.repeat_interleave(λ, 0) for name, x in state.start.theta.items()}
        return {**rows, self.over: points}

    def tell(self, state: PopulationState, losses: Tensor, theta: Theta | None = None) -> None:
        """The losses [seeds · λ] of what was asked for, or of the θ that it became."""
        points: Sequence[Points] = state.asked
        if theta is not None:
            points = np.split(flat(theta[self.over]), len(state.searchers))
        told = losses.detach().cpu().double().view(len(state.searchers), -1).numpy()
        for searcher, x, loss in zip(state.searchers, points, told, strict=True):
            searcher.tell(x, np.where(np.isfinite(loss), loss, WORST))

    @torch.no_grad()
    def step(
        self, state: PopulationState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        evaluation = objective(constrain(self.ask(state)))
        self.tell(state, evaluation.total)
        return best_of_each(evaluation, len(state.searchers))

    def restart(self, state: PopulationState, seeds: Sequence[int], theta: Theta) -> None:
        for i in seeds:
            state.trust[i] /= 2
            state.searchers[i] = self._searcher(state, flat(theta[self.over][i : i + 1])[0], i)


def flat(x: Tensor) -> Points:
    """[n, …] as float64 [n, coordinates] of numpy."""
    return x.detach().cpu().double().flatten(1).numpy()


def best_of_each(evaluation: Evaluation, seeds: int) -> Evaluation:
    """Of the population of each seed, the row with the lowest observed loss."""
    observed = evaluation.observed.detach().view(seeds, -1)
    lowest = observed.nan_to_num(torch.inf, posinf=torch.inf).argmin(1)
    first = torch.arange(seeds, device=lowest.device) * observed.shape[1]
    return evaluation.rows(first + lowest)
