"""Original and edited under one line: light enough to follow a slider, as no file is written."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

CODE = (Path(__file__).parent / "edit_view.js").read_text()
TEMPLATE = """
{{#if value}}
<div class="under">
  <img class="before" src="{{before}}" alt="the original" draggable="false">
  <img class="after" src="{{value}}" alt="as edited" draggable="false">
  <i></i><span>original</span><span>edited</span>
</div>
<label class="line">Move the line between original and edited
  <input type="range" min="0" max="100" value="50" id="edit-position"></label>
{{/if}}
"""


def view() -> gr.HTML:
    """Its value is the edited picture, its prop `before` the original; both data URIs."""
    return gr.HTML(
        "",
        html_template=TEMPLATE,
        js_on_load=CODE,
        apply_default_css=False,
        elem_id="edit-slider",
        before="",
    )
