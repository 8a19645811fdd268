"""A race on the page: what it is made of, and how it runs. Knows no Gradio, as `studio.runs`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from inversion.comparison import Entry, Standing, compare, serving
from inversion.comparison.entry import asks_an_encoder
from inversion.comparison.sets import AT
from inversion.comparison.standing import Terms
from inversion.drawn import Drawn
from inversion.evaluation.robustness import robustness
from inversion.operators.degradation import PROJECTION, Degradation
from inversion.pictures.images import Mask, Picture
from models import StudioError
from models.encoders.encoder import Encoder
from models.generators.generator import Generator as Network
from models.perceptual.distance import Perceptual
from studio.messages import Ending, Loading, Outcome
from studio.restoration import SUITED, Restored, completed
from studio.runs import CADENCE, GENERATORS, Studio, encoders

FRAGILE = "gives way at, dB"
SAMPLES = 3  # at each ratio, of which it is told how fragile a cell is


@dataclass(frozen=True)
class RaceJob:
    """All that one race needs, and nothing that could not be sent to another process.

    picture   uint8 [H, W, 3]; what it suffered is the `degradation`, `mask` its painted part
    model     of the catalog; a method that it cannot serve gets one that does
    methods   rows of METHODS or wishes, with @ and a model's name where that is another
    equal, budget  the terms: what each has alike, and how much of it
    stop      the race ends early once this file exists
    """

    picture: Picture
    model: str
    methods: tuple[str, ...]
    equal: Terms = "seconds"
    budget: float = 10.0
    degradation: Degradation = PROJECTION
    mask: Mask | None = None
    seeds: int = 1
    seed: int = 0
    perceptual: str = "embedded"
    stop: Path | None = None


@dataclass(frozen=True)
class Raced:
    """A moment of a race, as plain data; `answers` come with the last, one a cell that has one, and
    `how` it came to its end, in a sentence."""

    standing: Standing
    answers: tuple[Drawn | None, ...] | None = None
    ended: Ending = "done"
    how: str = ""


RaceMoments = Generator[Loading | Raced, None, None]


class Racer:
    """Runs races with a studio's models."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.frames: Callable[[RaceJob], RaceMoments] = studio.borrow(self._raced)
        self.fragility: Callable[[tuple[Outcome | None, ...]], Generator[tuple[int, float]]]
        self.fragility = studio.borrow(self._fragility)
        self.restored: Callable[[Outcome], Restored] = studio.borrow(self._restored)

    def _raced(self, job: RaceJob) -> RaceMoments:
        """Runs the job; the last moment has the answers.

        Raises StudioError when nothing could run.
        """
        studio = self.studio
        perceptual = yield from studio.loaded(studio.perceptuals, job.perceptual, job.stop)
        entries = []
        for method in job.methods:
            entries.append((yield from self._entry(method, job)))
        network = next((entry.G for entry in entries if entry.G is not None), None)
        if network is None:
            raise StudioError(entries[0].trouble)
        budget = job.budget
        if job.equal == "seconds" and studio.budget is not None:
            budget = min(budget, studio.budget / len(entries))
        race = compare(
            network,
            job.picture,
            entries,
            budget=budget,
            equal=job.equal,
            degradation=job.degradation,
            mask=job.mask,
            seeds=job.seeds,
            seed=job.seed,
            perceptual=perceptual,
            preview_every=studio.preview_every,
        )
        yield from watched(race, job.stop)

    def _entry(self, method: str, job: RaceJob) -> Generator[Loading, None, Entry]:
        """A method with its model and encoder; a model that cannot be had is its trouble."""
        studio = self.studio
        method, _, name = method.partition(AT)
        name = name or serving(method, job.model)
        try:
            if name not in GENERATORS:
                raise StudioError(f"There is no such model; there are {', '.join(GENERATORS)}.")
            G: Network = yield from studio.loaded(studio.generators, name, job.stop)
            encoder: Encoder | None = None
            known = next(iter(encoders(name)), None) if asks_an_encoder(method) else None
            if known is not None:
                encoder = yield from studio.loaded(studio.encoders, known, job.stop)
        except StudioError as error:
            if job.stop is not None and job.stop.exists():
                raise
            return Entry(method, model=name, trouble=str(error))
        return Entry(method, G, encoder)

    def _fragility(self, outcomes: tuple[Outcome | None, ...]) -> Generator[tuple[int, float]]:
        """Of each cell with an answer, its number and the ratio in dB at which its picture gives
        way to noise on its codes; the lowest that is measured where it never does."""
        perceptual: Perceptual = self.studio.perceptuals("embedded")
        for i, outcome in enumerate(outcomes):
            if outcome is not None:
                G = self.studio.generators(outcome.result.identity.name)
                found = robustness(G, outcome.result, samples=SAMPLES, perceptual=perceptual)
                ratio = found.gives_way()
                yield i, found.ratios[-1] if ratio is None else ratio

    def _restored(self, outcome: Outcome) -> Restored:
        """A cell's answer as the Restore tab shows it."""
        return completed(outcome, SUITED, self.studio.perceptuals("embedded"))


def watched(race: Generator[Standing], stop: Path | None) -> Generator[Raced, None, None]:
    """A race as moments, no faster than can be shown; the last has the answers."""
    shown, stopped = -CADENCE, False
    standing: Standing | None = None
    with closing(race):
        for standing in race:
            if stop is not None and stop.exists():
                stopped = not standing.over
                break
            if monotonic() - shown >= CADENCE:
                yield Raced(standing.plain())
                shown = monotonic()
    assert standing is not None, "a race yields its beginning"
    ended = standing.settled()
    answers = tuple(cell.answer() for cell in ended.cells)
    if not any(answers):
        raise StudioError(f"No method has an answer. {ended.cells[0].sentence}")
    had = len([answer for answer in answers if answer is not None])
    how = f"{'Stopped' if stopped else 'Done'}: {had} of {len(answers)} methods have an answer"
    yield Raced(ended.plain(), answers, "stopped" if stopped else "done", f"{how}.")
