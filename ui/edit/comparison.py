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
  <img class="before" src="{{value.before}}" alt="the original" draggable="false">
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
    """Its value is `shown`, and whole: a property beside it may be lost while the view is mounted.

    Where more is yielded after it, it goes inside `gr.HTML(value=…)`: of a dict as it stands Gradio
    takes out on the page, key by key, what the next moment no longer has.
    """
    return gr.HTML(
        {"before": "", "picture": "", "edits": "", "note": ""},
        html_template=TEMPLATE,
        js_on_load=CODE,
        apply_default_css=False,
        elem_id="edit-slider",
    )


def shown(
    before: Picture, picture: Picture, edits: Sequence[str], trouble: str = ""
) -> dict[str, str]:
    """What the view shows: the original, the edited picture, a line an edit, and what went wrong,
    if anything."""
    return {
        "before": html.uri(before),
        "picture": html.uri(picture),
        "edits": render("edits", edits=edits),
        "note": html.status("error", trouble) if trouble else "",
    }
