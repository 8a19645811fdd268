"""A film on the page: it plays by itself, again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from studio.edit_state import Editing


def player(**options: Any) -> gr.Video:
    """Not seen until there is a film."""
    return gr.Video(
        visible=False, interactive=False, format="mp4", label="Film", show_label=False,
        autoplay=True, loop=True, elem_classes="film", **options,
    )  # fmt: skip


def playing(editing: Editing, film: bytes, name: str) -> gr.Video:
    """The player with this MP4, kept among the visitor's files."""
    path = Path(editing.folder) / f"{name}.mp4"
    path.write_bytes(film)
    return gr.Video(str(path), visible=True)
