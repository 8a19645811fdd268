"""What there is to choose about a model: itself, its class, where a search of it begins."""

from __future__ import annotations

from typing import Any

import gradio as gr
from markupsafe import Markup

from inversion.classes import MAX_CLASSES
from inversion.methods import find
from models.errors import StudioError
from models.weights.checkpoint import Checkpoint
from models.weights.outline import outline
from studio.runs import GENERATORS, PERCEPTUAL, encoders
from ui.components import html
from ui.project.method_list import refusal

GUESSED = -1  # the class that is found by itself
NO_ENCODER = ""


def class_choice(model: str, **options: Any) -> gr.Dropdown:
    """The classes of a model by name, to be searched; not there for a model without classes."""
    try:
        G = outline(model)
    except StudioError:
        return gr.Dropdown(visible=False, **options)  # the run will say what is wrong with the file
    names = [(name.replace("_", " "), i) for i, name in enumerate(G.class_names)]
    guessed = (
        [("found by itself, the nearest", GUESSED)] if 0 < G.num_classes <= MAX_CLASSES else []
    )
    return gr.Dropdown(
        guessed + names,
        value=GUESSED if guessed else None,
        visible=bool(names),
        label="Class",
        info=None if guessed else f"what the picture shows; type to find it among {len(names)}",
        filterable=len(names) > MAX_CLASSES,
        interactive=True,
        **options,
    )


def start_choice(model: str, **options: Any) -> gr.Dropdown:
    """Where a search begins; not there for a model without encoders."""
    choices = [(f"At the estimate of {row.title}", name) for name, row in encoders(model).items()]
    return gr.Dropdown(
        [("At what the generator draws most often", NO_ENCODER), *choices],
        value=NO_ENCODER,
        visible=bool(choices),
        label="Start",
        filterable=False,
        **options,
    )


def distance_choice(label: str) -> gr.Radio:
    """The perceptual distance that a search follows."""
    return gr.Radio(
        [(title, name) for name, title in PERCEPTUAL.items()], value="embedded", label=label
    )


def beginning(method: str, model: str, start: str) -> str | None:
    """The encoder that a run begins with: the chosen one, or the model's first where the method
    cannot do without; None for none. Raises StudioError when there is no such encoder."""
    if start:
        if start not in encoders(model):
            there = f"it has {', '.join(encoders(model))}" if encoders(model) else "it has none"
            raise StudioError(f"{model} has no encoder {start!r}; {there}.")
        return start
    if not find(method).needs_encoder:
        return None
    if not encoders(model):
        raise StudioError(refusal(method, model) or "")
    return next(iter(encoders(model)))


def told_by(model: str) -> str | None:
    """The encoder that is asked what kind of picture it is; None where the model has none."""
    return next(iter(encoders(model)), None)


def model_label(row: Checkpoint) -> str:
    size = f", {row.resolution} px" if row.resolution else ""
    return f"{row.title}{size}{'' if row.embedded else ' · download'}"


def model_note(name: str) -> Markup:
    """What a model is, how large its download, its licence, and how its file is checked."""
    row = GENERATORS[name]
    facts = [row.use, f"Licence: {row.licence}."]
    if not row.embedded:
        facts.insert(1, f"Downloaded once from {row.repository} ({size(row)}).")
        facts.append(f"{checked(row)}.")
    return html.note(" ".join(facts))


def size(row: Checkpoint) -> str:
    return "size unknown until then" if row.size is None else f"{row.size / 1e6:.0f} MB"


def checked(row: Checkpoint) -> str:
    """How the file is told from another."""
    if row.embedded:
        return "Part of this project"
    if row.sha256:
        return f"sha256 pinned: {row.sha256[:8]}…"
    return "sha256 recorded at first download, enforced after"
