"""The second card: which methods race, on which model, at what, and what each of them has alike."""

from __future__ import annotations

from typing import Any

import gradio as gr
from markupsafe import Markup

from inversion.comparison import SETS, TERMS, serving
from inversion.methods import METHODS, find
from inversion.operators import TASKS
from inversion.presets import WISHES
from models.errors import StudioError
from studio.runs import DEFAULT_MODEL, GENERATORS
from ui.components import html
from ui.components.controls import drawing, seed_number
from ui.components.events import QUIET
from ui.project.model_choice import distance_choice, model_label, model_note
from ui.templates import render

OWN, NOTHING = "own", "projection"
DEFAULT_SET, MOST = "quick", 9
AMOUNTS = {  # of each of the terms: least, most, usual, step, what it is called
    "seconds": (2, 60, 10, 1, "Seconds for each"),
    "pictures": (10, 2000, 200, 10, "Pictures that each may draw"),
    "steps": (5, 1000, 100, 5, "Steps for each"),
}
TERMS_NOTE = {
    "seconds": "Fair to who waits; a step of one method may take as long as ten of another.",
    "pictures": "Fair to the search, whatever the machine; a population counts every picture.",
    "steps": "What each does with as many looks; what a step costs differs.",
}
NONE = "Choose at least one method to race."


class RaceCard:
    """Components of the card, and what happens in it."""

    def __init__(self, prefix: str) -> None:
        with gr.Column(elem_classes=["card", "damage"]):
            drawing("<h2>What is compared</h2>")
            self.set = gr.Radio(
                [*((row.title, name) for name, row in SETS.items()), ("My own choice", OWN)],
                value=DEFAULT_SET,
                label="Methods",
                elem_id=f"{prefix}set",
            )
            self.methods = gr.Dropdown(
                [(title(name), name) for name in (*WISHES, *METHODS)],
                value=list(SETS[DEFAULT_SET].methods),
                multiselect=True,
                max_choices=MOST,
                label="Methods of your own choice",
                info=f"up to {MOST}; type to find one",
                visible=False,
                elem_id=f"{prefix}methods",
            )
            self.equal = gr.Radio(
                [(text.capitalize(), name) for name, text in TERMS.items()],
                value="seconds",
                label="Terms",
                elem_id=f"{prefix}equal",
            )
            self.budget = amount("seconds", elem_id=f"{prefix}budget")
            self.who = drawing(
                who(DEFAULT_SET, [], DEFAULT_MODEL, "seconds", 10), elem_id=f"{prefix}who"
            )
        with gr.Column(elem_classes="card"):
            drawing("<h2>Model and task</h2>")
            self.model = gr.Dropdown(
                [(model_label(row), name) for name, row in GENERATORS.items()],
                value=DEFAULT_MODEL,
                label="Model",
                info="a method that it cannot serve searches another, which is said above",
                filterable=False,
                elem_id=f"{prefix}model",
            )
            self.about_model = drawing(model_note(DEFAULT_MODEL))
            self.task = gr.Dropdown(
                [("nothing: they project it as it is", NOTHING)]
                + [(row.title, key) for key, row in TASKS.items() if key != NOTHING],
                value=NOTHING,
                label="What happened to the picture",
                info="it is degraded so, as Restore does at first, and they restore it",
                filterable=False,
                elem_id=f"{prefix}task",
            )
            self.about_task = drawing(visible=False)
            with gr.Accordion("Seeds and distance", open=False, elem_id=f"{prefix}more"):
                with gr.Row(elem_classes="tight"):
                    self.seeds = gr.Slider(
                        1,
                        8,
                        1,
                        step=1,
                        label="Seeds of each",
                        info="the best of them counts",
                        elem_id=f"{prefix}seeds",
                    )
                    self.seed = seed_number(elem_id=f"{prefix}seed")
                self.perceptual = distance_choice("Perceptual distance that they search by")
        self.set.change(
            lambda key: gr.Dropdown(visible=key == OWN), self.set, self.methods, **QUIET
        )
        self.equal.input(amount, self.equal, self.budget, **QUIET)
        self.model.change(model_note, self.model, self.about_model, **QUIET)
        self.task.change(
            lambda key: gr.HTML(html.note(TASKS[key].summary), visible=key != NOTHING),
            self.task,
            self.about_task,
            **QUIET,
        )
        asked: list[Any] = [self.set, self.methods, self.model, self.equal, self.budget]
        gr.on([each.change for each in asked], who, asked, self.who, **QUIET)

    def asked(self) -> list[Any]:
        """What a race is asked for, in the order of a run's arguments."""
        first = [self.set, self.methods, self.model, self.equal, self.budget]
        return [*first, self.task, self.seeds, self.seed, self.perceptual]


def amount(equal: str, **options: Any) -> gr.Slider:
    """How much of the terms each method has."""
    low, high, usual, step, label = AMOUNTS[equal]
    return gr.Slider(low, high, usual, step=step, label=label, interactive=True, **options)


def title(method: str) -> str:
    """What a method, or the winner for a wish, is called before it is known which that is."""
    if method in WISHES:
        return f"{WISHES[method]}: the best here"
    return find(method).title


def chosen(key: str, own: list[str]) -> tuple[str, ...]:
    """The methods of a set, or one's own. Raises StudioError where there is none."""
    methods = tuple(own) if key == OWN else SETS[key].methods
    if not methods:
        raise StudioError(NONE)
    return methods


def who(key: str, own: list[str], model: str, equal: str, budget: float) -> Markup:
    """Every method that will race, with its model where that is another, and how long it takes."""
    try:
        methods = chosen(key, own)
    except StudioError as error:
        return html.note(str(error))
    rows = []
    for method in methods:
        served = serving(method, model)
        rows.append((title(method), "" if served == model else GENERATORS[served].title))
    seconds = sum(1 if method == "encoder" else budget for method in methods)
    time = f"About {html.duration(seconds)} in all." if equal == "seconds" else ""
    summary = "" if key == OWN else SETS[key].summary
    told = f"{TERMS_NOTE[equal]} {time}"
    return render("racers", summary=summary, rows=rows, told=told)
