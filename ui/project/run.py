"""A run on the page: from the click to the answer, Stop, a full queue, a saved result."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from inversion.knobs import Value
from inversion.pictures.images import Crop, Picture
from models.errors import StudioError
from studio.messages import Job, Loading, TuneJob
from studio.runs import Engine, Studio
from studio.session import Session
from studio.verdict import TUNING_SECONDS
from ui.components import html
from ui.components.events import LIVE, QUIET, UNEXPECTED, Updates, heavy
from ui.components.loss_chart import History
from ui.components.turn import Turn
from ui.project.stage import Stage

SEE = """() => {
  if (innerWidth <= 720) document.getElementById("STAGE").scrollIntoView({behavior: "smooth"});
}"""  # on a phone the run goes on below what was touched
Source = tuple[Picture | None, Crop | None]  # what a target was cut out of, and how


class Run(Turn):
    """Runs searches and fine-tunings by an engine, and shows each on a stage.

    `ready` says whether another one may begin.
    """

    def __init__(
        self,
        engine: Engine,
        session: gr.State,
        stage: Stage,
        ready: Callable[[Session], bool] = lambda session: session.picture is not None,
    ) -> None:
        super().__init__(session, stage)
        self.engine, self.session, self.stage, self.may_begin = engine, session, stage, ready
        self.over: list[Callable[..., Any]] = []  # what follows a search or a fine-tuning

    def wire(
        self,
        studio: Studio,
        search: Callable[..., Iterator[Updates]],
        inputs: list[Any],
        perceptual: gr.Radio,
    ) -> None:
        """The search, Stop, Open, fine-tuning and its strength, and how fragile the answer is."""
        stage, answer, tuning = self.stage, self.stage.answer, self.stage.answer.tune
        buttons = [stage.go, stage.halt, stage.next, tuning.go]
        outputs = [self.session, *buttons, *stage.states(), *answer.components()]
        for button, work, asked in (
            (stage.go, search, inputs),
            (tuning.go, self.tune, [perceptual, *tuning.knobs]),
            (stage.next, partial(self.proposed, search), [perceptual, *tuning.knobs, *inputs]),
        ):
            run = button.click(
                self.begin, self.session, [self.session, *buttons, stage.status], **QUIET
            ).success(work, [self.session, *asked], outputs, **heavy(stage.status))
            run.failure(self.full, self.session, [self.session, *buttons, *stage.states()], **QUIET)
            self.over.append(run.then)
            button.click(None, js=SEE.replace("STAGE", f"{stage.prefix}stage"), **QUIET)
        stage.halt.click(self.stop, self.session, [stage.halt, stage.status], **QUIET)
        stage.upload.upload(
            self.reopen,
            [stage.upload, self.session],
            outputs,
            preprocess=False,
            **heavy(stage.status),
        )
        tuning.strength.input(
            self.redraw,
            [self.session, tuning.strength, answer.view],
            [self.session, stage.status, answer.gallery, *answer.one()],
            **LIVE,
        )
        answer.wire(self.session)
        answer.fragile.wire(studio, self.session, lambda session: session.shown)

    def mark(
        self,
        changes: list[Callable[..., Any]],
        of_before: Callable[..., gr.HTML],
        inputs: list[Any],
    ) -> None:
        """An answer to another picture is marked, at these changes and at the end of a run during
        which something changed; `of_before` says so of a session and the inputs' values."""
        asked = [self.session, *inputs]
        gr.on(changes, of_before, asked, self.stage.earlier, **LIVE)
        for then in self.over:
            then(of_before, asked, self.stage.earlier, **QUIET)

    def ready(self, session: Session) -> bool:
        return self.may_begin(session)

    def begin(self, session: Session) -> Updates:
        return super().begin(session) | {
            self.stage.answer.tune.go: gr.Button(interactive=False),
            self.stage.next: gr.Button(visible=False),
        }

    def ended(self, session: Session) -> Updates:
        tune = {self.stage.answer.tune.go: gr.Button(interactive=True)}
        return super().ended(session) | tune

    def tune(self, session: Session, perceptual: str, *knobs: Value | None) -> Iterator[Updates]:
        """Fine-tuning for the seed that is shown."""

        def prepare() -> tuple[TuneJob, Source]:
            outcome = session.outcome
            if outcome is None:
                raise StudioError("There is no answer to fine-tune yet. Project a picture first.")
            settings = self.stage.answer.tune.settings(knobs)
            job = TuneJob(
                outcome.result, session.chosen, settings, perceptual, TUNING_SECONDS, session.stop
            )
            return job, (outcome.photo, outcome.crop)

        yield from self.follow(session, prepare, "Fine-tuning")

    def proposed(
        self,
        search: Callable[..., Iterator[Updates]],
        session: Session,
        perceptual: str,
        *values: Any,
    ) -> Iterator[Updates]:
        """The step that the verdict proposes: fine-tuning, or the search for the closest."""
        knobs = len(self.stage.answer.tune.knobs)
        if session.step == "closest":
            yield from search(session, "closest", *values[knobs + 1 :])
        else:
            yield from self.tune(session, perceptual, *values[:knobs])

    def follow(
        self,
        session: Session,
        prepare: Callable[[], tuple[Job | TuneJob, Source]],
        doing: str,
    ) -> Iterator[Updates]:
        """Every moment of a job as it is shown; what goes wrong is a sentence."""
        yield from self.said(session, self.moments(session, prepare, doing))

    def moments(
        self, session: Session, prepare: Callable[[], tuple[Job | TuneJob, Source]], doing: str
    ) -> Iterator[Updates]:
        history = History()
        job, (photo, crop) = prepare()
        work = self.engine.tune(job) if isinstance(job, TuneJob) else self.engine.frames(job)
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

    def redraw(self, session: Session, strength: float, view: str) -> Updates:
        """The fine-tuned answer with so much of its change."""
        if session.outcome is None or session.running:
            return {self.session: session}
        try:
            pictures = self.engine.redraw(session.outcome.result, strength)
        except StudioError as error:
            return {self.session: session, self.stage.status: html.status("error", str(error))}
        changes = self.stage.answer.redrawn(session, view, pictures, strength)
        return {self.session: session} | changes

    def reopen(self, upload: dict[str, Any] | None, session: Session) -> Iterator[Updates]:
        """A saved result, drawn again; a file that is none leaves everything as it was."""
        try:
            for moment in self.engine.reopen(upload["path"] if upload else ""):
                if isinstance(moment, Loading):
                    yield self.stage.loading(moment)
                else:
                    yield {self.session: session} | self.stage.done(session, moment, None)
        except StudioError as error:
            yield self.stage.failed(session, str(error))
        except Exception:
            logging.getLogger(__name__).exception("a result could not be opened")
            yield self.stage.failed(session, UNEXPECTED)
