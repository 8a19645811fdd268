"""Original and edited under one line, and what was done: the one component that follows a slider.

Gradio looks through the whole page for each component that an event reads or changes, twice; so
live events read few and change this one, and `submit` follows once it has rested.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from inversion.pictures.images import Picture
from ui.components import html
from ui.templates import render

CODE = (Path(__file__).parent / "comparison.js").read_text()
TEMPLATE = """
{{#if value.picture}}
<div class="under">
  <img class="before" src="{{before}}" alt="the original" draggable="false">
  <img class="after" src="{{value.picture}}" alt="as edited" draggable="false">
  <i></i><span>original</span><span>edited</span>
</div>
<label class="line">Move the line between original and edited
  <input type="range" min="0" max="100" value="50" id="edit-position"></label>
<div id="edits">{{{value.edits}}}</div>
{{/if}}
<div id="edit-note">{{{value.note}}}</div>
"""


def view() -> gr.HTML:
    """Its value is `shown`, its prop `before` the original as a data URI."""
    return gr.HTML(
        {"picture": "", "edits": "", "note": ""},
        html_template=TEMPLATE,
        js_on_load=CODE,
        apply_default_css=False,
        elem_id="edit-slider",
        before="",
    )


def shown(picture: Picture, edits: Sequence[str], trouble: str = "") -> dict[str, str]:
    """What the view shows: the edited picture, a line an edit, and what went wrong, if anything."""
    return {
        "picture": html.uri(picture),
        "edits": render("edits", edits=edits),
        "note": html.status("error", trouble) if trouble else "",
    }
