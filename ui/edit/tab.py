"""The Edit tab: a result is taken in, edited live, undone, joined with others, saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from inversion.editing import History
from studio.edit_state import Editing
from studio.messages import Loading
from studio.runs import Studio
from studio.session import Session
from ui.compare.stage import RaceStage
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import LIVE, QUIET, Updates, waiting
from ui.edit.changes import Changes
from ui.edit.classes_card import ClassesCard
from ui.edit.desk import Desk
from ui.edit.directions_card import DirectionsCard
from ui.edit.discovery_card import DiscoveryCard
from ui.edit.second_result_card import SecondCard
from ui.edit.stage import EditStage
from ui.project.stage import Stage

CSS = (Path(__file__).parent / "edit.css").read_text()
NOTHING = "There is no answer there yet. Run it first, or open a result file here."


class Sender(Protocol):
    """A tab whose answer can be sent here."""

    session: gr.State

    @property
    def stage(self) -> Stage | RaceStage:
        """Where its answer is shown."""


class EditTab:
    """Lays the tab out and connects it; the tabs named in `senders` get a button that sends their
    answer here."""

    def __init__(self, studio: Studio, tabs: gr.Tabs, senders: dict[str, Sender]) -> None:
        with gr.Row(elem_classes=["columns", "edit"]):
            with gr.Column(scale=5, min_width=320, elem_classes="left"):
                with gr.Column(elem_classes="card run"):
                    drawing("<h2>What is edited</h2>")
                    with gr.Row(elem_classes="takes"):
                        takes = [gr.Button(f"{name}'s answer", size="md") for name in senders]
                        self.upload = gr.UploadButton(
                            "Open a result", size="md", elem_id="edit-open"
                        )
                    self.desk = Desk(studio)
                self.directions = DirectionsCard(self.desk)
                self.classes = ClassesCard(self.desk)
                self.second = SecondCard(self.desk)
                self.discovery = DiscoveryCard(self.desk, self.directions)
            with gr.Column(scale=7, min_width=320, elem_classes="right"):
                self.stage = EditStage(self.desk)
        self.desk.search = self.directions.search
        self.desk.cards += [self.stage, self.second, self.directions, self.classes, self.discovery]
        self.changes = Changes(self.desk, self.stage, self.directions, self.second)
        everything, heavy = self.desk.everything(), self.desk.heavy
        for take, (name, sender) in zip(takes, senders.items(), strict=True):
            with sender.stage.onward:
                send = gr.Button("Send to Edit", size="md", elem_id=f"send-{name.casefold()}")
            inputs = [self.desk.state, sender.session]
            take.click(self.take, inputs, everything, **heavy)
            send.click(lambda: gr.Tabs(selected="edit"), None, tabs, **QUIET).then(
                self.take, inputs, everything, **heavy
            )
        self.upload.upload(
            self.open, [self.desk.state, self.upload], everything, preprocess=False, **heavy
        )
        self.discovery.wire()
        self.wire()

    def wire(self) -> None:
        """Every control that changes the picture, and the way back."""
        cards, second, stage, changes = self.directions, self.second, self.stage, self.changes
        state = self.desk.state
        rows: list[tuple[list[Any], Callable[..., Updates], list[Any]]] = [
            ([cards.psi], changes.truncate, [cards.psi]),
            ([cards.label, cards.amount], changes.reclass, [cards.label, cards.amount]),
            ([cards.tuned], changes.retune, [cards.tuned]),
            ([second.toward], changes.go_toward, [second.toward, second.heads]),
            (second.mixing(), changes.mix, second.mixing()),
            ([second.brush], changes.paint, [second.brush]),
        ]
        for controls, work, inputs in rows:
            gr.on([c.input for c in controls], work, [state, *inputs], stage.view, **LIVE)
        moved = [state, cards.first, cards.last, cards.sliders]
        cards.sliders.input(changes.move, moved, stage.view, **LIVE)
        cards.hold.input(changes.hold, [state, cards.hold], [stage.view, cards.hold], **LIVE)
        drags: list[Any] = [cards.sliders, cards.psi, cards.amount, cards.tuned, second.toward]
        gr.on([each.release for each in drags], let_go, state, None, **QUIET)
        plan = [stage.view, *cards.values(), *second.values()]
        for button, way in (
            (stage.undo, History.undo), (stage.redo, History.redo), (stage.reset, History.reset)
        ):  # fmt: skip

            def step(editing: Editing, way: Any = way) -> Updates:
                return changes.step(editing, way)

            button.click(step, state, plan, **QUIET)

    def take(self, editing: Editing, session: Session) -> Iterator[Updates]:
        """The answer of another tab, the seed that is shown there."""
        if session.outcome is None:
            yield {self.desk.status: html.status("error", NOTHING)}
        else:
            yield from self.desk.said(self.desk.enter(editing, session.outcome, session.chosen))

    def open(self, editing: Editing, upload: dict[str, Any] | None) -> Iterator[Updates]:
        """A saved result."""

        def opening() -> Iterator[Updates]:
            for moment in self.desk.studio.reopen(upload["path"] if upload else ""):
                if isinstance(moment, Loading):
                    yield {self.desk.status: waiting(f"Loading {moment.title}…", moment)}
                else:
                    yield from self.desk.enter(editing, moment, 0)

        yield from self.desk.said(opening())


def let_go(editing: Editing) -> None:
    """A slider was let go: its next move is a step of its own."""
    editing.work.held = ""
