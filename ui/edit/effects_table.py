"""What an edit did and what each slider moves besides its own attribute, in figures."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import gradio as gr
from markupsafe import Markup

from inversion.editing import Judgement, Movements
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import Updates
from ui.templates import render

MAX_NAMED = 3  # attributes named beside a slider's own
LEAST = 0.05  # deviations; less is not named
NOTE = (
    "By a slider at {strength:g}, over fresh samples, in standard deviations of each attribute as "
    "the estimator reads it."
)


class MovesPanel:
    """Components of the panel."""

    def __init__(self) -> None:
        with gr.Accordion(
            "What each slider changes besides", open=False, elem_id="moves"
        ) as self.panel:
            self.table = drawing(elem_id="moves-table")
            self.go = gr.Button("Measure with what is kept unchanged", size="sm", elem_id="measure")

    def components(self) -> list[Any]:
        return [self.panel, self.table]

    def show(self, found: Movements | None, readable: bool = True) -> Updates:
        """The panel for these sliders; hidden where no attribute can be read."""
        return {
            self.panel: gr.Accordion(visible=readable),
            self.table: "" if found is None else moved(found),
        }


def moved(found: Movements) -> Markup:
    """A row a slider: what it does to its own attribute, to the others on average, and which of
    them it takes along most."""
    rows = []
    pairs_of = zip(found.directions, found.matrix.tolist(), strict=True)
    own_first = found.own if set(found.directions) <= set(found.attributes) else lambda name: 0.0
    for name, row in sorted(pairs_of, key=lambda each: -own_first(each[0])):
        pairs = sorted(zip(found.attributes, row, strict=True), key=lambda each: -abs(each[1]))
        along = [(n, x) for n, x in pairs if n != name and abs(x) >= LEAST][:MAX_NAMED]
        own = f"{found.own(name):+.2f}" if name in found.attributes else "–"
        pair = Markup("{}&nbsp;{:+.2f}")
        named = Markup(", ").join(pair.format(words(n), x) for n, x in along) or "nothing"
        rows.append((words(name), own, f"{found.others(name):.2f}", named))
    heads = ["slider", "itself", "all others, mean", "changes along with it"]
    note = NOTE.format(strength=found.strength)
    return html.table(heads, rows) + html.note(note)


def words(name: str) -> str:
    return name.replace("_", " ")


def figures(found: Judgement, asked: Collection[str] = (), most: int = 6) -> Markup:
    """Judgement of one edit as HTML: identity, how far the attributes that were `asked` for moved,
    how little all others did on average, and which of those moved most."""
    own = [each for each in found.moved.items() if each[0] in asked]
    others = [each for each in found.moved.items() if each[0] not in asked]
    along = sorted(others, key=lambda each: -abs(float(each[1])))[: most - len(own[:3])]
    shown = [*own[:3], *(each for each in along if abs(float(each[1])) >= 0.05)]
    terms = [
        (words(name) + (" (asked)" if name in asked else ""), f"{float(value):+.2f}")
        for name, value in shown
    ]
    if others:
        mean = sum(abs(float(value)) for _, value in others) / len(others)
        terms = [("all else, mean", f"{mean:.2f}"), *terms]
    note = (
        "Identity is the similarity of the embedded perceptual features before and after: 1 is "
        "the same picture, 0 no more alike than strangers. It is not a face recogniser's."
    )
    if found.moved:
        note += " Attributes moved are in standard deviations, as the estimator reads them."
    kept = ("identity kept", f"{float(found.identity):.3f}")
    return render("judgement", figures=[kept, *terms], told=note)
