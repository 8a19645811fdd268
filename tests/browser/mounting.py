"""A page on which Edit's stage is mounted again and again."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np

from studio.edit_state import Editing, Work
from tests.ui.doubles import load, studio
from ui.edit.desk import Desk
from ui.edit.stage import EditStage

TIMES = 6
MOMENTS = 6  # a stage; the more follow hard on the first, the more often Gradio loses something


def build() -> gr.Blocks:
    """A button a stage. What it is sent comes as the tab sends it: one moment hard on another."""
    picture = np.full((64, 64, 3), 200, np.uint8)
    work, G = Work(before=picture, after=picture // 2), load("avatars")
    with gr.Blocks(analytics_enabled=False) as page:
        desk = Desk(studio())
        for k in range(TIMES):
            button, stage = gr.Button(f"Send {k}", elem_id=f"send-{k}"), EditStage(desk)

            def send(k: int = k, stage: EditStage = stage) -> Iterator[dict[Any, Any]]:
                yield {desk.state: Editing(work=work), **stage.opened(work, G)}
                for moment in range(MOMENTS):
                    yield {desk.status: f"sent {k}, {moment + 1}."}

            button.click(send, None, [desk.state, desk.status, *stage.components()])
    return page
