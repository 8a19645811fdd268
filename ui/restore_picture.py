"""The Restore tab's first card: the same picture card in other words, its brush paints a hole."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr
from gradio.blocks import Block, BlockContext

from ui.picture import PictureCard

WORDS = {
    "The crop that will be projected": "The crop that will be restored",
    "Paint over an object, and only it counts. Without paint all of the crop does.": "Inpainting "
    "fills what you paint over; without paint, the hole that is chosen below.",
}
HOLE = {
    "the crop that is projected": "the crop that is restored",
    "the painted object": "the painted hole",
    "Paint the object": "Paint a hole",
    "only the painted part counts": "the painted part is missing",
}


class DamagedCard(PictureCard):
    """As `PictureCard`; only the words differ."""

    def __init__(self) -> None:
        with gr.Column() as column:
            super().__init__()
        for block in inside(column):
            if isinstance(block, gr.HTML) and isinstance(block.value, str):
                for before, after in WORDS.items():
                    block.value = block.value.replace(before, after)
        for before, after in HOLE.items():
            self.crop.html_template = self.crop.html_template.replace(before, after)


def inside(context: BlockContext) -> Iterator[Block]:
    """Everything in a context, however deep."""
    for child in context.children:
        yield child
        if isinstance(child, BlockContext):
            yield from inside(child)
