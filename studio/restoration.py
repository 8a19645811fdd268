"""What a restoration is made of, and how it runs: knows no Gradio, as `studio.runs`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inversion import Inversion, solve
from inversion.evaluation.baselines import BASELINES, Baseline, suited
from inversion.evaluation.uncertainty import misfit, spread
from inversion.methods import find
from inversion.metrics import assess, perceptual_distances
from inversion.operators import TASKS, Operator
from inversion.operators.degradation import Degradation
from inversion.operators.observation import Observation, observe
from inversion.operators.request import framed
from inversion.pictures.images import Crop, Mask, Picture, to_tensor, to_uint8
from inversion.presets.choice import restoring
from models.errors import StudioError
from models.perceptual.distance import Perceptual
from studio.messages import Job, Loading, Outcome, Progress, TuneJob
from studio.presets import as_measured
from studio.runs import Moments, Studio, followed

SUITED, NOTHING = "suited", "none"


@dataclass(frozen=True)
class RestoreJob(Job):
    """A run on what is degraded, `seen`, of which `target` is what it looks like; `baseline` is a
    row of BASELINES, SUITED or NOTHING. With a `wish` it is run as was measured best for the task,
    with the job's own seeds."""

    seen: Observation | None = None
    baseline: str = NOTHING


@dataclass(frozen=True)
class Beside:
    """What a baseline made of it: `picture` uint8 [H, W, 3], one number of each metric."""

    title: str
    picture: Picture
    metrics: dict[str, list[float]]


@dataclass(frozen=True)
class Restored(Outcome):
    """An answer with what is shown beside it.

    degraded  what the measurement looks like, uint8 [H, W, 3]
    kept      what was drawn with the known pixels put back, uint8 [n, H, W, 3], and `kept_metrics`
              its numbers; None but for a hole
    apart     where the answers differ, [H, W]; None for one answer
    misses    where each misses the measurement, [n, H, W], both in units of pictures in [-1, 1]
    """

    degraded: Picture = field(default_factory=lambda: np.empty(0, np.uint8))
    kept: NDArray[np.uint8] | None = None
    kept_metrics: dict[str, list[float]] = field(default_factory=dict)
    apart: Tensor | None = None
    misses: Tensor = field(default_factory=lambda: torch.empty(0))
    beside: Beside | None = None

    def looked_at(self, kept: bool) -> tuple[NDArray[np.uint8], dict[str, list[float]]]:
        """The pictures and their numbers: with the known pixels put back, where that is asked for
        and there are any, else as the generator draws them."""
        if kept and self.kept is not None:
            return self.kept, self.kept_metrics
        return self.pictures, self.result.metrics


@dataclass(frozen=True)
class Nearness:
    """How near to the truth an answer and a baseline are by one perceptual distance, `name`."""

    name: str
    answer: float
    baseline: float


def nearness(outcome: Restored, row: int = 0, kept: bool = True) -> Nearness | None:
    """Of one answer, as it is looked at; None where no truth is known or no baseline was asked
    for: then nothing can be said."""
    if outcome.beside is None:
        return None
    _, metrics = outcome.looked_at(kept)
    theirs = perceptual_distances(outcome.beside.metrics)
    for name, values in perceptual_distances(metrics).items():
        if name in theirs:
            return Nearness(name, values[row], theirs[name][0])
    return None


class Restorer:
    """Runs restorations with a studio's models; what it yields is what a studio yields."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.frames: Callable[[RestoreJob], Moments] = studio.borrow(self._restored)
        self.tune: Callable[[TuneJob], Moments] = studio.borrow(self._tuned)
        self.reopen: Callable[[str], Iterator[Loading | Outcome]] = studio.borrow(self._reopened)
        self.redraw = studio.redraw

    def _restored(self, job: RestoreJob) -> Moments:
        """Runs the job; the last moment is a Progress whose outcome is `Restored`."""
        studio = self.studio
        G, perceptual, encoder = yield from studio.models_for(job)
        seen = job.seen
        assert seen is not None and seen.measurement is not None, "made by `observed`"
        if job.wish is not None:
            seconds = {} if job.budget is None else {"seconds": job.budget}
            found = restoring(G, seen.measurement.tasks, **seconds)
            job = as_measured(job, replace(found, seeds=job.seeds))
        iterates = solve(
            G,
            seen,
            job.method,
            label=job.label,
            encoder=encoder if job.encoder else None,
            seeds=job.seeds,
            seed=job.seed,
            budget=studio.within(job.budget),
            settings=job.settings,
            perceptual=perceptual,
            preview_every=studio.preview_every,
        )
        numbers = tuple(range(job.seed, job.seed + job.seeds))
        moments = followed(iterates, numbers, find(job.method).title, job.stop)
        yield from ending(moments, job.baseline, perceptual)

    def _tuned(self, job: TuneJob) -> Moments:
        """Fine-tunes for one row of an answer; the outcome is `Restored`, too."""
        studio = self.studio
        perceptual = yield from studio.loaded(studio.perceptuals, job.perceptual, job.stop)
        yield from ending(studio.tuning(job), SUITED, perceptual)

    def _reopened(self, path: str) -> Iterator[Loading | Outcome]:
        """A saved restoration, drawn again by the model that made it."""
        if Inversion.load(path).measurement is None:
            raise StudioError(
                "This result is no restoration: nothing was degraded. Open it in the Project tab."
            )
        studio = self.studio
        for moment in studio.reopening(path):
            if isinstance(moment, Outcome):
                perceptual = yield from studio.loaded(studio.perceptuals, "embedded")
                moment = completed(moment, SUITED, perceptual)
            yield moment


def ending(moments: Moments, baseline: str, perceptual: Perceptual) -> Moments:
    """The same moments, the last with all that is shown beside an answer."""
    with closing(moments):
        for moment in moments:
            if isinstance(moment, Progress) and moment.outcome is not None:
                outcome = completed(moment.outcome, baseline, perceptual)
                moment = replace(moment, outcome=outcome)
            yield moment


def completed(outcome: Outcome, baseline: str, perceptual: Perceptual) -> Restored:
    """The outcome with its maps, and the baseline's answer."""
    result, measured = outcome.result, outcome.result.measurement
    assert measured is not None, "a restoration has its measurement"
    A = measured.operator()
    row = fitting(baseline, A)
    made = None if row is None else beside(row, result, A, measured.y.to(A.device), perceptual)
    restored = mapped(Restored(**vars(outcome), degraded=measured.picture(), beside=made))
    if restored.kept is None:
        return restored
    numbers = assess(restored.kept, result.target, perceptual, A.device, measurement=measured)
    return replace(restored, kept_metrics=numbers)


def mapped(outcome: Restored) -> Restored:
    """The outcome with the maps of its pictures, and with the known pixels put back in them."""
    measured, x = outcome.result.measurement, to_tensor(outcome.pictures)
    assert measured is not None
    A = measured.operator()
    return replace(
        outcome,
        kept=measured.put_back(outcome.pictures),
        apart=spread(x) if len(x) > 1 else None,
        misses=misfit(A, x.to(A.device), measured.y.to(A.device)).cpu(),
    )


def fitting(baseline: str, A: Operator) -> Baseline | None:
    """The row of BASELINES to show; the most special one that can undo A when it is SUITED.

    Raises StudioError for one that cannot."""
    if baseline == NOTHING:
        return None
    if baseline == SUITED:
        return suited(A)
    if (reason := BASELINES[baseline].refuses(A)) is not None:
        raise StudioError(reason)
    return BASELINES[baseline]


@torch.no_grad()
def beside(
    row: Baseline, result: Inversion, A: Operator, y: Tensor, perceptual: Perceptual
) -> Beside:
    """What the baseline makes of y, measured as the result is."""
    shown = to_uint8(row.restore(A, y))
    metrics = assess(shown, result.target, perceptual, A.device, measurement=result.measurement)
    return Beside(row.title, shown[0], metrics)


def stated(
    tasks: tuple[str, ...],
    settings: Mapping[str, Any],
    seed: int,
    painted: Mask | None,
    kernel: NDArray[Any] | None,
    degrade: bool,
) -> Degradation:
    """What a person says of a photo: what is painted or given and none of the tasks has a use for
    is left out. A picture that has a hole already must have it painted, unless a knob says where
    it is. Raises StudioError as `Degradation` does."""
    takes = frozenset[str]().union(*(TASKS[key].takes for key in tasks))
    if "hidden" in takes and not degrade:
        settings = {"inpainting.hole": "painted", **settings}
    return Degradation(
        tasks,
        settings,
        seed,
        hidden=painted if "hidden" in takes else None,
        kernel=kernel if "kernel" in takes else None,
        degrade=degrade,
    )


def observed(photo: Picture, degradation: Degradation, crop: Crop, side: int) -> Observation:
    """What a run on the photo's crop will begin with, on the CPU; made once, for the page to show
    and for the run. Raises StudioError as `framed` and `observe` do."""
    picture, cropped = framed(photo, degradation, crop, side)
    return observe(picture, side, cropped)
