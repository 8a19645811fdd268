"""The Project tab: picture and settings on the left, the run and its answer on the right."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import gradio as gr

from inversion.knobs import Value
from inversion.methods import find
from inversion.pictures.images import Crop, Picture
from models.errors import StudioError
from studio.messages import Job, Loading, TuneJob
from studio.runs import Studio
from studio.session import LIFETIME, Session
from ui.components import html
from ui.components.loss_chart import History
from ui.project.picture import PictureCard, crop_of, target
from ui.project.settings import GUESSED, SettingsCard, beginning, chosen
from ui.project.stage import Stage, Updates

Source = tuple[Picture | None, Crop | None]  # what a target was cut out of, and how
GPU: dict[str, Any] = {"concurrency_id": "gpu", "concurrency_limit": 1}
FULL = "The queue is full. Nothing was lost; try again in a minute."
UNEXPECTED = (
    "Something went wrong inside the studio. Picture, settings and last answer are still here. "
    "Try again; if it happens twice, with fewer seeds or another method."
)


class ProjectTab:
    """Lays the tab out and connects it."""

    def __init__(self, studio: Studio, page: gr.Blocks) -> None:
        self.studio = studio
        self.session = gr.State(Session(), time_to_live=LIFETIME, delete_callback=Session.close)
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=5, min_width=320, elem_classes="left"):
                self.picture = PictureCard()
                self.settings = SettingsCard(studio, page.load, self.session)
            with gr.Column(scale=7, min_width=320, elem_classes="right"):
                self.stage = Stage()
        self.picture.wire(self.session, self.settings.model, self.stage.status, self.stage.go)
        self.stage.answer.wire(self.session)
        self.wire(self.run, [*self.search_settings(), *self.picture.knobs])

    def search_settings(self) -> list[Any]:
        """What the search's card is asked for, in the order of a run's arguments."""
        card = self.settings
        first = [card.model, card.label, card.method, card.start]
        return [*first, card.effort, card.seeds, card.seed, card.perceptual]

    def wire(self, run: Callable[..., Iterator[Updates]], inputs: list[Any]) -> None:
        """The search, Stop, Open, fine-tuning and its strength, and how fragile the answer is."""
        stage, perceptual = self.stage, self.settings.perceptual
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        heavy: dict[str, Any] = {
            "show_progress": "minimal",
            "show_progress_on": stage.status,
            "api_visibility": "private",
            **GPU,
        }
        answer, tuning = stage.answer, stage.answer.tune
        buttons = [stage.go, stage.halt, tuning.go]
        outputs = [self.session, *buttons, *stage.states(), *answer.components()]
        for button, work, asked in (
            (stage.go, run, inputs),
            (tuning.go, self.tune, [perceptual, *tuning.knobs]),
        ):
            button.click(
                self.begin,
                self.session,
                [self.session, *buttons, stage.status],
                queue=False,
                **quiet,
            ).success(work, [self.session, *asked], outputs, **heavy).failure(
                self.full,
                self.session,
                [self.session, *buttons, *stage.states()],
                queue=False,
                **quiet,
            )
        stage.halt.click(self.stop, self.session, [stage.halt, stage.status], queue=False, **quiet)
        stage.upload.upload(
            self.reopen, [stage.upload, self.session], outputs, preprocess=False, **heavy
        )
        tuning.strength.input(
            self.redraw,
            [self.session, tuning.strength, answer.view],
            [self.session, stage.status, answer.gallery, *answer.one()],
            queue=False,
            trigger_mode="always_last",
            **quiet,
        )
        answer.fragile.wire(self.studio, self.session, lambda session: session.shown, **GPU)

    def begin(self, session: Session) -> Updates:
        """Answers the click at once, before the run has its turn."""
        session.stop.unlink(missing_ok=True)
        session.running = True
        return {
            self.session: session,
            self.stage.go: gr.Button(interactive=False),
            self.stage.answer.tune.go: gr.Button(interactive=False),
            self.stage.halt: gr.Button(interactive=True),
            self.stage.status: html.status("busy", "Waiting for a free place…"),
        }

    def stop(self, session: Session) -> Updates:
        """Asks the run to end at its next step; it then shows its best so far."""
        session.stop.touch()
        return {
            self.stage.halt: gr.Button(interactive=False),
            self.stage.status: html.status("busy", "Stopping at the next step…"),
        }

    def ended(self, session: Session) -> Updates:
        """The buttons as they stand when nothing runs."""
        session.running = False
        return {
            self.session: session,
            self.stage.go: gr.Button(interactive=session.picture is not None),
            self.stage.answer.tune.go: gr.Button(interactive=True),
            self.stage.halt: gr.Button(interactive=False),
        }

    def full(self, session: Session) -> Updates:
        """The run was turned away at the door."""
        return self.ended(session) | self.stage.failed(session, FULL)

    def run(
        self,
        session: Session,
        model: str,
        label: int | None,
        method: str,
        start: str,
        effort: str,
        seeds: int,
        seed: int | None,
        perceptual: str,
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
                settings=chosen(session, method, effort),
                perceptual=perceptual,
                mask=painted,
                label=None if label == GUESSED else label,
                encoder=beginning(method, model, start),
                stop=session.stop,
            )
            return job, (session.picture, crop_of(crop))

        yield from self.follow(session, prepare, f"Projecting with {find(method).title}")

    def tune(self, session: Session, perceptual: str, *knobs: Value | None) -> Iterator[Updates]:
        """Fine-tuning for the seed that is shown; otherwise as `run`."""

        def prepare() -> tuple[TuneJob, Source]:
            outcome = session.outcome
            if outcome is None:
                raise StudioError("There is no answer to fine-tune yet. Project a picture first.")
            settings = self.stage.answer.tune.settings(knobs)
            job = TuneJob(outcome.result, session.chosen, settings, perceptual, session.stop)
            return job, (outcome.photo, outcome.crop)

        yield from self.follow(session, prepare, "Fine-tuning")

    def follow(
        self,
        session: Session,
        prepare: Callable[[], tuple[Job | TuneJob, Source]],
        doing: str,
    ) -> Iterator[Updates]:
        """Every moment of a job as it is shown; what goes wrong is a sentence."""
        history = History()
        try:
            if session.stop.exists():
                raise StudioError("Stopped before the first step; nothing has changed.")
            job, (photo, crop) = prepare()
            work = self.studio.tune(job) if isinstance(job, TuneJob) else self.studio.frames(job)
            with closing(work) as moments:
                for moment in moments:
                    if isinstance(moment, Loading):
                        yield self.stage.loading(moment)
                        continue
                    history.add(moment)
                    if moment.outcome is None:
                        yield self.stage.running(doing, job.target, moment, history)
                        continue
                    outcome = replace(moment.outcome, photo=photo, crop=crop)
                    yield self.ended(session) | self.stage.done(session, outcome, history)
        except StudioError as error:
            yield self.ended(session) | self.stage.failed(session, str(error))
        except Exception:
            logging.getLogger(__name__).exception("a run failed")
            yield self.ended(session) | self.stage.failed(session, UNEXPECTED)

    def redraw(self, session: Session, strength: float, view: str) -> Updates:
        """The fine-tuned answer with so much of its change."""
        if session.outcome is None or session.running:
            return {self.session: session}
        try:
            pictures = self.studio.redraw(session.outcome.result, strength)
        except StudioError as error:
            return {self.session: session, self.stage.status: html.status("error", str(error))}
        return {self.session: session} | self.stage.answer.redrawn(
            session, view, pictures, strength
        )

    def reopen(self, upload: dict[str, Any] | None, session: Session) -> Iterator[Updates]:
        """A saved result, drawn again; a file that is none leaves everything as it was."""
        try:
            for moment in self.studio.reopen(upload["path"] if upload else ""):
                if isinstance(moment, Loading):
                    yield self.stage.loading(moment)
                else:
                    yield {self.session: session} | self.stage.done(session, moment, None)
        except StudioError as error:
            yield self.stage.failed(session, str(error))
        except Exception:
            logging.getLogger(__name__).exception("a result could not be opened")
            yield self.stage.failed(session, UNEXPECTED)
