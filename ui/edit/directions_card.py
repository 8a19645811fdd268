"""On the left of the Edit tab: sliders of directions, truncation and class."""

from __future__ import annotations

from typing import Any

import gradio as gr

from inversion.editing import Direction
from models.errors import StudioError
from models.generators.generator import Generator
from studio.edit_state import Editing, key
from studio.editor import ATTRIBUTES, COMPONENTS, FILE, SEFA
from ui.components.controls import drawing
from ui.edit.effects_table import MovesPanel

Updates = dict[Any, Any]
MOST, REACH = 40, 4.0  # sliders; deviations either way
KEEP = "as it is"


class DirectionsCard:
    """Sliders of directions, the layers that they move, truncation and class."""

    def __init__(self) -> None:
        with gr.Column(elem_classes="card", visible=False) as self.card:
            drawing("<h2>Directions</h2>")
            self.source = gr.Radio(
                [ATTRIBUTES, COMPONENTS, SEFA, FILE],
                value=COMPONENTS,
                show_label=False,
                elem_id="source",
            )
            self.file = gr.UploadButton(
                "Open directions (.safetensors, .npy, .pt)",
                size="sm",
                visible=False,
                elem_id="directions-file",
            )
            with gr.Row(elem_classes="tight"):
                self.first = gr.Slider(
                    0, 1, 0, step=1, label="First layer", info="the next moves", elem_id="first"
                )
                self.last = gr.Slider(
                    0, 1, 1, step=1, label="Last layer", info="touch these", elem_id="last"
                )
            with gr.Column(elem_classes="knobs", elem_id="directions"):
                self.sliders = [
                    gr.Slider(-REACH, REACH, 0, step=0.1, label=f"direction {k + 1}", visible=False)
                    for k in range(MOST)
                ]
            self.hold = gr.Dropdown(
                [],
                value=[],
                multiselect=True,
                label="Hold still",
                info="what these change is taken out of every move",
                elem_id="hold",
            )
            self.moves = MovesPanel()
            drawing("<h3>All of it</h3>")
            self.psi = gr.Slider(
                0,
                1.2,
                1,
                step=0.05,
                label="Truncation",
                info="0 is the mean picture",
                elem_id="psi",
            )
            self.label = gr.Dropdown([KEEP], value=KEEP, label="Class", visible=False)
            self.amount = gr.Slider(
                0, 1, 1, step=0.05, label="Part of the way to the class", visible=False
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

    def components(self) -> list[Any]:
        return [self.card, self.source, self.file, *self.moves.components(), *self.values()]

    def values(self) -> list[Any]:
        """The controls that show the plan."""
        return [
            self.first,
            self.last,
            *self.sliders,
            self.hold,
            self.psi,
            self.label,
            self.amount,
            self.tuned,
        ]

    def opened(self, editing: Editing, sources: list[str], source: str, G: Generator) -> Updates:
        """The controls for a result of this model."""
        top = G.num_ws - 1
        names = classes(G)
        return self.show(editing) | {
            self.card: gr.Column(visible=True),
            self.source: gr.Radio(sources, value=source),
            self.file: gr.UploadButton(visible=source == FILE),
            self.first: gr.Slider(value=0, maximum=top),
            self.last: gr.Slider(value=top, maximum=top),
            self.label: gr.Dropdown([KEEP, *names], value=self.named(editing), visible=bool(names)),
            self.amount: gr.Slider(visible=bool(names)),
            self.tuned: gr.Slider(
                value=editing.plan.tuned,
                visible=editing.result is not None and editing.result.deltas is not None,
            ),
        }

    def named(self, editing: Editing) -> str:
        change = editing.plan.change
        return KEEP if change is None else change.name

    def show(self, editing: Editing) -> Updates:
        """Every control where the plan has it."""
        plan = editing.plan
        strengths = plan.strengths()
        changes: Updates = {
            slider: gr.Slider(
                label=titled(direction),
                value=strengths.get(key(direction), 0),
                visible=True,
            )
            for slider, direction in zip(self.sliders, editing.shown, strict=False)
        }
        hidden = self.sliders[len(editing.shown) :]
        return (
            changes
            | {slider: gr.Slider(visible=False) for slider in hidden}
            | {
                self.psi: plan.psi,
                self.label: self.named(editing),
                self.amount: 1 if plan.change is None else plan.change.amount,
                self.tuned: plan.tuned,
                self.hold: gr.Dropdown(
                    multiselect=True,
                    choices=list(dict.fromkeys(titled(d) for d in (*editing.shown, *plan.held))),
                    value=[titled(d) for d in plan.held],
                ),
            }
        )


def titled(direction: Direction) -> str:
    """What the page calls it."""
    return direction.name.replace("_", " ")


def classes(G: Generator) -> list[str]:
    """The names of a model's classes; none where it has none. Raises no error."""
    if not G.class_dim:
        return []
    return list(G.class_names) or [str(k) for k in range(G.num_classes)]


def span(first: float, last: float, top: int, what: str = "layer") -> tuple[int, int] | None:
    """Layers or rows from two sliders, None for all. Raises StudioError if there are none between
    them."""
    if first != first or last != last or first > last:
        raise StudioError(f"The first {what} comes after the last. Move one of the two.")
    whole = int(first) == 0 and int(last) == top
    return None if whole else (int(first), int(last))
