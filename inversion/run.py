"""The loop: a solver's steps as a stream of Iterates, the best of each seed always in hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inversion.drawn import Drawn
from inversion.latents import Start, Theta
from inversion.pictures.images import to_uint8
from inversion.problem import Evaluation
from inversion.result import Inversion
from inversion.solvers import Solver
from inversion.solvers.best import Best
from inversion.solvers.chunked import ChunkedEvaluation
from models.errors import StudioError

MEMORY = "Memory ran out, so populations were drawn in smaller parts; the answer is the same."


Answer = TypeVar("Answer", bound=Drawn, covariant=True)  # of a search: Drawn, or a Discovery


def monotonic() -> float:
    """Seconds that pass, by the clock that is there when it is asked."""
    return time.monotonic()


@dataclass(frozen=True)
class Iterate(Generic[Answer]):
    """A moment of a run. Tensors are [seeds], on the generator's device: reading them may wait.

    `evaluations` is how many pictures were drawn for each seed, the fair measure between solvers;
    `preview` is what each seed draws now, uint8 [seeds, H, W, 3], every few steps, else None;
    `notes` are sentences about what happened so far; `result()` is the best so far as a finished
    Inversion; `drawn()` is that answer with the pictures that it draws: of `solve` and `tune` a
    Drawn, of `discover` a Discovery.
    """

    step: int
    steps: int
    evaluations: int
    seconds: float
    seconds_left: float
    terms: dict[str, Tensor]
    observed: Tensor
    best: Tensor
    preview: NDArray[np.uint8] | None
    notes: tuple[str, ...]
    drawn: Callable[[], Answer]

    def result(self) -> Inversion:
        """The best so far, best seed first."""
        return self.drawn().result


Iterates = Generator[Iterate[Answer], None, None]  # closing it stops the run


class Searched(Protocol):
    """What a run minimises: a `Problem`, or the weights of its generator (`tuning.Weights`)."""

    def start(self, rngs: Sequence[torch.Generator]) -> Start: ...

    def evaluate(
        self,
        theta: Theta,
        t: float,
        rngs: Sequence[torch.Generator],
        seeds: Sequence[int] | None = None,
    ) -> Evaluation: ...

    def constrain(self, theta: Theta, t: float = 1.0) -> Theta: ...


@dataclass(frozen=True)
class Run(Generic[Answer]):
    """One run of a solver on a problem; `seeds` are the numbers that seed each row's generator.

    `finish(theta, seeds=…, losses=…, steps=…, evaluations=…, seconds=…, notes=…)` makes the answer
    of the best rows of θ, best first. The run ends before its steps or its `budget` of seconds are
    used up once `enough` is true at a step that is shown, since to ask waits for the device; what
    it was true of is then the answer. No more than about `most` pictures are drawn at once.
    `pictures` is how many may be drawn for each seed, None for any number; `clock` tells the
    seconds: of several runs that take turns, each is given one that stands still meanwhile.
    """

    problem: Searched
    solver: Solver
    seeds: tuple[int, ...]
    budget: float | None
    preview_every: int
    finish: Callable[..., Answer]
    enough: Callable[[Evaluation], bool] = lambda _: False
    most: int = 4096
    pictures: int | None = None
    clock: Callable[[], float] = monotonic

    def iterates(self) -> Iterates[Answer]:
        problem, solver = self.problem, self.solver
        rngs = [torch.Generator().manual_seed(seed) for seed in self.seeds]
        notes: tuple[str, ...] = ()
        began = self.clock()
        with torch.no_grad(), memory_sentence(len(rngs)):
            start = problem.start(rngs)
        state = solver.init(start)
        best = Best.nothing(start.theta)
        drawn = 0
        pieces = ChunkedEvaluation(len(rngs), self.most)
        for step in range(1, solver.steps + 1):
            t = self._done(step - 1, began, drawn)
            looked = step % self.preview_every == 1 or self.preview_every == 1
            objective = partial(pieces.evaluate, partial(problem.evaluate, t=t, rngs=rngs))
            with memory_sentence(len(rngs)):
                evaluation = solver.step(state, objective, partial(problem.constrain, t=t), t)
                satisfied = looked and self.enough(evaluation)
                best = (Best.nothing(best.theta) if satisfied else best).updated(evaluation)
            drawn += evaluation.drawn
            if pieces.short and MEMORY not in notes:
                notes += (MEMORY,)
            seconds = self.clock() - began
            done = 1.0 if satisfied else self._done(step, began, drawn)
            showing = looked or done >= 1
            if showing:
                lost = (~evaluation.total.isfinite()).nonzero().flatten().tolist()
                solver.restart(state, lost, best.theta)
                notes += tuple(
                    f"Seed {self.seeds[i]}: the loss was no finite number at step {step}; "
                    "it went back to its best and on at half the rate."
                    for i in lost
                )
            yield Iterate(
                step=step,
                steps=solver.steps,
                evaluations=drawn // len(rngs),
                seconds=seconds,
                seconds_left=seconds * (1 / done - 1),
                terms={name: term.detach() for name, term in evaluation.terms.items()},
                observed=evaluation.observed.detach(),
                best=best.observed,
                preview=to_uint8(evaluation.images) if showing else None,
                notes=notes,
                drawn=partial(self._drawn, best, step, drawn // len(rngs), seconds, notes),
            )
            if done >= 1:
                return

    def _done(self, step: int, began: float, drawn: int) -> float:
        """The fraction of the run that is over after `step` steps, at most 1."""
        spent = (self.clock() - began) / self.budget if self.budget and step else 0.0
        of_pictures = drawn / len(self.seeds) / self.pictures if self.pictures else 0.0
        return min(1.0, max(step / self.solver.steps, spent, of_pictures))

    def _drawn(
        self, best: Best, steps: int, evaluations: int, seconds: float, notes: tuple[str, ...]
    ) -> Answer:
        order = best.observed.argsort()[: int(best.observed.isfinite().sum())]
        if not len(order):
            raise StudioError(
                "The loss was never a finite number, so there is no answer to show. "
                "Lower the learning rate, or check the model's weights."
            )
        return self.finish(
            {name: x[order] for name, x in best.theta.items()},
            seeds=tuple(self.seeds[i] for i in order.tolist()),
            losses=tuple(best.observed[order].tolist()),
            steps=steps,
            evaluations=evaluations,
            seconds=seconds,
            notes=notes,
        )


@contextmanager
def memory_sentence(seeds: int) -> Iterator[None]:
    """Turns running out of memory, on GPU or CPU, into a StudioError that says what to do."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        text = str(error).lower()
        signs = ("out of memory", "can't allocate memory", "not enough memory")
        if isinstance(error, MemoryError) or any(sign in text for sign in signs):
            crowd = seeds > 1
            raise StudioError(
                f"There was not enough memory for {seeds} seed{'s at once' if crowd else ''}. "
                f"Use {'fewer seeds or ' if crowd else ''}a smaller model; "
                "what was found so far is kept."
            ) from None
        raise
