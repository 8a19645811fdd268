"""What a visitor wishes for, instead of a method: each wish is the winner of a measurement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup

from inversion.methods import EFFORTS, find
from inversion.presets import WISHES, Preset, preset
from studio.runs import encoders
from ui.components import html

OWN = "own"
SHORT = {"home": "for pictures like its training", "stranger": "for any other"}
AS_IT_STANDS = "The method and settings below are run as they stand."
UNMEASURED = (
    "Nobody has measured this model here yet, so it is what the papers let one expect of it."
)


@dataclass(frozen=True)
class Wishes:
    """What a visitor may wish for, by name; and what a wish stands for: `note` is told the model,
    the wish, the effort, and the values of the components `asked`."""

    titles: Mapping[str, str]
    note: Callable[..., Markup]
    asked: tuple[gr.Radio | gr.Dropdown, ...] = ()
    decides_seeds: bool = True  # else there are as many as the visitor says

    def choice(self, **options: Any) -> gr.Radio:
        """The wishes, the first chosen, and a method of one's own."""
        choices = [*((title, name) for name, title in self.titles.items()), ("My own choice", OWN)]
        return gr.Radio(choices, value=choices[0][1], label="What matters most", **options)


def wish_note(model: str, wish: str, effort: str) -> Markup:
    """Which method a wish stands for with this model, and how near it came when measured."""
    if wish == OWN:
        return html.note(AS_IT_STANDS)
    kinds = ("home", "stranger") if encoders(model) else ("stranger",)
    found = {kind: preset(model, wish, seconds=EFFORTS[effort], kind=kind) for kind in kinds}
    if any(each is None for each in found.values()):
        return html.note(UNMEASURED)
    known = {kind: each for kind, each in found.items() if each is not None}
    ways = {way(each) for each in known.values()}
    if len(ways) == 1:
        both = len(known) > 1
        reached = ", ".join(
            f"{reach(each)} {SHORT[kind]}" if both else reach(each) for kind, each in known.items()
        )
        return html.note(f"Runs {ways.pop()}{of_how_many(*known.values())}: {reached}.")
    parts = (f"{way(each)} ({reach(each)}) {SHORT[kind]}" for kind, each in known.items())
    return html.note(f"Runs {'; '.join(parts)}. Which one yours is, the model tells at once.")


def of_how_many(*found: Preset, what: str = "it") -> str:
    """Among how many it is the best, where `what` was measured."""
    counts = [each.tried for each in found if each.tried]
    return f", the best of {min(counts)} ways where {what} was measured" if counts else ""


def way(found: Preset) -> str:
    """A method in words."""
    row = find(found.method)
    start = " from the encoder's estimate" if found.encoder and not row.needs_encoder else ""
    return f"{row.title}{start}"


def reach(found: Preset) -> str:
    """How near it came."""
    return f"LPIPS {found.lpips:.2f}"


PROJECTING = Wishes(WISHES, wish_note)
