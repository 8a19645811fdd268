"""The knobs of the tasks, each task's in a row of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from inversion.operators import TASKS
from ui.components.address import keeps
from ui.components.controls import control
from ui.components.events import LIVE, QUIET
from ui.restore.answer import PREFIX

DEFAULT_TASK = "inpainting"
KNOBS = {name: each for row in TASKS.values() for name, each in row.knobs().items()}


class Knobs:
    """The knobs of one task; those of a choice that is not made are hidden."""

    def __init__(self, key: str) -> None:
        knobs = TASKS[key].knobs()
        values = {name: knob.default for name, knob in knobs.items()}
        with gr.Row(elem_classes="knobs", visible=key == DEFAULT_TASK) as self.row:
            self.controls = {
                name: control(replace(knob, name=short(name).capitalize()))
                for name, knob in knobs.items()
            }
        for name, each in self.controls.items():
            each.visible = knobs[name].matters(values)

    def wire(self, turn: Callable[..., str], inputs: list[Any], view: gr.HTML) -> None:
        """A knob that is turned shows anew what is left, and the knobs that it calls for."""
        for name, each in self.controls.items():
            told = keeps(f"{PREFIX}{name}", KNOBS[name].default)
            each.input(None, each, None, js=told, **QUIET)
            each.input(
                lambda session, value, *rest, name=name: turn(session, name, value, *rest),
                [inputs[0], each, *inputs[1:]],
                view,
                **LIVE,
            )
            others = [o for o in self.controls if (when := KNOBS[o].when) and when[0] == name]
            if others:
                each.change(
                    lambda value, name=name, others=others: {
                        self.controls[other]: gr.update(visible=KNOBS[other].matters({name: value}))
                        for other in others
                    },
                    each,
                    [self.controls[other] for other in others],
                    **QUIET,
                )


def short(name: str) -> str:
    """A knob's name without its task's."""
    return name.partition(".")[2]
