"""The best of each seed, whatever the search did since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.solvers.base import Constraint, Objective, Solver


@dataclass(frozen=True)
class Best:
    """Lowest observed loss of each seed [seeds], and the θ it was seen at."""

    observed: Tensor
    theta: Theta

    @classmethod
    def nothing(cls, theta: Theta) -> Best:
        """Before the first evaluation, from the start θ."""
        row = next(iter(theta.values()))
        return cls(torch.full((len(row),), torch.inf, device=row.device), theta)

    def updated(self, evaluation: Evaluation) -> Best:
        if evaluation.theta.keys() != self.theta.keys():  # a round that begins where one ended
            theta = {name: x.detach() for name, x in evaluation.theta.items()}
            return Best(torch.minimum(evaluation.observed.detach(), self.observed), theta)
        better = evaluation.observed < self.observed

        def choose(new: Tensor, old: Tensor) -> Tensor:
            return torch.where(better.view(-1, *[1] * (new.dim() - 1)), new.detach(), old)

        theta = {name: choose(x, self.theta[name]) for name, x in evaluation.theta.items()}
        return Best(choose(evaluation.observed, self.observed), theta)


@dataclass
class BestSoFarState:
    solver: Any  # its state
    best: Best


@dataclass(frozen=True)
class BestSoFar(Solver):
    """`solver`, and in the state the best that it has seen of each seed (as optimistix's
    `BestSoFarMinimiser`)."""

    key = "best"
    solver: Solver

    @property
    def steps(self) -> int:
        return self.solver.steps

    def init(self, start: Start) -> BestSoFarState:
        return BestSoFarState(self.solver.init(start), Best.nothing(start.theta))

    def step(
        self, state: BestSoFarState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        evaluation = self.solver.step(state.solver, objective, constrain, t)
        state.best = state.best.updated(evaluation)
        return evaluation

    def restart(self, state: BestSoFarState, seeds: Sequence[int], theta: Theta) -> None:
        self.solver.restart(state.solver, seeds, theta)
