"""One solver after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from inversion.knobs import Knob
from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.solvers.base import Constraint, Objective, Solver
from inversion.solvers.best import Best


@dataclass
class ThenState:
    start: Start
    best: Best  # of what the first solver saw
    first: Any
    second: Any = None


@dataclass(frozen=True)
class Then(Solver):
    """`first`, then `second` from the best that the first saw of each seed; for example CMA, then
    Adam. The solvers must have different keys."""

    key = "then"
    first: Solver
    second: Solver

    @property
    def steps(self) -> int:
        return self.first.steps + self.second.steps

    def knobs(self) -> dict[str, Knob]:
        return {**self.first.knobs(), **self.second.knobs()}

    def configure(self, settings: Mapping[str, Any]) -> Self:
        return type(self)(self.first.configure(settings), self.second.configure(settings))

    def with_steps(self, steps: int) -> Self:
        """All in proportion, each at least one step."""
        first = max(1, round(steps * self.first.steps / self.steps))
        second = max(1, steps - first)
        return type(self)(self.first.with_steps(first), self.second.with_steps(second))

    def init(self, start: Start) -> ThenState:
        return ThenState(start, Best.nothing(start.theta), self.first.init(start))

    def step(
        self, state: ThenState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        turn = self.first.steps / self.steps
        if t < turn:
            evaluation = self.first.step(state.first, objective, constrain, t / turn)
            state.best = state.best.updated(evaluation)
            return evaluation
        if state.second is None:
            state.second = self.second.init(state.start.at(state.best.theta))
        return self.second.step(state.second, objective, constrain, (t - turn) / (1 - turn))

    def restart(self, state: ThenState, seeds: Sequence[int], theta: Theta) -> None:
        if state.second is None:
            self.first.restart(state.first, seeds, theta)
        else:
            self.second.restart(state.second, seeds, theta)
