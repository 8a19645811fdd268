"""The second card: model, class, method, effort, seeds, and every knob of the method."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from inversion import EFFORTS
from inversion.classes import MOST
from inversion.knobs import Value
from inversion.methods import Method, find
from models.errors import StudioError
from models.weights.checkpoint import Checkpoint
from models.weights.outline import outline
from studio.runs import DEFAULT_MODEL, GENERATORS, PERCEPTUAL, Studio, encoders
from studio.session import Session
from ui.components.controls import control, drawing
from ui.project.method_list import families, method_list, refusal, served

GUESSED = -1  # the class that is found by itself
NO_ENCODER = ""
DEFAULT_METHOD, DEFAULT_EFFORT, MOST_SEEDS = "w+", "fast", 18
SEEDS = "runs side by side; best is kept"
ONE_SEED = "one is run: all would be alike"


class SettingsCard:
    """Components of the card, and what happens in it."""

    def __init__(
        self,
        studio: Studio,
        opened: Callable[..., Any],
        session: gr.State,
        method: str = DEFAULT_METHOD,
        effort: str = DEFAULT_EFFORT,
        group: str = "method",
    ) -> None:
        """`opened` is the event at which the knobs are first drawn; Gradio cannot draw those of two
        tabs at one time. `group` names the methods' radio buttons."""
        self.studio = studio
        with gr.Column(elem_classes="card"):
            drawing("<h2>Search</h2>")
            self.model = gr.Dropdown(
                [(model_label(row), name) for name, row in GENERATORS.items()],
                value=DEFAULT_MODEL,
                label="Model",
                filterable=False,
                elem_id="model",
            )
            self.about_model = drawing(model_note(DEFAULT_MODEL))
            self.label = class_choice(DEFAULT_MODEL)
            drawing("<h3>Method</h3>")
            self.method = method_list(method, DEFAULT_MODEL, group, elem_id="method")
            self.start = start_choice(DEFAULT_MODEL)
            self.effort = gr.Radio(
                effort_choices(method),
                value=effort,
                label="Effort",
                elem_id="effort",
            )
            with gr.Row(elem_classes="tight"):
                self.seeds = gr.Slider(
                    1,
                    MOST_SEEDS,
                    4,
                    step=1,
                    label="Seeds",
                    info=SEEDS,
                    elem_id="seeds",
                )
                self.seed = gr.Number(
                    0,
                    label="First seed",
                    info="same number, same run",
                    precision=0,
                    minimum=0,
                    maximum=2**31,
                    elem_id="seed",
                )
            with gr.Accordion("All settings", open=False, elem_id="advanced"):
                self.perceptual = gr.Radio(
                    [(label, name) for name, label in PERCEPTUAL.items()],
                    value="embedded",
                    label="Perceptual distance",
                )
                self.draw_knobs(opened, session)
        quiet: dict[str, Any] = {
            "queue": False,
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        self.model.change(
            partial(switch_model, usual=method),
            [self.model, self.method],
            [self.about_model, self.label, self.method, self.start, self.effort],
            **quiet,
        )
        self.method.input(
            lambda method: gr.Radio(effort_choices(method)), self.method, self.effort, **quiet
        )
        self.method.change(seeds_note, [session, self.method], self.seeds, **quiet)

    def draw_knobs(self, opened: Callable[..., Any], session: gr.State) -> None:
        """Draws the knobs of the chosen method, anew whenever it or the effort changes."""

        @gr.render(
            [session, self.method, self.effort],
            [opened, self.method.change, self.effort.change],
            queue=False,
            show_progress="hidden",
        )
        def draw(visitor: Session, method: str, effort: str) -> None:
            row = find(method)
            kept = visitor.settings.setdefault(method, {})
            for name in paced(row) & kept.keys():
                del kept[name]  # the effort has just set it
            values = row.with_effort(effort).settings() | kept
            names = list(values)
            with gr.Row(elem_classes="knobs"):
                controls = [control(knob, values[name]) for name, knob in row.knobs().items()]

            def turn(visitor: Session, *now: Value | None) -> gr.Slider:
                remember(visitor, method, dict(zip(names, now, strict=True)))
                return seeds_note(visitor, method)

            gr.on(
                [each.input for each in controls],
                turn,
                [session, *controls],
                self.seeds,
                queue=False,
                trigger_mode="always_last",
                show_progress="hidden",
                api_visibility="private",
            )


def switch_model(model: str, method: str, usual: str = DEFAULT_METHOD) -> tuple[Any, ...]:
    """The note below the model, its classes and encoders, and the methods as they stand with it; a
    method that it cannot serve gives way to the usual one, or to another that it can."""
    method = served(method, model, usual)
    return (
        model_note(model),
        class_choice(model),
        gr.HTML(method, families=families(model)),
        start_choice(model),
        gr.Radio(effort_choices(method)),
    )


def class_choice(model: str) -> gr.Dropdown:
    """The classes of a model by name, to be searched; not there for a model without classes."""
    try:
        G = outline(model)
    except StudioError:
        return gr.Dropdown(visible=False)  # the run will say what is wrong with the file
    names = [(name.replace("_", " "), i) for i, name in enumerate(G.class_names)]
    guessed = [("found by itself, the nearest", GUESSED)] if 0 < G.num_classes <= MOST else []
    return gr.Dropdown(
        guessed + names,
        value=GUESSED if guessed else None,
        visible=bool(names),
        label="Class",
        info=None if guessed else f"what the picture shows; type to find it among {len(names)}",
        filterable=len(names) > MOST,
        interactive=True,
        elem_id="class",
    )


def start_choice(model: str) -> gr.Dropdown:
    """Where a search begins; not there for a model without encoders."""
    choices = [(f"At the estimate of {row.title}", name) for name, row in encoders(model).items()]
    return gr.Dropdown(
        [("At what the generator draws most often", NO_ENCODER), *choices],
        value=NO_ENCODER,
        visible=bool(choices),
        label="Start",
        filterable=False,
        elem_id="start",
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


def seeds_note(visitor: Session, method: str) -> gr.Slider:
    """What becomes of the seeds: one is run where the method, as it is set, makes all alike."""
    row = find(method).configure(visitor.settings.get(method, {}))
    return gr.Slider(info=ONE_SEED if row.alike else SEEDS)


def remember(visitor: Session, method: str, values: dict[str, Value | None]) -> None:
    """Keeps what the knobs of this method were turned to; an emptied field is its default again."""
    visitor.settings[method] = {k: v for k, v in values.items() if v is not None}


def chosen(visitor: Session, method: str, effort: str) -> dict[str, Value]:
    """Every setting of a run with this method."""
    return find(method).with_effort(effort).settings() | visitor.settings.get(method, {})


def paced(row: Method) -> set[str]:
    """The knobs that the effort turns: steps, of one kind or another."""
    own = row.settings().items()
    return {
        name for effort in EFFORTS for name, _ in own - row.with_effort(effort).settings().items()
    }


def effort_choices(method: str) -> list[tuple[str, str]]:
    row = find(method)
    return [(f"{name.capitalize()}\n{row.with_effort(name).steps} steps", name) for name in EFFORTS]


def model_label(row: Checkpoint) -> str:
    size = f", {row.resolution} px" if row.resolution else ""
    return f"{row.title}{size}{'' if row.embedded else ' · download'}"


def model_note(name: str) -> str:
    """What a model is, how large its download, its licence, and how its file is checked."""
    row = GENERATORS[name]
    facts = [row.use, f"Licence: {row.licence}."]
    if not row.embedded:
        facts.insert(1, f"Downloaded once from {row.repository} ({size(row)}).")
        facts.append(f"{checked(row)}.")
    return f'<p class="note">{escape(" ".join(facts))}</p>'


def size(row: Checkpoint) -> str:
    return "size unknown until then" if row.size is None else f"{row.size / 1e6:.0f} MB"


def checked(row: Checkpoint) -> str:
    """How the file is told from another."""
    if row.embedded:
        return "Part of this project"
    if row.sha256:
        return f"sha256 pinned: {row.sha256[:8]}…"
    return "sha256 recorded at first download, enforced after"
