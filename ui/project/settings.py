"""The second card: model, class, method, effort, seeds, and every knob of the method."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from inversion import EFFORTS
from inversion.knobs import Value
from inversion.methods import find
from studio.runs import DEFAULT_MODEL, GENERATORS
from studio.session import Session
from ui.components.address import keeps_knobs
from ui.components.controls import control, drawing, seed_number
from ui.components.events import LIVE, QUIET
from ui.project.method_list import families, method_list, served
from ui.project.model_choice import (
    class_choice,
    distance_choice,
    model_label,
    model_note,
    start_choice,
)
from ui.project.preset_choice import OWN, PROJECTING, Wishes

DEFAULT_METHOD, DEFAULT_EFFORT, MOST_SEEDS = "w+", "balanced", 18
SEEDS = "searches from different starts, side by side; the best comes first"
ONE_SEED = "one is enough: all would end alike"


class SettingsCard:
    """Components of the card, and what happens in it."""

    def __init__(
        self,
        opened: Callable[..., Any],
        session: gr.State,
        wishes: Wishes = PROJECTING,
        method: str = DEFAULT_METHOD,
        prefix: str = "",
    ) -> None:
        """`opened` is the event at which the knobs are first drawn; Gradio cannot draw those of two
        tabs at one time. `wishes`: what may be said to matter in place of a method; the methods are
        folded below. `prefix`: of the ids and the methods' radio buttons."""
        self.prefix = prefix
        with gr.Column(elem_classes="card"):
            drawing("<h2>Search</h2>")
            self.model = gr.Dropdown(
                [(model_label(row), name) for name, row in GENERATORS.items()],
                value=DEFAULT_MODEL,
                label="Model",
                filterable=False,
                elem_id=f"{prefix}model",
            )
            self.about_model = drawing(model_note(DEFAULT_MODEL))
            self.label = class_choice(DEFAULT_MODEL, elem_id=f"{prefix}class")
            self.wish = wishes.choice(elem_id=f"{prefix}wish")
            self.effort = gr.Radio(
                effort_choices(),
                value=DEFAULT_EFFORT,
                label="Time",
                info="a search ends then, or sooner when it is done",
                elem_id=f"{prefix}effort",
                elem_classes="effort",
            )
            self.about_wish = drawing(
                wishes.note(
                    DEFAULT_MODEL,
                    self.wish.value,
                    DEFAULT_EFFORT,
                    *(each.value for each in wishes.asked),
                ),
                elem_id=f"{prefix}about-wish",
            )
            with gr.Accordion(
                "Method and settings", open=False, elem_id=f"{prefix}own"
            ) as self.own:
                self.method = method_list(
                    method, DEFAULT_MODEL, f"{prefix}method", elem_id=f"{prefix}method"
                )
                self.start = start_choice(DEFAULT_MODEL, elem_id=f"{prefix}start")
                self.codes = gr.File(
                    label="Go on from codes: projected_w.npz, latents.pt, a result …",
                    height=90,
                    visible=not prefix,  # of a search for a whole picture
                    elem_id=f"{prefix}codes",
                )
                with gr.Row(elem_classes="tight"):
                    self.seeds = gr.Slider(
                        1,
                        MOST_SEEDS,
                        4,
                        step=1,
                        label="Seeds",
                        info=SEEDS,
                        elem_id=f"{prefix}seeds",
                    )
                    self.seed = seed_number(elem_id=f"{prefix}seed")
                with gr.Accordion("All settings", open=False, elem_id=f"{prefix}advanced"):
                    self.perceptual = distance_choice("Perceptual distance")
                    self.draw_knobs(opened, session)
        self.model.change(
            partial(switch_model, usual=method),
            [self.model, self.method],
            [self.about_model, self.method],
            **QUIET,
        )
        self.model.input(
            lambda model: (class_choice(model), start_choice(model)),
            self.model,
            [self.label, self.start],
            **QUIET,
        )
        self.method.change(seeds_note, [session, self.method], self.seeds, **QUIET)
        gr.on(
            [each.change for each in (self.model, self.wish, self.effort, *wishes.asked)],
            wishes.note,
            [self.model, self.wish, self.effort, *wishes.asked],
            self.about_wish,
            **QUIET,
        )
        own: list[Any] = [self.method, self.start]
        own += [self.seeds] if wishes.decides_seeds else []
        self.wish.input(lambda wish: gr.Accordion(open=wish == OWN), self.wish, self.own, **QUIET)
        gr.on(
            [each.input for each in own],
            lambda: OWN,
            None,
            self.wish,
            **QUIET,
        )

    def asked(self) -> list[Any]:
        """What a search is asked for, in the order of a run's arguments."""
        first = [self.wish, self.model, self.label, self.method, self.start]
        return [*first, self.effort, self.seeds, self.seed, self.perceptual]

    def draw_knobs(self, opened: Callable[..., Any], session: gr.State) -> None:
        """Draws the knobs of the chosen method, anew whenever it changes."""

        @gr.render(  # type: ignore[untyped-decorator]  # Gradio gives it no types
            [session, self.method],
            [opened, self.method.change],
            queue=False,
            show_progress="hidden",
        )
        def draw(visitor: Session, method: str) -> None:
            row = find(method)
            values = row.settings() | visitor.settings.get(method, {})
            names = list(values)
            with gr.Row(elem_classes="knobs"):
                controls = [control(knob, values[name]) for name, knob in row.knobs().items()]
            usual = [row.settings()[name] for name in names]

            def turn(visitor: Session, *now: Value | None) -> gr.Slider:
                remember(visitor, method, dict(zip(names, now, strict=True)))
                return seeds_note(visitor, method)

            gr.on(
                [each.input for each in controls],
                turn,
                [session, *controls],
                self.seeds,
                js=keeps_knobs(self.prefix, names, usual),
                **LIVE,
            )


def switch_model(model: str, method: str, usual: str = DEFAULT_METHOD) -> tuple[Any, ...]:
    """The note below the model, and the methods as they stand with it; a method that it cannot
    serve gives way to the usual one, or to another that it can."""
    method = served(method, model, usual)
    return model_note(model), gr.HTML(method, families=families(model))


def seeds_note(visitor: Session, method: str) -> gr.Slider:
    """What becomes of the seeds: one is run where the method, as it is set, makes all alike."""
    row = find(method).configure(visitor.settings.get(method, {}))
    return gr.Slider(info=ONE_SEED if row.alike else SEEDS)


def remember(visitor: Session, method: str, values: dict[str, Value | None]) -> None:
    """Keeps what the knobs of this method were turned to; an emptied field is its default again."""
    visitor.settings[method] = {k: v for k, v in values.items() if v is not None}


def chosen(visitor: Session, method: str) -> dict[str, Value]:
    """Every setting of a run with this method."""
    return find(method).settings() | visitor.settings.get(method, {})


def effort_choices(between: str = "\n") -> list[tuple[str, str]]:
    """Fast, balanced and best, each with its seconds."""
    return [(f"{name.capitalize()}{between}{s:g} s", name) for name, s in EFFORTS.items()]
