"""The Restore tab: a picture, what happened to it, a search; many answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np

from inversion.evaluation.baselines import BASELINES
from inversion.methods import find, seconds_of
from inversion.pictures.images import to_uint8
from studio.messages import Job
from studio.restoration import NOTHING, SUITED, Restored, RestoreJob, Restorer, fitting
from studio.runs import Studio
from studio.session import LIFETIME, Session
from ui.components.events import QUIET, Updates
from ui.components.painter import Words
from ui.project.model_choice import GUESSED, beginning
from ui.project.picture import PictureCard, crop_of
from ui.project.preset_choice import OWN, Wishes
from ui.project.run import Run, Source
from ui.project.settings import SettingsCard, chosen
from ui.restore.answer import PREFIX
from ui.restore.degradation import HOLE_NOTES, TaskCard
from ui.restore.preset_choice import RESTORING, restore_note
from ui.restore.preview import CLEAN, MEASURED
from ui.restore.stage import RestoreStage

DEFAULT_METHOD = "ilo"  # once a visitor chooses one of their own
HOLE = Words(
    title="The crop that will be restored",
    note=HOLE_NOTES[CLEAN],
    crop="the crop that is restored",
    paint="the painted hole",
    brush="Paint a hole",
    painted="the painted part is missing",
)
BESIDE = [("the one that suits the task", SUITED), *((b.title, k) for k, b in BASELINES.items())]


class RestoreTab:
    """Lays the tab out and connects it."""

    def __init__(self, studio: Studio, tab: gr.Tab) -> None:
        self.session = gr.State(Session(), time_to_live=LIFETIME, delete_callback=Session.close)
        with gr.Row(elem_classes=["columns", "search"]):
            with gr.Column(scale=5, min_width=320, elem_classes="left"):
                self.picture = PictureCard(HOLE, 1, PREFIX)  # a thumbnail may be that small
                self.task = TaskCard()
                self.settings = SettingsCard(
                    tab.select,
                    self.session,
                    Wishes(RESTORING, restore_note, (self.task.task, self.task.way), False),
                    DEFAULT_METHOD,
                    PREFIX,
                )
                with gr.Column(elem_classes="card"):
                    self.baseline = gr.Dropdown(
                        [*BESIDE, ("nothing", NOTHING)],
                        value=SUITED,
                        label="For comparison, a method without a generator",
                        info="shows what the generator adds",
                        filterable=False,
                        elem_id="baseline",
                    )
            with gr.Column(scale=7, min_width=320, elem_classes="right"):
                self.stage = RestoreStage()
        self.picture.wire(self.session, self.settings.model, self.stage.status, self.stage.go)
        self.task.wire(self.session, self.settings.model, self.picture)
        # a measurement file may do in place of a picture, so what ran can run again
        self.run = Run(Restorer(studio), self.session, self.stage, ready=lambda session: True)
        asked = [self.baseline, *self.task.choices(), *self.picture.knobs]
        inputs = [*self.settings.asked(), *asked]
        self.run.wire(studio, self.search, inputs, self.settings.perceptual)
        seen = [self.settings.model, *self.task.choices(), *self.picture.knobs]
        changes = [self.settings.model.change, self.task.view.change]
        self.run.mark(changes, self.of_before, seen)
        gr.on(
            [self.task.way.change, self.task.file.change],
            lambda session, way, file: gr.Button(
                interactive=not session.running
                and (file is not None if way == MEASURED else session.picture is not None)
            ),
            [self.session, self.task.way, self.task.file],
            self.stage.go,
            **QUIET,
        )

    def of_before(self, session: Session, model: str, *stated: Any) -> gr.HTML:
        """Whether the answer belongs to another picture, hole or model, in a sentence."""

        def same() -> bool:
            if session.outcome is None or not self.task.given(session, *stated):
                return True
            assert isinstance(session.outcome, Restored)
            seen = to_uint8(self.task.asked(session, model, *stated).view)[0]
            return np.array_equal(seen, session.outcome.degraded)

        return self.stage.of_before(session, model, same)

    def search(
        self,
        session: Session,
        wish: str,
        model: str,
        label: int | None,
        method: str,
        start: str,
        effort: str,
        seeds: int,
        seed: int | None,
        perceptual: str,
        baseline: str,
        *stated: Any,
    ) -> Iterator[Updates]:
        """One run, from its turn to the answers, or to a sentence that says why there are none."""

        def prepare() -> tuple[Job, Source]:
            seen = self.task.asked(session, model, *stated)
            fitting(baseline, seen.operator)
            crop = crop_of(stated[len(self.task.choices()) :])
            job = RestoreJob(
                target=to_uint8(seen.view)[0],
                model=model,
                method=method,
                seeds=int(seeds),
                seed=int(seed or 0),
                settings=chosen(session, method),
                budget=seconds_of(effort),
                perceptual=perceptual,
                label=None if label == GUESSED else label,
                encoder=beginning(method, model, start) if wish == OWN else None,
                wish=None if wish == OWN else wish,
                stop=session.stop,
                seen=seen,
                baseline=baseline,
            )
            return job, (None, None) if stated[0] == MEASURED else (session.picture, crop)

        yield from self.run.follow(session, prepare, doing(wish, method))


def doing(wish: str, method: str) -> str:
    """What the status line says while it runs."""
    return f"Restoring with {find(method).title}" if wish == OWN else "Restoring"
