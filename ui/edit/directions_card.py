"""On the left of the Edit tab: directions, found, loaded and measured, a slider each; truncation,
class and fine-tuning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from models.errors import StudioError
from models.generators.generator import Generator
from studio.edit_state import Editing, Work, classes
from studio.editor import ATTRIBUTES, COMPONENTS, DIFFERENCE, FILE, SEFA
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import Updates, waiting
from ui.edit.desk import NO_RESULT, Desk, both, result_of
from ui.edit.effects_table import MovesPanel
from ui.edit.sliders import grouped, sliders, titled

LIVE = "Move a slider; the picture follows."
NO_WAYS = "This answer can be drawn to the mean, joined with others and painted on."
WAYS = (
    "Each moves the picture along a direction of the network: an attribute that it was read for, "
    "one in which its pictures differ most (GANSpace, SeFa), or one of a file."
)
LAYERS = (
    "The sliders that you move from now on change the network from the first of these layers to "
    "the last: low ones hold shape and pose, high ones colour and texture."
)
KEEP = "as it is"


class DirectionsCard:
    """Sliders of directions, the layers that they move, truncation and class; and where the
    directions come from."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with gr.Column(elem_classes="card", visible=False) as self.card:
            drawing("<h2>Sliders</h2>")
            self.why = drawing(visible=False, elem_id="no-directions")
            with gr.Column(elem_classes="tight") as self.ways:
                drawing(html.note(WAYS))
                self.source = gr.Radio(
                    [ATTRIBUTES, COMPONENTS, SEFA, FILE],
                    value=COMPONENTS,
                    label="Which sliders",
                    show_label=False,
                    elem_id="source",
                )
                self.file = gr.UploadButton(
                    "Open directions (.safetensors, .npy, .npz, .pt)",
                    size="sm",
                    visible=False,
                    elem_id="directions-file",
                )
                self.space = gr.Radio(
                    [("as the file says", ""), "w", "z"],
                    value="",
                    label="What its vectors are of",
                    visible=False,
                    elem_id="space",
                )
                self.sliders = sliders(elem_id="directions")
                self.hold = gr.Dropdown(
                    [],
                    value=[],
                    multiselect=True,
                    label="Keep unchanged",
                    info="the other sliders then leave these as they are, as far as they can",
                    elem_id="hold",
                )
                with gr.Accordion("Only in some layers", open=False):
                    drawing(html.note(LAYERS))
                    with gr.Row(elem_classes="tight"):
                        self.first = gr.Slider(
                            0, 1, 0, step=1, label="First layer", elem_id="first"
                        )
                        self.last = gr.Slider(0, 1, 1, step=1, label="Last layer", elem_id="last")
                self.moves = MovesPanel()
            drawing("<h3>The whole picture</h3>")
            self.psi = gr.Slider(
                0,
                1.2,
                1,
                step=0.05,
                label="Truncation",
                info="1 is the picture itself, 0 what the network draws on average",
                elem_id="psi",
            )
            self.label = gr.Dropdown([KEEP], value=KEEP, label="Class", visible=False)
            self.amount = gr.Slider(
                0, 1, 1, step=0.05, label="How far towards that class", visible=False
            )
            self.tuned = gr.Slider(
                0,
                1,
                1,
                step=0.05,
                label="Fine-tuning",
                visible=False,
                elem_id="tuned",
                info="how much of the result's fine-tuned weights draws it",
            )
        found = [desk.state, desk.status, *self.components()]
        self.source.input(self.find, [desk.state, self.source], found, **desk.heavy)
        self.file.upload(
            self.load, [desk.state, self.file, self.space], found, preprocess=False, **desk.heavy
        )
        self.moves.go.click(
            self.measure, desk.state, [desk.status, *self.moves.components()], **desk.heavy
        )

    def components(self) -> list[Any]:
        return [
            self.card,
            self.why,
            self.ways,
            self.source,
            self.file,
            self.space,
            *self.moves.components(),
            *self.values(),
        ]

    def values(self) -> list[Any]:
        """The controls that show the plan."""
        return [
            self.first,
            self.last,
            self.sliders,
            self.hold,
            self.psi,
            self.label,
            self.amount,
            self.tuned,
        ]

    def opened(self, work: Work, G: Generator) -> Updates:
        """The controls for a result of this model."""
        top, names = G.num_ws - 1, classes(G) if work.directed else []
        sources = self.desk.editor.sources(G.identity.name)
        source = sources[0]
        return self.show(work) | {
            self.card: gr.Column(visible=True),
            self.why: gr.HTML(html.note(work.told), visible=not work.directed),
            self.ways: gr.Column(visible=work.directed),
            self.source: gr.Radio(sources, value=source),
            self.file: gr.UploadButton(visible=source == FILE),
            self.space: gr.Radio(visible=source == FILE),
            self.first: gr.Slider(value=0, maximum=top),
            self.last: gr.Slider(value=top, maximum=top),
            self.label: gr.Dropdown([KEEP, *names], value=named(work), visible=bool(names)),
            self.amount: gr.Slider(visible=bool(names)),
            self.tuned: gr.Slider(
                value=work.plan.tuned,
                visible=work.result is not None and work.result.deltas is not None,
            ),
        }

    def show(self, work: Work) -> Updates:
        """Every control where the plan has it."""
        plan = work.plan
        return {
            # not the dict alone: see `comparison`
            self.sliders: gr.HTML(value=grouped(work.shown, plan.strengths())),
            self.psi: plan.psi,
            self.label: named(work),
            self.amount: 1 if plan.change is None else plan.change.amount,
            self.tuned: plan.tuned,
            self.hold: gr.Dropdown(
                multiselect=True,
                choices=list(dict.fromkeys(titled(d) for d in (*work.shown, *plan.held))),
                value=[titled(d) for d in plan.held],
            ),
        }

    def search(self, editing: Editing) -> Iterator[Updates]:
        """The directions of the model's first source, as another result is opened."""
        model, work = result_of(editing.work).identity.name, editing.work
        if not work.directed:
            work.shown = ()
            yield {self.desk.state: editing, self.desk.status: html.status("done", NO_WAYS)}
            return
        yield from self.find(editing, self.desk.editor.sources(model)[0])

    def find(self, editing: Editing, source: str) -> Iterator[Updates]:
        """The directions of a source, found once a model."""

        def looking() -> Iterator[Updates]:
            work, editor = editing.work, self.desk.editor
            name, extra = result_of(work).identity.name, work.extra
            if source == DIFFERENCE:
                extra = editor.differences(both(work)[0], work.second)
            search = editor.directions(name, source, extra)
            try:
                while True:
                    yield {self.desk.status: waiting("Finding directions…", next(search))}
            except StopIteration as found:
                work.shown = found.value
            known = editor.measured(name) if source == ATTRIBUTES else None
            yield {
                self.desk.state: editing,
                self.desk.status: html.status("done", LIVE, converted(work)),
                self.file: gr.UploadButton(visible=source == FILE),
                self.space: gr.Radio(visible=source == FILE),
                **self.show(work),
                **self.moves.show(known, editor.readable(name)),
            }

        yield from self.desk.said(looking())

    def load(
        self, editing: Editing, upload: dict[str, Any] | None, space: str = ""
    ) -> Iterator[Updates]:
        """Directions of a file."""

        def loading() -> Iterator[Updates]:
            result, path = result_of(editing.work), upload["path"] if upload else ""
            editing.work.extra = tuple(self.desk.editor.read(path, result, space or None))
            yield from self.find(editing, FILE)

        yield from self.desk.said(loading())

    def measure(self, editing: Editing) -> Iterator[Updates]:
        """What the sliders move while others are held still."""

        def measuring() -> Iterator[Updates]:
            work = editing.work
            if work.result is None or not work.shown:
                raise StudioError(NO_RESULT)
            yield {self.desk.status: html.status("busy", "Measuring what each slider moves…")}
            found = self.desk.editor.moves(work.result.identity.name, work.shown, work.plan.held)
            yield {self.desk.status: html.status("done", LIVE), **self.moves.show(found)}

        yield from self.desk.said(measuring())


def converted(work: Work) -> str:
    """What came of the answer where directions do not act on it as it was found."""
    return f"{work.told} Undo shows what was found." if work.plan.converted else ""


def named(work: Work) -> str:
    """The class that it is changed to, as the list of classes has it."""
    return KEEP if work.plan.change is None else work.plan.change.name
