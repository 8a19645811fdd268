"""What every tab shows an answer with: two pictures under a line, and the seeds as a gallery."""

from __future__ import annotations

import gradio as gr


def comparison(label: str, prefix: str = "") -> tuple[gr.ImageSlider, gr.Slider]:
    """Two pictures with a line between them, and a slider that moves the line by keyboard too."""
    pictures = gr.ImageSlider(
        format="png",
        show_label=False,
        height=440,
        max_height=440,
        buttons=["fullscreen"],
        interactive=False,
        elem_id=f"{prefix}slider",
    )
    position = gr.Slider(0, 100, 50, step=1, label=label, elem_id=f"{prefix}position", buttons=[])
    position.input(
        None,
        position,
        pictures,
        js="position => ({__type__: 'update', slider_position: position})",
    )
    return pictures, position


def ranked() -> gr.Gallery:
    """Every seed's picture, best first, one of them chosen."""
    return gr.Gallery(
        show_label=False,
        columns=6,
        object_fit="contain",
        allow_preview=False,
        buttons=[],
        format="png",
        interactive=False,
        elem_id="seeds-gallery",
    )
