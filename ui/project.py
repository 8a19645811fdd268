"""The Project tab: picture and settings on the left, the run and its answer on the right."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import gradio as gr

from inversion.methods import find
from models.errors import StudioError
from ui import html
from ui.chart import History
from ui.moments import Job, Loading
from ui.picture import PictureCard, target
from ui.session import LIFETIME, Session
from ui.settings import SettingsCard, chosen
from ui.stage import Stage, Updates
from ui.studio import Studio

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
                self.settings = SettingsCard(studio, page, self.session)
            with gr.Column(scale=7, min_width=320, elem_classes="right"):
                self.stage = Stage()
        self.picture.wire(self.session, self.settings.model, self.stage.status, self.stage.go)
        self.stage.wire(self.session)
        self.wire()

    def wire(self) -> None:
        """Project, Stop and Open."""
        card, stage = self.settings, self.stage
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        heavy: dict[str, Any] = {
            "show_progress": "minimal",
            "show_progress_on": stage.status,
            "api_visibility": "private",
            **GPU,
        }
        choices = [
            card.model,
            card.label,
            card.method,
            card.effort,
            card.seeds,
            card.seed,
            card.perceptual,
            *self.picture.knobs,
        ]
        outputs = [
            self.session,
            self.stage.go,
            self.stage.halt,
            *stage.states(),
            stage.gallery,
            stage.file,
            stage.json,
            stage.curve,
            *stage.about_one(),
        ]
        self.stage.go.click(
            self.begin,
            self.session,
            [self.session, self.stage.go, self.stage.halt, stage.status],
            queue=False,
            **quiet,
        ).success(self.run, [self.session, *choices], outputs, **heavy).failure(
            self.full,
            self.session,
            [self.session, self.stage.go, self.stage.halt, *self.stage.states()],
            queue=False,
            **quiet,
        )
        self.stage.halt.click(
            self.stop, self.session, [self.stage.halt, stage.status], queue=False, **quiet
        )
        self.stage.upload.upload(
            self.reopen, [self.stage.upload, self.session], outputs, preprocess=False, **heavy
        )

    def begin(self, session: Session) -> Updates:
        """Answers the click at once, before the run has its turn."""
        session.stop.unlink(missing_ok=True)
        session.running = True
        return {
            self.session: session,
            self.stage.go: gr.Button(interactive=False),
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
        effort: str,
        seeds: int,
        seed: int | None,
        perceptual: str,
        *crop: float,
    ) -> Iterator[Updates]:
        """One run, from its turn to the answer, or to a sentence that says why there is none."""
        try:
            if session.stop.exists():
                raise StudioError("Stopped before the first step; nothing has changed.")
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
                label=None if label == -1 else label,
                stop=session.stop,
            )
            yield from self.follow(session, job)
        except StudioError as error:
            yield self.ended(session) | self.stage.failed(session, str(error))
        except Exception:
            logging.getLogger(__name__).exception("a run failed")
            yield self.ended(session) | self.stage.failed(session, UNEXPECTED)

    def follow(self, session: Session, job: Job) -> Iterator[Updates]:
        """Every moment of a job as it is shown."""
        history, title = History(), find(job.method).title
        with closing(self.studio.frames(job)) as moments:
            for moment in moments:
                if isinstance(moment, Loading):
                    yield self.stage.loading(moment)
                    continue
                history.add(moment)
                if moment.outcome is None:
                    yield self.stage.running(title, job.target, moment, history)
                else:
                    yield self.ended(session) | self.stage.done(session, moment.outcome, history)

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
