"""What comes after a race: a ranked table, curves, files, and which cell goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from inversion.comparison import Report, Standing
from inversion.comparison.report import metrics, rows
from inversion.comparison.standing import HIGHER
from models.errors import StudioError
from studio.race_session import RaceSession, equal_and_not
from studio.racing import FRAGILE, Racer
from ui.compare.curves import curves
from ui.components import html
from ui.components.controls import drawing
from ui.components.download import Download
from ui.components.events import GPU, HIDDEN, QUIET, Updates

USED = {"seconds": "{:.1f}", "pictures": "{}", "steps": "{}"}
FAILED = "That could not be measured. The race is still here; try once more."
NOT_MADE = "There is no race to save yet. Press Start first."


class Results:
    """Components below the cells. Methods return what to change."""

    def __init__(self, prefix: str) -> None:
        self.told = drawing(elem_id=f"{prefix}told")
        with gr.Row(elem_classes="downloads four"):
            self.files = [
                Taken("Sheet (PNG)", Report.sheet),
                Taken("Table (CSV)", Report.table),
                Taken("Numbers (JSON)", Report.about),
                Taken("All files (ZIP)", Report.packed),
            ]
        self.by = gr.Dropdown([], label="Ranked by", filterable=False, elem_id=f"{prefix}by")
        self.table = drawing(elem_id=f"{prefix}table", elem_classes="metrics")
        self.ask = gr.Button("How fragile is each?", size="md", elem_id=f"{prefix}fragile")
        drawing(html.title("How near each came, and when"))
        self.plot = gr.Plot(show_label=False, container=False, elem_id=f"{prefix}curves")
        drawing(html.title("Go on with one of them"))
        self.cell = gr.Radio([], label="Answer", show_label=False, elem_id=f"{prefix}cell")
        with gr.Row(elem_classes="onward") as self.onward:
            self.project = gr.Button("Open in Project", size="md", elem_id=f"{prefix}to-project")
            self.restore = gr.Button("Open in Restore", size="md", elem_id=f"{prefix}to-restore")

    def wire(self, session: gr.State, racer: Racer) -> None:
        """What a visitor does with a race that is over."""
        self.racer = racer
        self.by.input(self.rank, [session, self.by], [session, self.table, self.plot], **QUIET)
        self.cell.input(choose, [session, self.cell], session, **QUIET)
        self.ask.click(
            lambda: gr.Button("Disturbing their codes…", interactive=False), None, self.ask, **QUIET
        ).then(self.fragile, session, [session, self.table, self.by, self.ask], **HIDDEN, **GPU)
        for each in self.files:
            each.wire(session)

    def components(self) -> list[Any]:
        shown = [self.told, self.by, self.table, self.plot, self.cell]
        return [*shown, self.ask, self.project, self.restore]

    def done(self, session: RaceSession) -> Updates:
        """Everything for a race that is over."""
        race = session.race
        assert race is not None
        by = session.by or race.nearest_by
        names = [
            (cell.name, i) for i, cell in enumerate(race.cells) if session.answers[i] is not None
        ]
        return {
            self.told: html.note(equal_and_not(race), "terms-told"),
            self.by: ranks(race, by),
            self.table: table(race, by),
            self.plot: curves(race, by if by in looked_at(race) else race.nearest_by),
            self.cell: gr.Radio(names, value=session.cell),
            self.ask: gr.Button("How fragile is each?", interactive=True),
            self.project: gr.Button(visible=not session.task),
            self.restore: gr.Button(visible=bool(session.task)),
        }

    def rank(self, session: RaceSession, by: str) -> Updates:
        """The table by another metric, and its curves where it was looked at on the way."""
        session.by = by
        changes: Updates = {self.table: "", self.plot: gr.skip()}
        if session.race is not None:
            changes[self.table] = table(session.race, by)
            if by in looked_at(session.race):
                changes[self.plot] = curves(session.race, by)
        return changes

    def fragile(self, session: RaceSession) -> Iterator[Updates]:
        """One more column: how much noise on its codes each answer bears."""
        said = gr.Button("How fragile is each?", interactive=True)
        try:
            race = session.race
            if race is None:
                raise StudioError(NOT_MADE)
            found = dict(self.racer.fragility(session.answers))
            if session.race is race:  # and no other one since
                session.measured(FRAGILE, found)
                by = session.by or race.nearest_by
                yield {
                    self.table: table(session.race, by),
                    self.by: ranks(session.race, by),
                    self.ask: said,
                }
            else:
                yield {self.ask: said}
        except StudioError as error:
            yield {self.table: html.status("error", str(error)), self.ask: said}
        except Exception:
            logging.getLogger(__name__).exception("robustness of a race could not be measured")
            yield {self.table: html.status("error", FAILED), self.ask: said}


class Taken(Download):
    """A file of the race that a session shows."""

    def __init__(self, label: str, write: Callable[[Report], Path]) -> None:
        super().__init__(label, lambda files, _: None)
        self.write = write

    def file(self, session: RaceSession) -> Path | None:
        report = session.report()
        return None if report is None else self.write(report)


def choose(session: RaceSession, cell: int) -> RaceSession:
    """Another answer goes on."""
    session.choose(int(cell))
    return session


def looked_at(race: Standing) -> set[str]:
    """The metrics that were measured on the way, too."""
    return {name for cell in race.cells for point in cell.curve[:-1] for name in point.metrics}


def ranks(race: Standing, by: str) -> gr.Dropdown:
    """By what the table may be ranked."""
    return gr.Dropdown([*metrics(race), *USED], value=by)


def table(race: Standing, by: str) -> Markup:
    """One row a cell, best first; the arrow says which way is better."""
    names = metrics(race)
    heads: list[Any] = ["method"]
    heads += [html.head(name, "↑" if name in HIGHER else "↓") for name in names]
    heads += [*USED]
    lines = []
    for row in rows(race, by):
        title = html.entry(
            f"{row['rank']}. {row['method']}", row["sentence"] or row["model"], False
        )
        numbers = [f"{row[name]:.3f}" if name in row else "–" for name in names]
        lines.append([title, *numbers, *(form.format(row[key]) for key, form in USED.items())])
    return html.table(heads, lines, 0 if race.leader is not None else None)
