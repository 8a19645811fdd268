"""A run behind a progress bar, to its end or to Ctrl-C."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Generic

from tqdm import tqdm

from inversion.run import Answer, Iterate, Iterates

STOPPED = 130  # exit code of a program that Ctrl-C ended


@dataclass(frozen=True)
class Followed(Generic[Answer]):
    """The best so far, None before the first step, and whether Ctrl-C ended the run."""

    last: Iterate[Answer] | None
    stopped: bool

    def answer(self) -> Answer:
        """The best so far, drawn. Raises KeyboardInterrupt where there is none."""
        if self.last is None:
            raise KeyboardInterrupt
        return self.last.drawn()

    @property
    def code(self) -> int:
        """The exit code."""
        return STOPPED if self.stopped else 0


def followed(iterates: Iterates[Answer]) -> Followed[Answer]:
    last: Iterate[Answer] | None = None
    try:
        with closing(iterates), tqdm(unit="step") as bar:
            for last in iterates:
                bar.total = last.steps
                bar.update(last.step - bar.n)
                if last.preview is not None:
                    best = last.best.nan_to_num(float("inf")).min()
                    bar.set_postfix(best=f"{best:.4f}")
    except KeyboardInterrupt:
        return Followed(last, True)
    return Followed(last, False)
