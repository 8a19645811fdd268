"""Below the answer: fine-tuning the generator for it, and how much of that is applied."""

from __future__ import annotations

from typing import Any

import gradio as gr

from inversion.knobs import Value
from inversion.tuning.problem import Tuning
from studio.messages import Outcome
from ui.components.controls import control, drawing
from ui.components.events import Updates


class TuneCard:
    """Components of the card."""

    def __init__(self, prefix: str = "") -> None:
        knobs = Tuning().knobs()
        self.names = list(knobs)
        self.strength = gr.Slider(
            0,
            1,
            1,
            step=0.05,
            label="Strength of the fine-tuning",
            info="0 is the generator as it was, 1 all of the change; the numbers are those of 1",
            visible=False,
            elem_id=f"{prefix}strength",
        )
        with gr.Accordion(
            "Fine-tune this answer", open=False, elem_id=f"{prefix}tune", elem_classes="tune"
        ):
            drawing(
                '<p class="note">Moves the generator\'s weights, for the chosen seed alone, until '
                "it draws your picture. The change is kept in the result file.</p>"
            )
            with gr.Row(elem_classes="knobs"):
                self.knobs = [control(knob) for knob in knobs.values()]
            self.go = gr.Button("Fine-tune", size="md", elem_id=f"{prefix}run-tune")

    def components(self) -> list[Any]:
        return [self.strength, self.go]

    def settings(self, values: tuple[Value | None, ...]) -> dict[str, Value]:
        """What the knobs stand at; an emptied field is its default."""
        given = zip(self.names, values, strict=True)
        return {name: value for name, value in given if value is not None}

    def shown(self, outcome: Outcome) -> Updates:
        """The card for a new answer."""
        tuned = outcome.result.deltas is not None
        return {
            self.strength: gr.Slider(value=1, visible=tuned),
            self.go: gr.Button("Fine-tune again" if tuned else "Fine-tune", interactive=True),
        }
