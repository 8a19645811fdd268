"""The sliders of the directions, in groups named by what a person looks for, with a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from inversion.editing import Direction
from studio.edit_state import Key, key

CODE = (Path(__file__).parent / "sliders.js").read_text()
GROUPS = {  # by words of the directions' names; a direction is in the first that has one
    "Glasses": ("glass",),
    "Hair": ("hair", "bald", "beard", "bangs", "mustache"),
    "Eyes and gaze": ("gaze", "eye", "iris"),
    "Expression": ("smil", "mouth", "brow", "lips"),
    "Age and shape": ("age", "young", "head_width", "ear_", "nose", "chin", "gender", "male"),
    "Turn": ("yaw", "pitch", "roll", "pose"),
    "Light and background": ("light", "background"),
    "Skin and clothes": ("hue", "tone", "blush", "marking", "cloth", "skin"),
    "What it is": ("human", "cat", "bear", "fox", "robot", "alien", "owl", "frog"),
}
ORDER = (
    "Expression", "Age and shape", "Glasses", "Hair", "Turn", "Light and background",
    "Eyes and gaze", "Skin and clothes", "What it is",
)  # fmt: skip
OPEN = 2  # groups that are open at first
OTHERS = "Others"
PLAIN = {  # what people call an attribute whose name is none of theirs
    "yaw": "turn left or right (yaw)",
    "pitch": "look up or down (pitch)",
    "gaze x": "eyes left or right (gaze x)",
    "gaze y": "eyes up or down (gaze y)",
    "hue": "skin or fur colour (hue)",
    "tone": "skin or fur lightness (tone)",
    "light azimuth": "light from left or right (azimuth)",
    "light elevation": "light from above or below (elevation)",
}


def sliders(**options: Any) -> gr.HTML:
    """Its value is `grouped`; it comes back with "moved", the slider's number and where it stands,
    at an `input`; a slider that is let go is a `release`."""
    return gr.HTML(
        grouped((), {}),
        html_template='<div class="sliders"></div>',
        js_on_load=CODE,
        apply_default_css=False,
        **options,
    )


def grouped(directions: Sequence[Direction], strengths: Mapping[Key, float]) -> dict[str, Any]:
    """What the sliders show: each direction by its number in a group, at its strength."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for k, direction in enumerate(directions):
        row = {"k": k, "name": plain(direction), "at": strengths.get(key(direction), 0.0)}
        groups.setdefault(group_of(direction.name), []).append(row)
    named = [name for name in (*ORDER, OTHERS) if name in groups]
    if named == [OTHERS]:
        return {"groups": [{"title": "", "open": True, "rows": groups[OTHERS]}], "moved": None}
    return {
        "groups": [
            {"title": name, "open": i < OPEN, "rows": groups[name]} for i, name in enumerate(named)
        ],
        "moved": None,
    }


def group_of(name: str) -> str:
    return next((g for g, words in GROUPS.items() if any(w in name for w in words)), OTHERS)


def plain(direction: Direction) -> str:
    """What its slider is called."""
    name = titled(direction)
    return PLAIN.get(name, name)


def titled(direction: Direction) -> str:
    """What the page calls it elsewhere."""
    return direction.name.replace("_", " ")
