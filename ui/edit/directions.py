"""The directions that the sliders of the Edit tab move along: found, loaded, measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from models.errors import StudioError
from studio.edit_state import Editing
from studio.editor import ATTRIBUTES, DIFFERENCE, FILE, Editor
from ui.components import html
from ui.edit.changes import FIRST, LIVE, both
from ui.edit.directions_card import DirectionsCard
from ui.edit.interpolation import said, waiting
from ui.edit.stage import Updates


class Finding:
    """What the card of directions does, but for moving along them."""

    def __init__(
        self, editor: Editor, state: gr.State, status: gr.HTML, cards: DirectionsCard
    ) -> None:
        self.editor, self.state, self.status, self.cards = editor, state, status, cards

    def find(self, editing: Editing, source: str) -> Iterator[Updates]:
        """The directions of a source, found once a model."""

        def work() -> Iterator[Updates]:
            if editing.result is None:
                raise StudioError(FIRST)
            name, extra = editing.result.identity.name, editing.extra
            if source == DIFFERENCE:
                base, _ = both(editing)
                extra = self.editor.differences(base, editing.second)
            search = self.editor.directions(name, source, extra)
            try:
                while True:
                    yield {self.status: waiting("Finding directions…", next(search))}
            except StopIteration as found:
                editing.shown = found.value[: len(self.cards.sliders)]
            known = self.editor.measured(name) if source == ATTRIBUTES else None
            yield {
                self.state: editing,
                self.status: html.status("done", LIVE),
                self.cards.file: gr.UploadButton(visible=source == FILE),
                **self.cards.show(editing),
                **self.cards.moves.show(known, self.editor.readable(name)),
            }

        yield from said(self.status, work())

    def measure(self, editing: Editing) -> Iterator[Updates]:
        """What the sliders move while others are held still."""

        def work() -> Iterator[Updates]:
            if editing.result is None or not editing.shown:
                raise StudioError(FIRST)
            yield {self.status: html.status("busy", "Measuring what each slider moves…")}
            name, held = editing.result.identity.name, editing.plan.held
            found = self.editor.moves(name, editing.shown, held)
            yield {
                self.status: html.status("done", LIVE),
                **self.cards.moves.show(found),
            }

        yield from said(self.status, work())

    def load(self, editing: Editing, upload: dict[str, Any] | None) -> Iterator[Updates]:
        """Directions of a file."""

        def work() -> Iterator[Updates]:
            if editing.result is None:
                raise StudioError(FIRST)
            editing.extra = tuple(
                self.editor.read(upload["path"] if upload else "", editing.result)
            )
            yield from self.find(editing, FILE)

        yield from said(self.status, work())
