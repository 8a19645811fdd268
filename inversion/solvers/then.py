"""One solver after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from inversion.knobs import Knob
from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.solvers.base import Constraint, Objective, Solver
from inversion.solvers.best import BestSoFar, BestSoFarState


@dataclass
class StagedState:
    """`second` is None until it is the second solver's turn."""

    start: Start
    first: BestSoFarState
    second: Any = None


class Staged(Solver):
    """A solver for the first part of the run, then another from the best that it saw of each seed.

    Subclasses say which two, and how many `steps` they take together.
    """

    @property
    def stages(self) -> tuple[Solver, Solver]:
        raise NotImplementedError

    @property
    def turn(self) -> float:
        """The fraction of the run after which it is the second solver's turn."""
        return self.stages[0].steps / self.steps

    def init(self, start: Start) -> StagedState:
        return StagedState(start, BestSoFar(self.stages[0]).init(start))

    def step(
        self, state: StagedState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        (first, second), turn = self.stages, self.turn
        if state.second is None and t < turn:
            return BestSoFar(first).step(state.first, objective, constrain, t / turn)
        if state.second is None:
            state.second = second.init(state.start.at(state.first.best.theta))
        return second.step(state.second, objective, constrain, (t - turn) / (1 - turn))

    def restart(self, state: StagedState, seeds: Sequence[int], theta: Theta) -> None:
        if state.second is None:
            self.stages[0].restart(state.first.solver, seeds, theta)
        else:
            self.stages[1].restart(state.second, seeds, theta)


@dataclass(frozen=True)
class Then(Staged):
    """`first`, then `second` from the best that the first saw of each seed; for example CMA, then
    Adam. The solvers must have different keys."""

    key = "then"
    first: Solver
    second: Solver

    @property
    def stages(self) -> tuple[Solver, Solver]:
        return self.first, self.second

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
