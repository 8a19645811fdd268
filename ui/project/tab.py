"""The Project tab: picture and settings on the left, the run and its answer on the right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
import numpy as np

from inversion.methods import find, seconds_of
from inversion.presets import WISHES
from studio.messages import Job
from studio.runs import Studio
from studio.session import LIFETIME, Session
from ui.components.events import Updates
from ui.project.model_choice import GUESSED, beginning, told_by
from ui.project.picture import PictureCard, crop_of, target
from ui.project.preset_choice import OWN
from ui.project.run import Run, Source
from ui.project.settings import SettingsCard, chosen
from ui.project.stage import Stage


class ProjectTab:
    """Lays the tab out and connects it."""

    def __init__(self, studio: Studio, opened: Callable[..., Any]) -> None:
        """`opened` is the event at which the knobs are first drawn."""
        self.session = gr.State(Session(), time_to_live=LIFETIME, delete_callback=Session.close)
        with gr.Row(elem_classes=["columns", "search"]):
            with gr.Column(scale=5, min_width=320, elem_classes="left"):
                self.picture = PictureCard()
                self.settings = SettingsCard(opened, self.session)
            with gr.Column(scale=7, min_width=320, elem_classes="right"):
                self.stage = Stage()
        self.picture.wire(self.session, self.settings.model, self.stage.status, self.stage.go)
        self.run = Run(studio, self.session, self.stage)
        asked = [*self.settings.asked(), self.settings.codes, *self.picture.knobs]
        self.run.wire(studio, self.search, asked, self.settings.perceptual)
        changes = [self.settings.model.change, self.picture.crop.change, self.picture.crop.input]
        self.run.mark(changes, self.of_before, [self.settings.model, *self.picture.knobs])

    def of_before(self, session: Session, model: str, *crop: float) -> gr.HTML:
        """Whether the answer belongs to another picture, crop, paint or model, in a sentence."""

        def same() -> bool:
            if session.picture is None or session.outcome is None:
                return True
            picture, painted = target(session, model, crop)
            result = session.outcome.result
            if painted is None or result.mask is None:
                alike = painted is result.mask
            else:
                alike = np.array_equal(painted, result.mask)
            return alike and np.array_equal(picture, result.target)

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
        codes: str | None,
        *crop: float,
    ) -> Iterator[Updates]:
        """One run, from its turn to the answer, or to a sentence that says why there is none."""

        def prepare() -> tuple[Job, Source]:
            picture, painted = target(session, model, crop)
            job = Job(
                target=picture,
                model=model,
                method=method,
                seeds=int(seeds),
                seed=int(seed or 0),
                settings=chosen(session, method),
                budget=seconds_of(effort),
                perceptual=perceptual,
                mask=painted,
                label=None if label == GUESSED else label,
                encoder=beginning(method, model, start) if wish == OWN else told_by(model),
                wish=None if wish == OWN else wish,
                start=codes,
                stop=session.stop,
            )
            return job, (session.picture, crop_of(crop))

        yield from self.run.follow(session, prepare, doing(wish, method))


def doing(wish: str, method: str) -> str:
    """What the status line says while it runs."""
    if wish == OWN:
        return f"Projecting with {find(method).title}"
    return f"Projecting for {WISHES[wish].lower()}"
