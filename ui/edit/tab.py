"""The Edit tab: a result is taken in, edited live, undone, joined with others, saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from inversion.editing import History
from models.errors import StudioError
from studio.edit_state import Editing, Plan
from studio.editor import Editor
from studio.messages import Loading, Outcome
from studio.runs import Studio
from studio.session import LIFETIME, Session
from ui.components import html
from ui.components.controls import drawing
from ui.edit.changes import Changes
from ui.edit.classes_card import ClassesCard
from ui.edit.directions import Finding
from ui.edit.directions_card import DirectionsCard
from ui.edit.discovery_card import DiscoveryCard
from ui.edit.effects_table import figures
from ui.edit.interpolation import Joining, said, waiting
from ui.edit.second_result_card import SecondCard
from ui.edit.stage import EditStage, Updates
from ui.project.tab import GPU, ProjectTab

CSS = (Path(__file__).parent / "edit.css").read_text()
NOTHING = "There is no answer there yet. Run it first, or open a result file here."


class EditTab:
    """Lays the tab out and connects it; the tabs named in `tabs` get a button that sends their
    answer here."""

    def __init__(self, studio: Studio, tabs: gr.Tabs, senders: dict[str, ProjectTab]) -> None:
        self.studio, self.editor = studio, Editor(studio)
        self.state = gr.State(Editing(), time_to_live=LIFETIME, delete_callback=Editing.close)
        with gr.Row(elem_classes=["columns", "edit"]):
            with gr.Column(scale=5, min_width=320, elem_classes="left"):
                with gr.Column(elem_classes="card run"):
                    drawing("<h2>Result</h2>")
                    with gr.Row(elem_classes="takes"):
                        takes = [gr.Button(f"{name}'s answer", size="md") for name in senders]
                        self.upload = gr.UploadButton(
                            "Open a result", size="md", elem_id="edit-open"
                        )
                    self.status = drawing(
                        html.status("idle", "Take in a result to begin."), elem_id="edit-status"
                    )
                self.cards = DirectionsCard()
                self.classes = ClassesCard(self.editor, self.status, self.state)
                self.second = SecondCard()
                self.discovery = DiscoveryCard()
            with gr.Column(scale=7, min_width=320, elem_classes="right"):
                self.stage = EditStage()
        self.joining = Joining(self.editor, self.state, self.status, self.second)
        self.finding = Finding(self.editor, self.state, self.status, self.cards)
        self.changes = Changes(self.editor, self.stage, self.cards.hold)
        self.quiet: dict[str, Any] = {
            "show_progress": "hidden", "api_visibility": "private", "queue": False
        }  # fmt: skip
        self.heavy: dict[str, Any] = {
            "show_progress": "minimal",
            "show_progress_on": self.status,
            "api_visibility": "private",
            **GPU,
        }
        self.all = [
            self.state,
            self.status,
            *self.cards.components(),
            *self.classes.components(),
            *self.second.components(),
            *self.stage.components(),
            *self.discovery.components(),
        ]
        for take, (name, sender) in zip(takes, senders.items(), strict=True):
            with sender.stage.results:
                send = gr.Button("Send to Edit", size="md", elem_id=f"send-{name.casefold()}")
            inputs = [self.state, sender.session]
            take.click(self.take, inputs, self.all, **self.heavy)
            send.click(lambda: gr.Tabs(selected="edit"), None, tabs, **self.quiet).then(
                self.take, inputs, self.all, **self.heavy
            )
        self.wire()
        self.discovery.wire(self)

    def wire(self) -> None:
        """What the visitor does with a result."""
        cards, second, stage, changes = self.cards, self.second, self.stage, self.changes
        self.upload.upload(
            self.open, [self.state, self.upload], self.all, preprocess=False, **self.heavy
        )
        live: dict[str, Any] = {"trigger_mode": "always_last", **self.quiet}
        rows: list[tuple[list[Any], Callable[..., Updates], list[Any]]] = [
            ([cards.psi], changes.truncate, [cards.psi]),
            ([cards.label, cards.amount], changes.reclass, [cards.label, cards.amount]),
            ([cards.tuned], changes.retune, [cards.tuned]),
            ([second.toward], changes.go_toward, [second.toward, second.heads]),
            (second.mixing(), changes.mix, second.mixing()),
            ([second.brush], changes.paint, [second.brush]),
        ]
        for controls, work, inputs in rows:
            gr.on([c.input for c in controls], work, [self.state, *inputs], stage.view, **live)
        for k, slider in enumerate(cards.sliders):

            def move(
                editing: Editing, first: float, last: float, value: float | None, k: int = k
            ) -> Updates:
                return changes.move(editing, k, first, last, value)

            slider.input(move, [self.state, cards.first, cards.last, slider], stage.view, **live)
        cards.hold.input(changes.hold, [self.state, cards.hold], [stage.view, cards.hold], **live)
        drags = [*cards.sliders, cards.psi, cards.amount, cards.tuned, second.toward]
        gr.on([slider.release for slider in drags], let_go, self.state, None, **self.quiet)
        for button, way in (
            (stage.undo, History.undo), (stage.redo, History.redo), (stage.reset, History.reset)
        ):  # fmt: skip
            button.click(
                self.stepper(way),
                self.state,
                [stage.view, *cards.values(), *second.values()],
                **self.quiet,
            )
        found = [self.state, self.status, *cards.components()]
        cards.source.input(self.finding.find, [self.state, cards.source], found, **self.heavy)
        cards.file.upload(
            self.finding.load, [self.state, cards.file], found, preprocess=False, **self.heavy
        )
        second.upload.upload(
            self.joining.join,
            [self.state, second.upload],
            [self.state, self.status, second.picture, second.ways, second.heads],
            preprocess=False,
            **self.heavy,
        )
        second.go.click(
            self.joining.interpolate,
            [self.state, second.seconds, second.easing, second.loop, second.heads],
            [self.status, second.strip, second.film],
            **self.heavy,
        )
        cards.moves.go.click(
            self.finding.measure, self.state, [self.status, *cards.moves.components()], **self.heavy
        )
        self.classes.go.click(
            self.classes.draw,
            [self.state, self.classes.start, self.classes.end],
            [self.status, self.classes.strip],
            **self.heavy,
        )
        stage.view.submit(self.settle, self.state, [self.state, *stage.settled()], **live)
        stage.view.submit(self.figures, self.state, stage.figures, **live)
        stage.prepare.click(stage.save, self.state, stage.files(), **self.quiet)
        stage.fragile.wire(self.studio, self.state, lambda editing: editing.drawn, **GPU)
        stage.back.click(stage.pasted, self.state, [stage.inside, stage.photo], **self.quiet)

    def take(self, editing: Editing, session: Session) -> Iterator[Updates]:
        """The answer of another tab, the seed that is shown there."""
        if session.outcome is None:
            yield {self.status: html.status("error", NOTHING)}
        else:
            yield from said(self.status, self.enter(editing, session.outcome, session.chosen))

    def open(self, editing: Editing, upload: dict[str, Any] | None) -> Iterator[Updates]:
        """A saved result."""

        def work() -> Iterator[Updates]:
            for moment in self.studio.reopen(upload["path"] if upload else ""):
                if isinstance(moment, Loading):
                    yield {self.status: waiting(f"Loading {moment.title}…", moment)}
                else:
                    yield from self.enter(editing, moment, 0)

        yield from said(self.status, work())

    def enter(self, editing: Editing, outcome: Outcome, row: int) -> Iterator[Updates]:
        """Another result, with the edits that it has; the same one again keeps what was done."""
        result = outcome.result.answer(row)
        same = editing.result is not None and editing.source is outcome
        if not (same and editing.result is not None and editing.result.seeds == result.seeds):
            base = result.edit(())
            before = self.editor.draw(base)
            after = self.editor.draw(result) if result.edits else before
            editing.result, editing.before, editing.after = base, before, after
            editing.source, editing.held = outcome, ""
            editing.history = History.begin(Plan.of(result.edits))
            editing.shown, editing.extra, editing.second, editing.others = (), (), (), ()
        yield from self.opened(editing)

    def opened(self, editing: Editing) -> Iterator[Updates]:
        """The whole tab for what is edited, as it stands."""
        assert editing.result is not None
        G = self.editor.network(editing.result)
        sources = self.editor.sources(G.identity.name)
        yield {
            self.state: editing,
            self.status: html.status("busy", "Finding directions…"),
            **self.stage.opened(editing),
            **self.second.opened(editing, G),
            **self.cards.opened(editing, sources, sources[0], G),
            **self.classes.opened(G),
            **self.discovery.opened(G),
        }
        yield from self.finding.find(editing, sources[0])

    def stepper(self, way: Callable[[History[Plan]], History[Plan]]) -> Callable[..., Updates]:
        """Undo, redo or reset."""

        def step(editing: Editing) -> Updates:
            editing.history, editing.held = way(editing.history), ""
            changes = self.changes.change(editing, "", lambda plan: plan)
            if editing.result is None:
                return changes
            G = self.editor.network(editing.result)
            return changes | self.cards.show(editing) | self.second.show(editing, G)

        return step

    def settle(self, editing: Editing) -> Updates:
        """What follows a change once the picture rests: history and files."""
        return {self.state: editing, **self.stage.settle(editing)}

    def figures(self, editing: Editing) -> str:
        """What the edit did, in figures."""
        if editing.before is None or editing.after is None or not editing.plan.edits:
            return ""
        try:
            assert editing.result is not None
            name = editing.result.identity.name
            asked = [move.direction.name for move in editing.plan.moves]
            return figures(self.editor.judge(name, editing.before, editing.after), asked)
        except StudioError as error:
            return html.status("error", str(error))


def let_go(editing: Editing) -> None:
    """A slider was let go: its next move is a step of its own."""
    editing.held = ""
