"""One result in many classes, and how much of its fine-tuning draws it: a card of the Edit tab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
from markupsafe import Markup

from inversion.editing import Retune
from models.generators.generator import Generator
from studio.edit_state import Editing, Work, classes
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import Updates
from ui.edit.desk import Desk, result_of

EVERY = "every class"
STEPS = 7  # pictures between two classes
SHOWN = 12  # classes at once, where there are many


class ClassesCard:
    """Components of the card, and what its button does."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with gr.Column(elem_classes="card", visible=False) as self.card:
            drawing("<h2>As another kind</h2>")
            drawing(
                '<p class="note">The same code, pose and all, drawn as every class, or on the '
                "way from one class to another.</p>"
            )
            with gr.Row(elem_classes="tight"):
                self.start = gr.Dropdown([EVERY], value=EVERY, label="From", elem_id="class-from")
                self.end = gr.Dropdown([EVERY], value=EVERY, label="To", elem_id="class-to")
            self.go = gr.Button("Draw them side by side", size="md", elem_id="class-strip-go")
            self.strip = drawing(elem_id="class-strip")
        self.go.click(
            self.draw,
            [desk.state, self.start, self.end],
            [desk.status, self.strip],
            **desk.heavy,
        )

    def components(self) -> list[Any]:
        return [self.card, self.start, self.end, self.strip]

    def opened(self, work: Work, G: Generator) -> Updates:
        """The card for a result of this model."""
        names = classes(G) if work.directed else []
        return {
            self.card: gr.Column(visible=bool(names)),
            self.start: gr.Dropdown([EVERY, *names], value=EVERY),
            self.end: gr.Dropdown([EVERY, *names], value=EVERY),
            self.strip: "",
        }

    def draw(self, editing: Editing, start: str, end: str) -> Iterator[Updates]:
        """The strip; of a fine-tuned result one before and one after fine-tuning."""

        def strips() -> Iterator[Updates]:
            plan, editor = replace(editing.work.plan, converted=True), self.desk.editor
            edits = [e for e in plan.edits if not isinstance(e, Retune)]
            result = result_of(editing.work, plan).edit(edits)
            G = editor.network(result)
            names = classes(G)
            between = start != EVERY and end != EVERY
            if between:
                way = (names.index(start), names.index(end))
                labels = [start, *[""] * (STEPS - 2), end]
            else:
                way = None
                near = names.index(start) if start != EVERY else 0
                labels = [names[(near + k) % len(names)] for k in range(min(SHOWN, len(names)))]
            yield {self.desk.status: html.status("busy", "Drawing the classes…")}
            drawn = []
            for title, strength in rows(result.deltas is not None):
                if way:
                    pictures = editor.between(result, *way, STEPS, strength)
                else:
                    numbers = [names.index(name) for name in labels]
                    pictures = editor.in_classes(result, numbers, strength)
                tiles = (
                    {"picture": picture, "alt": f"as {label}", "captions": [label]}
                    for picture, label in zip(pictures, labels, strict=True)
                )
                drawn += [html.title(title)] if title else []
                drawn.append(html.tiles("classes", tiles))
            yield {
                self.desk.status: html.status("done", "Every picture has the same code."),
                self.strip: Markup().join(drawn),
            }

        yield from self.desk.said(strips())


def rows(tuned: bool) -> list[tuple[str, float]]:
    """A title and how much of the fine-tuning for each strip."""
    if not tuned:
        return [("", 1.0)]
    return [("Before fine-tuning", 0.0), ("After fine-tuning", 1.0)]
