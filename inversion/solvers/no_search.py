"""One look at where the search would begin, and no search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch

from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.solvers.base import Constraint, Objective, Solver


@dataclass(frozen=True)
class Once(Solver):
    """Evaluates the start; the state is θ itself."""

    key = "once"

    @property
    def steps(self) -> int:
        return 1

    def with_steps(self, steps: int) -> Self:
        return self

    def init(self, start: Start) -> Theta:
        return start.theta

    @torch.no_grad()
    def step(
        self, state: Theta, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        return objective(constrain(state))

    def restart(self, state: Theta, seeds: Sequence[int], theta: Theta) -> None:
        """There is no further step to prepare."""
