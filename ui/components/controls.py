"""A knob becomes the control that suits it."""

from __future__ import annotations

import math
from typing import Any

import gradio as gr

from inversion.knobs import Knob, Value

Control = gr.Slider | gr.Number | gr.Checkbox | gr.Dropdown


def control(knob: Knob, value: Value | None = None, label: str | None = None) -> Control:
    """A checkbox, list, slider or number field for this knob.

    Its help stands below its name, unless a `label` says it all.
    """
    value = knob.default if value is None else value
    label, help = label or words(knob.name), None if label else knob.help
    if knob.choices:
        return gr.Dropdown(
            list(knob.choices),
            value=value,
            label=label,
            info=help,
            allow_custom_value=knob.open,
            interactive=True,
        )
    if knob.type is bool:
        return gr.Checkbox(bool(value), label=label, info=help, interactive=True)
    if knob.low is None or knob.high is None or knob.high - knob.low > 10_000:
        return gr.Number(
            float(value),
            label=label,
            info=help,
            interactive=True,
            minimum=knob.low,
            maximum=knob.high,
            precision=0 if knob.type is int else None,
        )
    return gr.Slider(
        knob.low,
        knob.high,
        value=float(value),
        step=step(knob),
        label=label,
        info=help,
        interactive=True,
    )


def seed_number(
    label: str = "First seed", info: str = "same number, same beginning", **options: Any
) -> gr.Number:
    """The number that all which is random begins with."""
    return gr.Number(0, label=label, info=info, precision=0, minimum=0, maximum=2**31, **options)


def step(knob: Knob) -> float:
    """1 for whole numbers, else a power of ten: some hundreds of stops, on the grid of `low`."""
    if knob.type is int or knob.low is None or knob.high is None:
        return 1
    finest = min((knob.high - knob.low) / 200, abs(knob.low) or math.inf)
    return 10.0 ** math.floor(math.log10(finest))


PLAIN = {  # where a knob's own name says too little
    "tuning.steps": "Steps, at most",
    "tuning.lr": "Size of a step",
    "tuning.penalty": "Hold the network back",
    "tuning.until": "Stop when it looks like yours",
}


def words(name: str) -> str:
    """What the page calls a knob: 'noise-pyramid.weight' is 'Weight (noise-pyramid)'."""
    if name in PLAIN:
        return PLAIN[name]
    part, dot, own = name.replace("_", " ").rpartition(".")
    return f"{own[:1].upper()}{own[1:]} ({part})" if dot else own


def drawing(value: str = "", **options: Any) -> gr.HTML:
    """A piece of the page's own HTML, without Gradio's typography for running text."""
    return gr.HTML(value, apply_default_css=False, **options)
