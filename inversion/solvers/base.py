"""A solver is `init` and `step`; the loop around it, and keeping the best, stand in solve.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from inversion.knobs import Part
from inversion.latents import Theta
from inversion.problem import Evaluation

Objective = Callable[[Theta], Evaluation]
Constraint = Callable[[Theta], Theta]


class Solver(Part):
    """Subclasses are frozen dataclasses of knobs; what changes during a run is in their state."""

    steps: int

    def init(self, theta: Theta) -> Any:
        """The solver's state for a batch of seeds that starts at θ."""
        raise NotImplementedError

    def step(self, state: Any, objective: Objective, constrain: Constraint, t: float) -> Evaluation:
        """Evaluates the current θ, moves `state` on by one step, and returns that evaluation."""
        raise NotImplementedError

    def restart(self, state: Any, seeds: Sequence[int], theta: Theta) -> None:
        """Puts those seeds back to their rows of θ, with a fresh memory and half the rate."""
        raise NotImplementedError
