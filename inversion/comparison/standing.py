"""How a race stands: plain data, one cell a method."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from inversion.drawn import Drawn
from inversion.metrics import FIDELITY
from inversion.pictures.images import Picture
from models.errors import StudioError

Terms = Literal["seconds", "pictures", "steps"]
TERMS: dict[Terms, str] = {
    "seconds": "equal seconds",
    "pictures": "equal pictures drawn",
    "steps": "equal steps",
}
State = Literal["running", "done", "stopped", "failed"]
IDENTITY = "identity"
HIGHER = (*FIDELITY, IDENTITY)  # of these metrics more is better, of all others less
End = Callable[[], tuple[Drawn, dict[str, float]]]


@dataclass(frozen=True)
class Point:
    """A look at a cell: seconds charged to it, pictures drawn for each seed and steps until then,
    and how near its best picture was, by name of the metric."""

    seconds: float
    pictures: int
    step: int
    metrics: dict[str, float]


@dataclass(frozen=True, eq=False)
class Cell:
    """One method in the race.

    name, model  what it is called, and whose codes it searches
    state        running, done, stopped, or failed, with a `sentence` that says why
    seconds      charged to it: only while it is stepped, its preparation included
    pictures     drawn for each seed; step, of at most `steps`
    picture      the best that was looked at so far, uint8 [H, W, 3]; once it has ended, its answer
    metrics      of that picture; fewer while it runs than once it has ended
    curve        looks at it, in time
    """

    name: str
    model: str
    state: State = "running"
    sentence: str = ""
    seconds: float = 0.0
    pictures: int = 0
    step: int = 0
    steps: int = 0
    picture: Picture | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    curve: tuple[Point, ...] = ()
    end: End | None = field(default=None, repr=False)  # its best so far, drawn and measured

    def used(self, equal: Terms) -> float:
        """How much it has had of what is shared out equally."""
        return {"seconds": self.seconds, "pictures": self.pictures, "steps": self.step}[equal]

    def ended(self, state: State, sentence: str = "") -> Cell:
        """The cell with its answer for a picture, if it has one."""
        if self.end is None:
            return replace(self, state=state, sentence=sentence)
        try:
            drawn, metrics = self.end()
        except StudioError as error:
            return replace(
                self,
                state="failed",
                sentence=sentence or str(error),
                picture=None,
                metrics={},
                end=None,
            )
        last = Point(self.seconds, self.pictures, self.step, metrics)
        return replace(
            self,
            state=state,
            sentence=sentence,
            picture=drawn.pictures[0],
            metrics=metrics,
            curve=(*self.curve, last),
        )

    def answer(self) -> Drawn | None:
        """Its best so far as a finished Inversion with its pictures; None if it has none."""
        if self.end is None:
            return None
        try:
            return self.end()[0]
        except StudioError:
            return None


@dataclass(frozen=True, eq=False)
class Standing:
    """A moment of a race.

    equal, budget  what is shared out equally, and how much of it each cell may have
    nearest_by     the metric by which cells are ranked unless another is named
    target         the picture that was asked for, uint8 [H, W, 3]: what is left of it if it was
                   degraded; `truth` the true one, None where it is not known
    turn           the cell that was stepped last, None before the first
    """

    cells: tuple[Cell, ...]
    equal: Terms
    budget: float
    nearest_by: str
    target: Picture
    truth: Picture | None
    turn: int | None = None

    @property
    def degraded(self) -> bool:
        """Whether the picture that was asked for is what is left of another."""
        return self.truth is None or not np.array_equal(self.truth, self.target)

    @property
    def over(self) -> bool:
        """Whether nothing runs any more."""
        return all(cell.state != "running" for cell in self.cells)

    @property
    def done(self) -> float:
        """The part of the race that is over, in [0, 1]."""
        return sum(
            1.0 if cell.state != "running" else min(1.0, cell.used(self.equal) / self.budget)
            for cell in self.cells
        ) / len(self.cells)

    @property
    def leader(self) -> int | None:
        """The number of the cell that is nearest now, None while nothing is measured."""
        first = self.ranking()[0]
        return first if self.nearest_by in self.cells[first].metrics else None

    def ranking(self, by: str | None = None) -> tuple[int, ...]:
        """Numbers of the cells, best first by a metric, or by "seconds", "pictures" or "steps";
        those that have none of it come last."""

        def order(i: int) -> tuple[bool, float]:
            value = self.value(i, by or self.nearest_by)
            if value is None or math.isnan(value):
                return True, 0.0
            return False, -value if (by or self.nearest_by) in HIGHER else value

        return tuple(sorted(range(len(self.cells)), key=order))

    def value(self, i: int, by: str) -> float | None:
        """A cell's metric, or what it used; None where it has no answer or none of it."""
        cell = self.cells[i]
        if by in TERMS:
            return None if cell.picture is None else cell.used(by)
        return cell.metrics.get(by)

    def settled(self) -> Standing:
        """The race as it is when it ends here: of what runs still, the best so far."""
        cells = (
            cell.ended("stopped" if cell.end else "failed", "" if cell.end else NO_STEP)
            if cell.state == "running"
            else cell
            for cell in self.cells
        )
        return replace(self, cells=tuple(cells))

    def plain(self) -> Standing:
        """The same without its answers, as it can be sent to another process."""
        return replace(self, cells=tuple(replace(cell, end=None) for cell in self.cells))


NO_STEP = "Stopped before its first step."
