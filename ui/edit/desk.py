"""What every card of the Edit tab works at: the visitor's state, the status line, and the way in
for another result. A card receives the desk, never the tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

    def enter(self, editing: Editing, outcome: Outcome, row: int) -> Iterator[Updates]:
        """Another result, with the edits that it has; the same one again keeps what was done."""
        result, work = outcome.result.answer(row), editing.work
        same = work.result is not None and work.source is outcome
        if not (same and work.result is not None and work.result.seeds == result.seeds):
            base = result.edit(())
            before = self.editor.draw(base)
            after = self.editor.draw(result) if result.edits else before
            history = History.begin(Plan.of(result.edits))
            editing.work, editing.aside = Work(base, before, after, outcome, history), ()
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


def result_of(work: Work) -> Inversion:
    """What is edited. Raises StudioError before anything is."""
    if work.result is None:
        raise StudioError(NO_RESULT)
    return work.result


def both(work: Work) -> tuple[Inversion, Inversion]:
    """What is edited and the second result. Raises StudioError unless there are both."""
    if work.result is None or not work.second:
        raise StudioError("Open another result first: it is what this one goes to.")
    return work.result, work.second[0]
