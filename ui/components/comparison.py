"""What every tab shows an answer with: two pictures under a line, each with its name, and the seeds
as a gallery."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from inversion.pictures.images import Picture
from ui.components import html

CODE = (Path(__file__).parent / "comparison.js").read_text()
TEMPLATE = """
{{#if value.after}}
<div class="under">
  <img class="before" src="{{value.before}}" alt="{{value.left}}" draggable="false">
  <img class="after" src="{{value.after}}" alt="{{value.right}}" draggable="false">
  <i></i><span>{{value.left}}</span><span>{{value.right}}</span>
  <button type="button" class="whole" aria-label="Full screen" title="Full screen">
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"/></svg>
  </button>
</div>
<label class="line">Move the line between {{value.left}} and {{value.right}}
  <input type="range" min="0" max="100" value="50" id="@position"></label>
"""
NOTHING = {"before": "", "after": "", "left": "", "right": ""}


def comparison(prefix: str = "", below: str = "", beside: str = "") -> gr.HTML:
    """Two pictures with a line between them that is dragged, or moved by a slider.

    Its value is `compared`, and whole: a property beside it may be lost while it is mounted. Where
    more is yielded after it, it goes inside `gr.HTML(value=…)`: of a dict as it stands Gradio takes
    out on the page, key by key, what the next moment no longer has. `below` is HTML of what else
    the value has, there with the pictures, `beside` with or without them.
    """
    template = TEMPLATE.replace("@position", f"{prefix}position")
    return gr.HTML(
        dict(NOTHING),
        html_template=f"{template}{below}{{{{/if}}}}{beside}",
        js_on_load=CODE,
        apply_default_css=False,
        elem_id=f"{prefix}slider",
        elem_classes="comparison",
    )


def compared(before: Picture, after: Picture, left: str, right: str) -> dict[str, str]:
    """The value of a comparison: two pictures, uint8 [H, W, 3], and what they are called."""
    return {"before": html.uri(before), "after": html.uri(after), "left": left, "right": right}


def ranked(prefix: str = "") -> gr.Gallery:
    """Every seed's picture, best first, one of them chosen."""
    return gr.Gallery(
        show_label=False,
        columns=6,
        object_fit="contain",
        allow_preview=False,
        buttons=[],
        format="png",
        interactive=False,
        elem_id=f"{prefix}seeds-gallery",
        elem_classes="seeds-gallery",
    )
