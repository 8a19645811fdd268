"""The crop with a brush: a canvas of the page's own, for mouse, pen and finger."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from inversion.pictures.images import Mask

CODE = (Path(__file__).parent / "painter.js").read_text()
CANVAS = 256  # pixels a side that are painted on
EMPTY = {"picture": "", "mask": "", "caption": ""}


@dataclass(frozen=True)
class Words:
    """What the page says of a crop and of the paint on it."""

    title: str = "The crop that will be projected"
    note: str = "Paint over an object, and only it counts. Without paint all of the crop does."
    crop: str = "the crop that is projected"
    paint: str = "the painted object"
    brush: str = "Paint the object"
    painted: str = "only the painted part counts"


PROJECTED = Words()


def painter(words: Words = PROJECTED, **options: Any) -> gr.HTML:
    """Shows a crop, and lets its object be painted over.

    Its value is {"picture", "mask", "caption"}: two data URIs and a line of text, "" for none. A
    stroke is an `input` event.
    """
    return gr.HTML(
        dict(EMPTY),
        html_template=template(words),
        js_on_load=CODE,
        apply_default_css=False,
        **options,
    )


def template(words: Words) -> str:
    return f"""
{{{{#if value.picture}}}}
<figure class="tile painter">
  <div class="sheet">
    <img src="{{{{value.picture}}}}" alt="{words.crop}" draggable="false">
    <canvas width="{CANVAS}" height="{CANVAS}" aria-label="{words.paint}"></canvas>
  </div>
  <figcaption><span>{{{{value.caption}}}}</span>
    {{{{#if value.mask}}}}<b>{words.painted}</b>{{{{/if}}}}</figcaption>
  <div class="tools">
    <button type="button" data-tool="paint">{words.brush}</button>
    <button type="button" data-tool="erase">Erase</button>
    <button type="button" data-tool="clear">Clear</button>
    <label>Brush <input type="range" min="6" max="96" value="36"></label>
  </div>
</figure>
{{{{else}}}}
<div class="empty small"><span>Your crop appears here</span></div>
{{{{/if}}}}
"""


def uri(mask: Mask | None) -> str:
    """A mask, bool [n, n], as the painter holds it; "" for none or an empty one."""
    if mask is None or not mask.any():
        return ""
    levels = np.zeros((*mask.shape, 4), np.uint8)
    levels[..., 3] = mask * np.uint8(255)
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "png")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def file(uri: str) -> bytes:
    """The file in a data URI. Raises ValueError when it is none."""
    return base64.b64decode(uri.partition(";base64,")[2], validate=True)
