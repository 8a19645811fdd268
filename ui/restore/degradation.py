"""The Restore tab's second card: what happened to the picture, and how it looks then."""

from __future__ import annotations

from typing import Any

import gradio as gr
from markupsafe import Markup

from inversion.operators import TASKS
from inversion.operators.measurement import Measurement
from inversion.operators.observation import Observation, observe
from inversion.operators.request import read_kernel
from models.errors import StudioError
from studio.restoration import observed, stated
from studio.runs import GENERATORS
from studio.session import Session
from ui.components import html
from ui.components.controls import drawing, seed_number
from ui.components.events import LIVE, QUIET
from ui.project.picture import NO_PICTURE, PictureCard, crop_of, paint
from ui.restore.knobs import DEFAULT_TASK, KNOBS, Knobs
from ui.restore.preview import CLEAN, DEGRADED, MEASURED, left

WAYS = {
    "Degrade this picture": CLEAN,
    "It is degraded already": DEGRADED,
    "A measurement file": MEASURED,
}
WAY_NOTES = {
    CLEAN: "The picture is taken for the truth, and degraded here. The answer can then be compared "
    "with it.",
    DEGRADED: "The picture is what was left: with a hole, small, noisy, blurred or grey. The truth "
    "is unknown, so only agreement with the picture can be measured.",
    MEASURED: "The file brings its own task and settings. The truth is not in it.",
}
HOLE = "inpainting.hole"
PAINTED, SOMEWHERE = "painted", ("painted", "centre", "half")  # a hole that one can know of
HOLE_NOTES = {
    CLEAN: "Inpainting fills what you paint over; without paint, the hole that is chosen below.",
    DEGRADED: "Paint over what is missing: it is filled, all else is kept.",
    MEASURED: "A measurement file brings its own picture; this one is not used.",
}
NO_MORE = ""
PREVIEW = '<div class="empty small"><span>What is left of it appears here</span></div>'


class TaskCard:
    """Components of the card, and what happens in it."""

    def __init__(self) -> None:
        with gr.Column(elem_classes=["card", "damage"], elem_id="damage"):
            drawing("<h2>What happened to it</h2>")
            self.way = gr.Radio(list(WAYS.items()), value=CLEAN, show_label=False, elem_id="way")
            self.note = drawing(note(CLEAN))
            self.file = gr.File(
                label="Measurement (.safetensors)",
                file_types=[".safetensors"],
                type="filepath",
                height=120,
                visible=False,
                elem_id="measurement",
            )
            with gr.Column(elem_classes="tight") as self.tasks:
                self.task = gr.Dropdown(
                    [(row.title, key) for key, row in TASKS.items() if key != "projection"],
                    value=DEFAULT_TASK,
                    label="Task",
                    filterable=False,
                    elem_id="task",
                )
                self.about = drawing(summary(DEFAULT_TASK))
                self.then = gr.Dropdown(
                    followers(DEFAULT_TASK),
                    value=NO_MORE,
                    label="And then",
                    info="a second thing that happened to it, after the first",
                    filterable=False,
                    elem_id="then",
                )
                self.knobs = {key: Knobs(key) for key in TASKS if TASKS[key].knobs()}
                self.seed = seed_number(
                    "Random seed of the degradation",
                    "the same number gives the same noise, pixels and lines",
                    elem_id="task-seed",
                )
                self.kernel = gr.File(
                    label="Blur kernel of your own (a picture)",
                    file_types=["image"],
                    type="filepath",
                    height=120,
                    visible=False,
                    elem_id="kernel",
                )
            with gr.Column(elem_classes="tight later"):
                drawing("<h3>What the search will see</h3>")
                self.view = drawing(PREVIEW, elem_id="degraded")

    def choices(self) -> list[Any]:
        """The components whose values `asked` takes."""
        return [self.way, self.task, self.then, self.seed, self.kernel, self.file]

    def wire(self, session: gr.State, model: gr.Dropdown, picture: PictureCard) -> None:
        """Every change of picture, crop, paint, model or task shows anew what is left."""
        inputs = [session, model, *self.choices(), *picture.knobs]
        self.task.change(summary, self.task, self.about, **QUIET)
        self.task.input(
            lambda task: gr.Dropdown(followers(task), value=NO_MORE), self.task, self.then, **QUIET
        )
        gr.on(
            [self.task.change, self.then.change],
            lambda task, then: gr.File(visible="deblurring" in (task, then)),
            [self.task, self.then],
            self.kernel,
            **QUIET,
        )
        hole = self.knobs["inpainting"].controls[HOLE]
        self.way.change(
            lambda session, way: (
                note(way),
                html.note(HOLE_NOTES[way]),
                gr.Column(visible=way != MEASURED),
                gr.File(visible=way == MEASURED),
                gr.Dropdown(holes(way), value=hole_of(session, way)),
            ),
            [session, self.way],
            [self.note, picture.note, self.tasks, self.file, hole],
            **QUIET,
        )
        changes = [each.change for each in (*self.choices(), model, picture.crop)]
        gr.on(changes, self.show, inputs, self.view, **LIVE)
        picture.crop.input(self.painted, [picture.crop, *inputs], self.view, **QUIET)

        gr.on(
            [self.task.change, self.then.change],
            lambda task, then: [gr.Row(visible=key in (task, then)) for key in self.knobs],
            [self.task, self.then],
            [each.row for each in self.knobs.values()],
            **QUIET,
        )
        for knobs in self.knobs.values():
            knobs.wire(self.turn, inputs, self.view)

    def turn(self, session: Session, name: str, value: Any, *rest: Any) -> str:
        """A knob of a task was turned; an emptied field is its default again."""
        kept = turned(session, name.partition(".")[0])
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
        return self.show(session, *rest)

    def painted(self, value: dict[str, str], session: Session, *rest: Any) -> str:
        """A stroke of the brush."""
        crop = rest[1 + len(self.choices()) :]
        return self.show(paint(session, value, *crop), *rest)

    def show(self, session: Session, model: str, *values: Any) -> str:
        """What is left of the picture, or why there is nothing to show."""
        if not self.given(session, *values):
            return PREVIEW
        try:
            seen = self.asked(session, model, *values)
        except StudioError as error:
            return html.status("error", str(error))
        return left(seen, values[0])

    def given(self, session: Session, way: str, *values: Any) -> bool:
        """Whether there is a picture, or the file of a measurement."""
        return values[4] is not None if way == MEASURED else session.picture is not None

    def asked(
        self,
        session: Session,
        model: str,
        way: str,
        task: str,
        then: str,
        seed: int | None,
        kernel: str | None,
        file: str | None,
        *crop: float,
    ) -> Observation:
        """What the search will see.

        Raises StudioError for what is missing or does not fit together.
        """
        side = GENERATORS[model].resolution or 256
        if way == MEASURED:
            if file is None:
                raise StudioError("Choose a measurement file first.")
            return observe(Measurement.load(file), side)
        if session.picture is None:
            raise StudioError(NO_PICTURE)
        keys = tasks_of(task, then)
        settings = {name: value for key in keys for name, value in turned(session, key).items()}
        if HOLE in settings:
            settings[HOLE] = hole_of(session, way)
        asked = stated(
            keys,
            settings,
            int(seed or 0),
            session.painted,
            None if kernel is None else read_kernel(kernel),
            way == CLEAN,
        )
        return observed(session.picture, asked, crop_of(crop), side)


def tasks_of(task: str, then: str) -> tuple[str, ...]:
    return (task,) if then == NO_MORE else (task, then)


def turned(session: Session, key: str) -> dict[str, Any]:
    """The knobs of a task that this visitor turned; kept beside those of the methods."""
    return session.settings.setdefault(f"task {key}", {})


def holes(way: str) -> list[str]:
    """The holes to choose from: of a picture that has one already only those that it may have."""
    choices = KNOBS[HOLE].choices
    assert choices is not None
    return [each for each in choices if way == CLEAN or each in SOMEWHERE]


def hole_of(session: Session, way: str) -> str:
    """The hole that this visitor chose; else the usual one, which in a picture that has its hole
    already is painted."""
    chosen = turned(session, "inpainting").get(HOLE)
    usual = KNOBS[HOLE].default if way == CLEAN else PAINTED
    return str(chosen if chosen in holes(way) else usual)


def followers(task: str) -> list[tuple[str, str]]:
    others = [(row.title, key) for key, row in TASKS.items() if key not in (task, "projection")]
    return [("nothing else", NO_MORE), *others]


def note(way: str) -> Markup:
    return html.note(WAY_NOTES[way])


def summary(task: str) -> Markup:
    return html.note(TASKS[task].summary)
