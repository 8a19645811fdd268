"""Which settings a page's address tells, and how they are read; `address.js` writes them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gradio as gr

from inversion.knobs import Knob, Value
from inversion.methods import METHODS, find
from models.errors import StudioError
from studio.session import Session
from ui.compare.settings import amount
from ui.project.model_choice import GUESSED, class_choice, start_choice
from ui.restore.degradation import NO_MORE, followers
from ui.restore.knobs import KNOBS

# What is offered in a control follows from the one before: by the last words of their names.
FOLLOWING: dict[str, tuple[str, Callable[[str], gr.Dropdown | gr.Slider]]] = {
    "class": ("model", class_choice),
    "start": ("model", start_choice),
    "budget": ("equal", amount),
    "then": ("task", lambda task: gr.Dropdown(followers(task), value=NO_MORE)),
}


def fields(project: Any, restore: Any, compare: Any) -> dict[str, Any]:
    """The controls whose value the address tells, by name there: those of both tabs' searches, what
    happened to the picture, and who races on which terms. Not the methods: their list takes its own
    from the address once it is seen, since Gradio loses its rows where it is changed before."""
    told = []
    for card in (project.settings, restore.settings):
        told += [card.wish, card.model, card.label, card.start]
        told += [card.effort, card.seeds, card.seed]
    told += [restore.task.way, restore.task.task, restore.task.then, restore.task.seed]
    race = compare.settings
    told += [race.set, race.equal, race.budget, race.model, race.task, race.seeds, race.seed]
    return {each.elem_id: each for each in told}


def usual(control: Any) -> Any:
    """The value that the address does not tell; of a race's budget none, since the usual one
    depends on its terms."""
    name = str(control.elem_id)
    return GUESSED if name.endswith("class") else None if name.endswith("budget") else control.value


def read(control: Any, text: str) -> Value | None:
    """The value that the address gives a control, None for one that it cannot have."""
    if isinstance(control, gr.Radio | gr.Dropdown):
        values: list[Any] = [value for _, value in control.choices or ()]
        return next((value for value in values if str(value) == text), None)
    try:
        number = int(text)
    except ValueError:
        return None
    return number if control.minimum <= number <= control.maximum else None


def told(found: dict[str, Any], asked: dict[str, str]) -> dict[Any, Any]:
    """What the address says of the controls in `found`, by name there, as far as it can be so. What
    there is to choose as class, start or second task follows from the model and the task."""
    changes: dict[Any, Any] = {}
    for key, each in found.items():
        made = each
        for last, (first, offer) in FOLLOWING.items():
            if key.endswith(last) and (leader := found[key.removesuffix(last) + first]) in changes:
                made = changes[each] = offer(changes[leader])
        if key in asked and (value := read(made, asked[key])) is not None:
            changes[each] = value if made is each else offered(made, value)
    return changes


def offered(made: gr.Dropdown | gr.Slider, value: Value) -> gr.Dropdown | gr.Slider:
    """The same choices with this one made."""
    if isinstance(made, gr.Slider):
        return gr.Slider(**(made.constructor_args | {"value": float(value)}))
    choices: list[Any] = list(made.choices or ())
    return gr.Dropdown(choices, value=value, visible=made.visible)


def knobs_of(tab: Any, asked: dict[str, str], session: Session, changes: dict[Any, Any]) -> None:
    """The knobs of the method, and of the task if the tab has one, that the address tells: kept in
    the session, from where the page draws them, and where they are drawn already changed."""
    prefix, card = tab.stage.prefix, tab.settings
    method = asked.get(f"{prefix}method", card.method.value)
    if method in METHODS:
        found = turned(find(method).knobs(), asked, prefix)
        session.settings.setdefault(method, {}).update(found)
    task = getattr(tab, "task", None)
    for key, row in ({} if task is None else task.knobs).items():
        found = turned({name: KNOBS[name] for name in row.controls}, asked, prefix)
        session.settings.setdefault(f"task {key}", {}).update(found)
        changes |= {row.controls[name]: value for name, value in found.items()}


def turned(knobs: dict[str, Knob], asked: dict[str, str], prefix: str) -> dict[str, Value]:
    """Those of the knobs that the address tells, as far as they can stand there."""
    found: dict[str, Value] = {}
    for name, knob in knobs.items():
        if (text := asked.get(prefix + name)) is None:
            continue
        with suppress(StudioError):
            found[name] = knob.checked(text == "true" if knob.type is bool else text)
    return found
