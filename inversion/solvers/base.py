"""A solver is `init` and `step`; the loop around it, and keeping the best, stand in run.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self

from inversion.knobs import Part
from inversion.latents import Start, Theta
from inversion.problem import Evaluation


class Objective(Protocol):
    """What θ costs. It has one row a seed, or a population a seed, in a row; `seeds` says which of
    the seeds they are of, all when None."""

    def __call__(self, theta: Theta, /, seeds: Sequence[int] | None = None) -> Evaluation: ...


Constraint = Callable[[Theta], Theta]


class Solver(Part):
    """Subclasses are frozen dataclasses of knobs; what changes during a run is in their state."""

    @property
    def steps(self) -> int:
        """How often `step` is called in a full run."""
        raise NotImplementedError

    def with_steps(self, steps: int) -> Self:
        """This solver with a run of about so many steps."""
        return self.configure({f"{self.key}.steps": steps})

    def init(self, start: Start) -> Any:
        """The solver's state for a batch of seeds."""
        raise NotImplementedError

    def step(self, state: Any, objective: Objective, constrain: Constraint, t: float) -> Evaluation:
        """Moves `state` on by one step of a run that is done to the fraction t; returns what it
        evaluated on the way, one row a seed: the current θ, or the best of those it looked at."""
        raise NotImplementedError

    def restart(self, state: Any, seeds: Sequence[int], theta: Theta) -> None:
        """Puts those seeds back to their rows of θ, with a fresh memory and half the rate; asked
        now and then, mostly for none."""
        raise NotImplementedError
