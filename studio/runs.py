"""The page's engine: models kept ready, and one job as a stream of moments. Knows no Gradio."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

import models
from inversion import Discovery, Inversion, Iterate, solve
from inversion.directions.published import SUFFIXES
from inversion.drawn import Drawn
from inversion.exchange import pick, read_latents
from inversion.methods import find
from inversion.run import Iterates
from inversion.tune import tune
from inversion.tuning.problem import Tuning
from models import CATALOG, Checkpoint, StudioError
from models.encoders.encoder import Encoder
from models.generators.generator import Generator as Network
from models.perceptual.distance import Perceptual
from studio.messages import Ending, Event, Job, Loading, Outcome, Progress, TuneJob, frame
from studio.model_cache import ModelCache
from studio.presets import decided

M = TypeVar("M")
Moments = Generator[Event, None, None]

CADENCE = 0.25  # seconds between two moments that are shown
DEFAULT_MODEL = "avatars"
GENERATORS: dict[str, Checkpoint] = {
    name: row
    for name, row in CATALOG.items()
    if row.kind == "generator" and (row.embedded is None or row.embedded.is_file())
}
PERCEPTUAL = {"embedded": "Embedded, no download", "lpips-vgg": "LPIPS (VGG16), downloaded once"}


class Engine(Protocol):
    """What a tab runs its jobs with. Each yields moments; the last has the outcome."""

    frames: Callable[[Any], Moments]
    tune: Callable[[TuneJob], Moments]
    reopen: Callable[[str], Iterator[Loading | Outcome]]
    redraw: Callable[[Inversion, float], NDArray[np.uint8]]


class Studio:
    """Loads a model once, keeps the two used last, and runs one job after another.

    The three loaders are those of `models`; tests hand in others here. `budget` bounds a
    run, in seconds. `borrow` decorates what needs a GPU, where one is lent for a while.
    """

    def __init__(
        self,
        load: Callable[..., Network] = models.load,
        load_perceptual: Callable[..., Perceptual] = models.load_perceptual,
        load_encoder: Callable[..., Encoder] = models.load_encoder,
        budget: float | None = None,
        borrow: Callable[[Any], Any] = lambda work: work,
    ) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.budget, self.borrow = budget, borrow
        self.preview_every = 1 if self.device == "cpu" else 10
        self.generators = ModelCache(partial(load, device=self.device))
        self.perceptuals = ModelCache(partial(load_perceptual, device=self.device))
        self.encoders = ModelCache(partial(load_encoder, device=self.device))
        self.frames: Callable[[Job], Moments] = borrow(self.searching)
        self.tune: Callable[[TuneJob], Moments] = borrow(self.tuning)
        self.reopen: Callable[[str], Iterator[Loading | Outcome]] = borrow(self.reopening)
        self.redraw: Callable[[Inversion, float], NDArray[np.uint8]] = borrow(self._redraw)

    def searching(self, job: Job) -> Moments:
        """Runs the job; the last moment is a Progress with its outcome.

        Raises StudioError when there is nothing to show.
        """
        G, perceptual, encoder = yield from self.models_for(job)
        begin = None if job.start is None else pick(read_latents(job.start, G), 0)
        job = decided(job, G, encoder, perceptual, begin)
        iterates = solve(
            G,
            job.target,
            job.method,
            mask=job.mask,
            label=job.label,
            encoder=encoder if job.encoder else None,
            start=begin,
            seeds=job.seeds,
            seed=job.seed,
            budget=self.within(job.budget),
            settings=job.settings,
            perceptual=perceptual,
            preview_every=self.preview_every,
        )
        numbers = tuple(range(job.seed, job.seed + job.seeds))
        title = find(job.method).title
        yield from followed(iterates, numbers, title, job.stop)

    def tuning(self, job: TuneJob) -> Moments:
        """Fine-tunes for one row of an answer; yields as `searching` does."""
        found, row = job.result, job.row
        G = yield from self.loaded(self.generators, found.identity.name, job.stop)
        perceptual = yield from self.loaded(self.perceptuals, job.perceptual, job.stop)
        iterates = tune(
            G,
            found,
            Tuning().configure(job.settings),
            perceptual=perceptual,
            row=row,
            budget=self.within(job.budget),
            preview_every=self.preview_every,
        )
        numbers = (found.seeds[row], *(s for i, s in enumerate(found.seeds) if i != row))
        yield from followed(iterates, numbers, "fine-tuning", job.stop)

    def _redraw(self, result: Inversion, strength: float) -> NDArray[np.uint8]:
        """What a result draws with so much of its fine-tuning, uint8 [n, H, W, 3]."""
        G = self.generators(result.identity.name)
        drawn: NDArray[np.uint8] = result.render(G, strength=strength)
        return drawn

    def reopening(self, path: str) -> Iterator[Loading | Outcome]:
        """Draws a saved result again, with the model that made it; the outcome comes last."""
        if Path(path).suffix.casefold() in SUFFIXES:
            raise StudioError(
                f"{Path(path).name} was saved by another program and does not say which model draws"
                " it. Choose the model on the tab Project, and give the file there to go on from."
            )
        result = Inversion.load(path)
        name = result.identity.name
        if name not in GENERATORS:
            raise StudioError(
                f"This result was made with a model called {name}, which is not listed here. "
                "Open it with the program that made it."
            )
        G = yield from self.loaded(self.generators, name)
        how = f"Opened, and drawn again with {GENERATORS[name].title}."
        yield Outcome(result, result.render(G), how)

    def within(self, budget: float | None) -> float | None:
        """So many seconds, or what a run may take here where that is less."""
        return min((each for each in (budget, self.budget) if each is not None), default=None)

    def warm(self) -> None:
        """Loads what a first run most likely needs; a failure is left for the run to tell."""
        with suppress(StudioError):
            self.generators(DEFAULT_MODEL)
            self.perceptuals("embedded")

    def models_for(
        self, job: Job
    ) -> Generator[Loading, None, tuple[Network, Perceptual, Encoder | None]]:
        """What a search is done with; yields while it is on its way."""
        G = yield from self.loaded(self.generators, job.model, job.stop)
        perceptual = yield from self.loaded(self.perceptuals, job.perceptual, job.stop)
        encoder = None
        if job.encoder is not None:
            encoder = yield from self.loaded(self.encoders, job.encoder, job.stop)
        return G, perceptual, encoder

    def loaded(
        self, kept: ModelCache[M], name: str, stop: Path | None = None
    ) -> Generator[Loading, None, M]:
        """The model of this name; yields while it is on its way, returns it."""
        if (model := kept.peek(name)) is not None:
            return model
        title = CATALOG[name].title if name in CATALOG else PERCEPTUAL.get(name, name)
        here: list[tuple[int, int | None]] = [(0, None)]
        pool = ThreadPoolExecutor(1)
        future = pool.submit(kept, name, lambda n, total: here.append((n, total)))
        pool.shutdown(wait=False)
        while True:  # once at least: what is loaded at once is told, too
            n, total = here[-1]
            yield Loading(title, n / total if total else None)
            if stop is not None and stop.exists():
                raise StudioError(f"Stopped while {title} was loading; nothing was lost.")
            if wait([future], timeout=CADENCE).done:
                return future.result()


def followed(
    iterates: Iterates[Drawn],
    numbers: tuple[int, ...],
    title: str,
    stop: Path | None,
) -> Generator[Progress, None, None]:
    """A run as frames, no faster than can be shown; the last has the outcome.

    `numbers` are those of the seeds, in the order of the Iterates' rows.
    """
    last: Iterate[Drawn] | None = None
    trail: list[torch.Tensor] = []
    ended: Ending = "done"
    preview, shown, trouble = np.empty(0, np.uint8), -CADENCE, ""
    with closing(iterates):
        try:
            for last in iterates:
                preview = preview if last.preview is None else last.preview
                trail.append(last.observed)
                if stop is not None and stop.exists():
                    ended = "stopped"
                    break
                if monotonic() - shown >= CADENCE:
                    yield frame(last, numbers[: len(last.observed)], trail, preview)
                    trail = []
                    shown = monotonic()
        except StudioError as error:
            if last is None:
                raise
            ended, trouble = "failed", f" {error}"
    assert last is not None, "a run yields at least one Iterate, or raises"
    answer = last.drawn()
    discovery = answer if isinstance(answer, Discovery) else None
    words = "Done" if ended == "done" else "Stopped"
    timed = ended == "done" and last.step < last.steps  # its time was up, or its aim reached
    how = (
        f"{words} at step {last.step}{'' if timed else f' of {last.steps}'} after "
        f"{last.seconds:.0f} s with {title}.{trouble}"
    )
    outcome = Outcome(answer.result, answer.pictures, how, ended, discovery=discovery)
    yield frame(last, numbers[: len(last.observed)], trail, preview, outcome)


def encoders(model: str) -> dict[str, Checkpoint]:
    """The encoders that belong to a model, by name; those that ship with the project if they do."""
    return {
        name: row
        for name, row in CATALOG.items()
        if row.kind == "encoder"
        and model in row.generators
        and (row.embedded is None or row.embedded.is_file())
    }
