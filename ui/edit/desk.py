"""What every card of the Edit tab works at: the visitor's state, the status line, and the way in
for another result. A card receives the desk, never the tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Protocol

import gradio as gr

from inversion import Inversion
from inversion.editing import History
from models.errors import StudioError
from models.generators.generator import Generator
from studio.edit_state import Editing, Plan, Work
from studio.editor import Editor
from studio.messages import Outcome
from studio.runs import Studio
from studio.session import LIFETIME
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import Updates, heavy, said

NO_RESULT = "There is nothing to edit yet. Send an answer here, or open a result file."
BEGIN = "Take the answer of another tab, or open a result file."
CONVERTING = "Looking for the nearest code and class that directions act on…"


class Card(Protocol):
    """A part of the tab that another result changes."""

    def components(self) -> list[Any]:
        """All that changes in it."""

    def opened(self, work: Work, G: Generator) -> Updates:
        """As it stands for this work, a result of this model."""


class Desk:
    """State, status, and `enter` and `opened`, which take a result in. The tab lays the cards on
    it, and names the `search` that follows whenever one is opened, for directions to move along."""

    search: Callable[[Editing], Iterator[Updates]]

    def __init__(self, studio: Studio) -> None:
        self.studio, self.editor = studio, Editor(studio)
        self.state = gr.State(Editing(), time_to_live=LIFETIME, delete_callback=Editing.close)
        self.status = drawing(html.status("idle", BEGIN), elem_id="edit-status")
        self.heavy = heavy(self.status)
        self.cards: list[Card] = []

    def everything(self) -> list[Any]:
        """All that another result changes."""
        return [self.state, self.status, *(c for card in self.cards for c in card.components())]

    def said(self, work: Iterator[Updates]) -> Iterator[Updates]:
        """The work's changes; what goes wrong is a sentence on the status line."""
        return said(self.status, work)

    def enter(
        self, editing: Editing, outcome: Outcome, row: int, convert: bool = True
    ) -> Iterator[Updates]:
        """Another result, with the edits that it has; the same one again keeps what was done.

        One on which directions and classes do not act is converted; with `convert` that is what is
        edited from the start, and undoing it leads to the answer as it was found.
        """
        result, work = outcome.result.answer(row), editing.work
        same = work.result is not None and work.source is outcome
        if not (same and work.result is not None and work.result.seeds == result.seeds):
            base = result.edit(())
            before, conversion = self.editor.draw(base), None
            if not self.editor.directed(base):
                yield {self.status: html.status("busy", CONVERTING)}
                conversion = self.editor.convert(base)
            history = History.begin(plan := Plan.of(result.edits))
            if convert and conversion is not None and conversion.alike:
                history = history.push(replace(plan, converted=True))
            new = Work(base, before, None, outcome, history, conversion=conversion)
            same = new.result is base and not new.plan.edits
            new.after = before if same else self.editor.draw(result_of(new).edit(new.plan.edits))
            editing.work, editing.aside = new, ()
        yield from self.opened(editing)

    def opened(self, editing: Editing) -> Iterator[Updates]:
        """The whole tab for the work in hand, as it stands."""
        G = self.editor.network(result_of(editing.work))
        changes = [card.opened(editing.work, G) for card in self.cards]
        yield {
            self.state: editing,
            self.status: html.status("busy", "Finding directions…"),
            **{component: value for each in changes for component, value in each.items()},
        }
        yield from self.search(editing)


def result_of(work: Work, plan: Plan | None = None) -> Inversion:
    """What the edits of the plan, that in hand if none is given, are edits of. Raises StudioError
    before there is anything."""
    result = work.under(work.plan if plan is None else plan)
    if result is None:
        raise StudioError(NO_RESULT)
    return result


def both(work: Work) -> tuple[Inversion, Inversion]:
    """What is edited and the second result. Raises StudioError unless there are both."""
    if work.result is None or not work.second:
        raise StudioError("Open another result first: it is what this one goes to.")
    return work.result, work.second[0]
