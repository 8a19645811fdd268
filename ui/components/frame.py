"""The crop's frame on the photo itself, which is dragged: it moves the sliders of the crop."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

CODE = (Path(__file__).parent / "frame.js").read_text()


def frame() -> gr.HTML:
    """Stands in the card of a picture, beside the photo and the sliders that it looks for."""
    return gr.HTML("", js_on_load=CODE, apply_default_css=False, elem_classes="made")
