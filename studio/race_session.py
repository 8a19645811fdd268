"""What one visitor has of races, and what is said of one that is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from inversion.comparison import Cell, Report, Standing
from inversion.comparison.report import terms
from inversion.drawn import Drawn
from inversion.pictures.images import Crop, Picture
from studio.messages import Ending, Outcome
from studio.racing import Raced
from studio.session import Session


@dataclass
class RaceSession(Session):
    """What one visitor's page has of races; `outcome` is the answer of the chosen `cell`."""

    race: Standing | None = None
    answers: tuple[Outcome | None, ...] = ()
    cell: int = 0
    by: str | None = None
    how: str = ""
    ended: Ending = "done"
    task: str = ""  # of the race that is shown, "" for none

    def finish(self, moment: Raced, task: str, photo: Picture | None, crop: Crop | None) -> None:
        """Takes a race over that has ended; the best cell is chosen."""
        assert moment.answers is not None
        self.race, self.by, self.task = moment.standing, None, task
        self.how, self.ended = moment.how, moment.ended
        self.answers = tuple(
            None
            if answer is None
            else Outcome(answer.result, answer.pictures, moment.how, photo=photo, crop=crop)
            for answer in moment.answers
        )
        self.choose(self.race.ranking()[0])
        self.fresh_folder("race")

    def choose(self, cell: int) -> None:
        """Another cell goes on from here."""
        self.cell, self.chosen, self.outcome = cell, 0, self.answers[cell]

    def measured(self, metric: str, values: dict[int, float]) -> None:
        """One more metric of some cells."""
        assert self.race is not None
        cells = tuple(
            replace(cell, metrics=cell.metrics | {metric: values[i]}) if i in values else cell
            for i, cell in enumerate(self.race.cells)
        )
        self.race = replace(self.race, cells=cells)

    def report(self) -> Report | None:
        """The files of the race that is shown; None where there is none."""
        if self.race is None:
            return None
        cells = tuple(
            replace(cell, end=None if outcome is None else _known(outcome, cell))
            for cell, outcome in zip(self.race.cells, self.answers, strict=True)
        )
        crop = next((each.crop for each in self.answers if each is not None), None)
        race = replace(self.race, cells=cells)
        return Report(race, self.folder / "race", self.by, crop)


def _known(outcome: Outcome, cell: Cell) -> Callable[[], tuple[Drawn, dict[str, float]]]:
    return lambda: (Drawn(outcome.result, outcome.pictures), cell.metrics)


def equal_and_not(standing: Standing) -> str:
    """In words, what the cells had alike and what they had not."""
    ran = [cell for cell in standing.cells if cell.picture is not None]
    told = [f"Alike for all: the picture, the first seed, {terms(standing)}."]
    used = {
        "seconds": ("seconds", [cell.seconds for cell in ran], "{:.1f}"),
        "pictures": ("pictures drawn", [float(cell.pictures) for cell in ran], "{:.0f}"),
        "steps": ("steps", [float(cell.step) for cell in ran], "{:.0f}"),
    }
    apart = [
        f"{name} ({form.format(min(values))} to {form.format(max(values))})"
        for key, (name, values, form) in used.items()
        if key != standing.equal and values and max(values) > min(values)
    ]
    if apart:
        told.append(f"Not alike: {' and '.join(apart)}.")
    models = {cell.model for cell in ran}
    if len(models) > 1:
        told.append(f"They search {len(models)} models, which draw different pictures: see below.")
    if standing.equal == "seconds":
        told.append(
            "Seconds count only while a method is stepped; an encoder's estimate and what else "
            "comes before the first step count too."
        )
    early = [cell.name for cell in ran if cell.state == "done" and short(cell, standing)]
    if early:
        told.append(f"Done before that: {', '.join(early)}.")
    return " ".join(told)


def short(cell: Cell, standing: Standing) -> bool:
    """Whether a cell ended by itself, with much of its budget left."""
    return cell.used(standing.equal) < 0.9 * standing.budget
