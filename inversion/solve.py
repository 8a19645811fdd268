"""The loop: a solver's steps as a stream of Iterates, the best of each seed always in hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from models.perceptual import Perceptual
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from inversion.images import Crop, Picture, check_size, read, to_tensor, to_uint8
from inversion.latents import Theta
from inversion.methods import Method, find
from inversion.operators import TASKS
from inversion.problem import Evaluation, Problem
from inversion.result import Inversion, conclude
from models import load_perceptual
from models.errors import StudioError
from models.generator import Generator

MAX_SEEDS = 64


@dataclass(frozen=True)
class Iterate:
    """A moment of a run. Tensors are [seeds] on the generator's device, so reading them may wait for it.

    `preview` is what each seed draws now, uint8 [seeds, H, W, 3], every few steps, else None; `notes`
    are sentences about what happened so far; `result()` is the best so far, as a finished Inversion.
    """

    step: int
    steps: int
    seconds: float
    seconds_left: float
    terms: dict[str, Tensor]
    observed: Tensor
    best: Tensor
    preview: NDArray[np.uint8] | None
    notes: tuple[str, ...]
    result: Callable[[], Inversion]


@dataclass(frozen=True)
class Best:
    """Lowest observed loss of each seed [seeds], and the θ it was seen at."""

    observed: Tensor
    theta: Theta

    def updated(self, evaluation: Evaluation) -> Best:
        better = evaluation.observed < self.observed

        def choose(new: Tensor, old: Tensor) -> Tensor:
            return torch.where(better.view(-1, *[1] * (new.dim() - 1)), new, old)

        theta = {k: choose(x.detach(), self.theta[k]) for k, x in evaluation.theta.items()}
        return Best(choose(evaluation.observed.detach(), self.observed), theta)


def solve(
    G: Generator,
    image: Picture | Image.Image | str | Path,
    method: str | Method = "w+",
    *,
    task: str = "projection",
    seeds: int = 4,
    seed: int = 0,
    steps: int | None = None,
    budget: float | None = None,
    settings: Mapping[str, Any] | None = None,
    perceptual: Perceptual | None = None,
    preview_every: int = 10,
) -> Iterator[Iterate]:
    """Searches for the codes that make `G` draw `image`; yields an Iterate after every step.

    `image` is RGB uint8 [H, W, 3], a PIL image or a file; another size than the generator's is cropped
    to its centre square. `method` is a row of METHODS, `settings` its knobs by name. `seeds` runs
    numbered seed, seed + 1, … go as one batch, each as if it ran alone. The run ends after `steps`
    (the method's own number when None) or `budget` seconds, whichever is first. `perceptual` is the
    distance to use, the embedded one when None. Closing the stream stops the run.

    Raises StudioError for a bad argument, a generator that the method cannot serve, or when memory
    runs out; whatever was yielded before stays good.
    """
    if task not in TASKS:
        raise StudioError(f"There is no task {task!r}; there is {', '.join(TASKS)}.")
    if not 1 <= seeds <= MAX_SEEDS:
        raise StudioError(f"seeds is {seeds}; it must lie between 1 and {MAX_SEEDS}.")
    row = (find(method) if isinstance(method, str) else method).configure(settings or {})
    if steps is not None:
        row = row.configure({f"{row.solver.key}.steps": steps})
    if (reason := row.refuses(G)) is not None:
        raise StudioError(reason)
    perceptual = perceptual or load_perceptual("embedded", device=str(G.device))
    target = fit(image, G.resolution)
    y = to_tensor(target).to(G.device)
    problem = Problem(
        G, row.latents, TASKS[task](), y, row.losses, row.priors, perceptual
    )
    name = method if isinstance(method, str) else row.title
    run = Run(problem, row, name, target, tuple(range(seed, seed + seeds)), budget, preview_every)
    return run.iterates()


def invert(G: Generator, image: Picture | Image.Image | str | Path, *args: Any, **kwargs: Any) -> Inversion:
    """`solve` to its end: the Inversion, best seed first. Takes the same arguments."""
    for iterate in solve(G, image, *args, **kwargs):
        last = iterate
    return last.result()


def fit(image: Picture | Image.Image | str | Path, size: int) -> Picture:
    """The centre square of a picture as uint8 [size, size, 3]; unchanged when it has that size."""
    if isinstance(image, str | Path):
        image = read(image)
    picture = np.asarray(image.convert("RGB") if isinstance(image, Image.Image) else image)
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise StudioError("A picture must be RGB uint8 [height, width, 3], a PIL image or a file.")
    if picture.shape[:2] == (size, size):
        return picture
    check_size(picture.shape[1], picture.shape[0])
    return Crop().apply(picture, size)


@dataclass(frozen=True)
class Run:
    """One run of a method on a problem; `seeds` are the numbers that seed each row's generator."""

    problem: Problem
    method: Method
    name: str
    target: Picture
    seeds: tuple[int, ...]
    budget: float | None
    preview_every: int

    def iterates(self) -> Iterator[Iterate]:
        problem, solver = self.problem, self.method.solver
        notes: tuple[str, ...] = ()
        rngs = [torch.Generator().manual_seed(seed) for seed in self.seeds]
        began = time.monotonic()
        with torch.no_grad(), memory_sentence(len(rngs)):
            start = self.method.latents.start(problem.G, rngs)
        best = Best(torch.full((len(rngs),), torch.inf, device=problem.y.device), start)
        state = solver.init(start)
        for step in range(solver.steps):
            t = max(step / solver.steps, self._spent(began))
            with memory_sentence(len(rngs)):
                evaluation = solver.step(
                    state, lambda θ, t=t: problem.evaluate(θ, t, rngs), problem.constrain, t  # type: ignore[misc]
                )
                best = best.updated(evaluation)
            last = step + 1 == solver.steps or self._spent(began) >= 1
            showing = last or step % self.preview_every == 0
            if showing and (lost := (~evaluation.total.isfinite()).nonzero().flatten().tolist()):
                solver.restart(state, lost, best.theta)
                notes += tuple(
                    f"Seed {self.seeds[i]}: the loss stopped being a number at step {step + 1}; "
                    "it went back to its best and on at half the rate."
                    for i in lost
                )
            seconds = time.monotonic() - began
            done = max((step + 1) / solver.steps, self._spent(began))
            yield Iterate(
                step=step + 1,
                steps=solver.steps,
                seconds=seconds,
                seconds_left=0.0 if last else seconds * (1 / done - 1),
                terms={name: term.detach() for name, term in evaluation.terms.items()},
                observed=evaluation.observed.detach(),
                best=best.observed,
                preview=to_uint8(evaluation.images) if showing else None,
                notes=notes,
                result=lambda best=best, at=step + 1, s=seconds, n=notes: self._result(best, at, s, n),  # type: ignore[misc]
            )
            if last:
                return

    def _spent(self, began: float) -> float:
        """The fraction of the budget that is gone; 0 without one."""
        return (time.monotonic() - began) / self.budget if self.budget else 0.0

    def _result(self, best: Best, steps: int, seconds: float, notes: Sequence[str]) -> Inversion:
        if not best.observed.isfinite().any():
            raise StudioError(
                "The loss was never a finite number, so there is no answer to show. "
                "Lower the learning rate, or check the model's weights."
            )
        order = best.observed.argsort()[: int(best.observed.isfinite().sum())]
        with torch.no_grad():
            theta = {name: x[order] for name, x in best.theta.items()}
            codes = self.method.latents.codes(self.problem.G, theta)
        return conclude(
            self.problem.G,
            codes,
            self.target,
            self.problem.perceptual,
            seeds=tuple(self.seeds[i] for i in order.tolist()),
            losses=best.observed[order].tolist(),
            method=self.name,
            settings=self.method.settings(),
            steps=steps,
            seconds=seconds,
            notes=tuple(notes),
        )


@contextmanager
def memory_sentence(seeds: int) -> Iterator[None]:
    """Turns running out of memory, on GPU or CPU, into a StudioError that says what to do."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        text = str(error).lower()
        if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text:
            raise StudioError(
                f"There was not enough memory for {seeds} seeds at once. "
                "Use fewer seeds or a smaller model; what was found so far is kept."
            ) from None
        raise
