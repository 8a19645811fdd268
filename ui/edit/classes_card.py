"""One result in many classes, and how much of its fine-tuning draws it: a card of the Edit tab."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr

from inversion.editing import Retune
from models.errors import StudioError
from models.generators.generator import Generator
from studio.edit_state import Editing
from studio.editor import Editor
from ui.components import html
from ui.components.controls import drawing
from ui.edit.changes import FIRST
from ui.edit.directions_card import classes
from ui.edit.interpolation import said

Updates = dict[Any, Any]
EVERY = "every class"
STEPS = 7  # pictures between two classes
SHOWN = 12  # classes at once, where there are many


class ClassesCard:
    """Components of the card, and what its button does."""

    def __init__(self, editor: Editor, status: gr.HTML, state: gr.State) -> None:
        self.editor, self.status, self.state = editor, status, state
        with gr.Column(elem_classes="card", visible=False) as self.card:
            drawing("<h2>Side by side in classes</h2>")
            drawing(
                '<p class="note">The same code, pose and all, drawn as every class, or on the '
                "way from one class to another.</p>"
            )
            with gr.Row(elem_classes="tight"):
                self.start = gr.Dropdown([EVERY], value=EVERY, label="From", elem_id="class-from")
                self.end = gr.Dropdown([EVERY], value=EVERY, label="To", elem_id="class-to")
            self.go = gr.Button("Draw the classes", size="md", elem_id="class-strip-go")
            self.strip = drawing(elem_id="class-strip")

    def components(self) -> list[Any]:
        return [self.card, self.start, self.end, self.strip]

    def opened(self, G: Generator) -> Updates:
        """The card for a result of this model."""
        names = classes(G)
        return {
            self.card: gr.Column(visible=bool(names)),
            self.start: gr.Dropdown([EVERY, *names], value=EVERY),
            self.end: gr.Dropdown([EVERY, *names], value=EVERY),
            self.strip: "",
        }

    def draw(self, editing: Editing, start: str, end: str) -> Iterator[Updates]:
        """The strip; of a fine-tuned result one before and one after fine-tuning."""

        def work() -> Iterator[Updates]:
            result = editing.edited
            if result is None:
                raise StudioError(FIRST)
            result = result.edit([e for e in result.edits if not isinstance(e, Retune)])
            G = self.editor.network(result)
            names = classes(G)
            between = start != EVERY and end != EVERY
            if between:
                way = (names.index(start), names.index(end))
                labels = [start, *[""] * (STEPS - 2), end]
            else:
                way = None
                near = names.index(start) if start != EVERY else 0
                labels = [names[(near + k) % len(names)] for k in range(min(SHOWN, len(names)))]
            yield {self.status: html.status("busy", "Drawing the classes…")}
            strips = []
            for title, strength in rows(result.deltas is not None):
                if way:
                    pictures = self.editor.between(result, *way, STEPS, strength)
                else:
                    numbers = [names.index(name) for name in labels]
                    pictures = self.editor.in_classes(result, numbers, strength)
                tiles = "".join(
                    html.figure(picture, f"<span>{escape(label)}</span>", f"as {label}")
                    for picture, label in zip(pictures, labels, strict=True)
                )
                strips.append(f"{title}<div class='classes'>{tiles}</div>")
            yield {
                self.status: html.status("done", "Every picture has the same code."),
                self.strip: "".join(strips),
            }

        yield from said(self.status, work())


def rows(tuned: bool) -> list[tuple[str, float]]:
    """A title and how much of the fine-tuning for each strip."""
    if not tuned:
        return [("", 1.0)]
    return [("<h3>Before fine-tuning</h3>", 0.0), ("<h3>After fine-tuning</h3>", 1.0)]
