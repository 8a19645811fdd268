"""What was done, so that it can be undone: an immutable stack of states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

State = TypeVar("State")


@dataclass(frozen=True)
class History(Generic[State]):
    """`states` from the first on, of which number `at` is shown. Every method gives a new history.

    A state is whatever describes a moment; for edits, the tuple of them.

    >>> history = History.begin(()).push(("smile",))
    >>> history.undo().now, history.undo().can_redo
    ((), True)
    """

    states: tuple[State, ...]
    at: int = 0

    @classmethod
    def begin(cls, first: State) -> History[State]:
        return cls((first,))

    @property
    def now(self) -> State:
        return self.states[self.at]

    @property
    def can_undo(self) -> bool:
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        return self.at < len(self.states) - 1

    def push(self, state: State) -> History[State]:
        """After a change; what had been undone can no longer be redone. The same state again is no
        change."""
        if state == self.now:
            return self
        return History((*self.states[: self.at + 1], state), self.at + 1)

    def undo(self) -> History[State]:
        """One back; at the first state, the same."""
        return replace(self, at=max(0, self.at - 1))

    def redo(self) -> History[State]:
        """One forward; at the last state, the same."""
        return replace(self, at=min(len(self.states) - 1, self.at + 1))

    def reset(self) -> History[State]:
        """Back to the first state, as a change that can itself be undone."""
        return self.push(self.states[0])
