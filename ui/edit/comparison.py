"""Original and edited under one line, and what was done: the one component that follows a slider.

Gradio looks through the whole page for each component that an event reads or changes, twice; so
live events read few and change this one, and `submit` follows once it has rested.
"""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from inversion.pictures.images import Picture
from ui.components import html
from ui.components.comparison import NOTHING, compared, comparison
from ui.templates import render

LIST = '<div id="edits">{{{value.edits}}}</div>'
NOTE = '<div id="edit-note">{{{value.note}}}</div>'


def view() -> gr.HTML:
    """Its value is `shown` or `alone`."""
    return comparison("edit-", LIST, NOTE)


def shown(
    before: Picture, picture: Picture, edits: Sequence[str], trouble: str = ""
) -> dict[str, str]:
    """What the view shows: the original, the edited picture, a line an edit, and what went wrong,
    if anything."""
    return {
        **compared(before, picture, "original", "edited"),
        "edits": html.within(render("edits", edits=edits)),
        "note": html.within(html.status("error", trouble)) if trouble else "",
    }


def alone(trouble: str) -> dict[str, str]:
    """No picture, and why."""
    return {**NOTHING, "edits": "", "note": html.within(html.status("error", trouble))}
