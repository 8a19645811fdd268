"""A race on the page: from the click to the last cell's end, Stop, a full queue."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import gradio as gr

from inversion.pictures.images import Crop
from models.errors import StudioError
from studio.messages import Loading
from studio.race_session import RaceSession
from studio.racing import RaceJob, Racer
from ui.compare.stage import RaceStage
from ui.components import html
from ui.components.events import FULL, QUIET, UNEXPECTED, Updates, heavy
from ui.project.run import SEE

Prepare = Callable[[], tuple[RaceJob, Crop]]


class RaceRun:
    """Runs races, and shows each on a stage."""

    def __init__(self, racer: Racer, session: gr.State, stage: RaceStage) -> None:
        self.racer, self.session, self.stage = racer, session, stage

    def wire(self, search: Callable[..., Iterator[Updates]], inputs: list[Any]) -> None:
        """Start and Stop."""
        stage, session = self.stage, self.session
        buttons = [stage.go, stage.halt]
        outputs = [session, *buttons, *stage.states(), *stage.after.components()]
        run = stage.go.click(
            self.begin, session, [session, *buttons, stage.status], **QUIET
        ).success(search, [session, *inputs], outputs, **heavy(stage.status))
        run.failure(self.full, session, outputs, **QUIET)
        see = SEE.replace("STAGE", str(stage.status.elem_id).replace("status", "stage"))
        stage.go.click(None, js=see, **QUIET)
        stage.halt.click(self.stop, session, [stage.halt, stage.status], **QUIET)
        stage.after.wire(session, self.racer)

    def begin(self, session: RaceSession) -> Updates:
        """Answers the click at once, before the race has its turn."""
        session.stop.unlink(missing_ok=True)
        session.running = True
        return {
            self.session: session,
            self.stage.go: gr.Button(interactive=False),
            self.stage.halt: gr.Button(interactive=True),
            self.stage.status: html.status("busy", "Waiting for a free place…"),
        }

    def stop(self, session: RaceSession) -> Updates:
        """Asks the race to end at its next step; every cell then shows its best so far."""
        session.stop.touch()
        return {
            self.stage.halt: gr.Button(interactive=False),
            self.stage.status: html.status("busy", "Stopping at the next step…"),
        }

    def ended(self, session: RaceSession) -> Updates:
        """The buttons as they stand when nothing runs."""
        session.running = False
        return {
            self.session: session,
            self.stage.go: gr.Button(interactive=session.picture is not None),
            self.stage.halt: gr.Button(interactive=False),
        }

    def full(self, session: RaceSession) -> Updates:
        """The race was turned away at the door."""
        return self.ended(session) | self.stage.failed(session, FULL)

    def follow(self, session: RaceSession, prepare: Prepare, task: str) -> Iterator[Updates]:
        """Every moment of a race as it is shown; what goes wrong is a sentence."""
        try:
            if session.stop.exists():
                raise StudioError("Stopped before the first step; nothing has changed.")
            job, crop = prepare()
            photo = session.picture
            with closing(self.racer.frames(job)) as moments:
                for moment in moments:
                    if isinstance(moment, Loading):
                        yield self.stage.loading(moment)
                    elif moment.answers is None:
                        yield self.stage.running(moment.standing)
                    else:
                        session.finish(moment, task, photo, crop)
                        yield self.ended(session) | self.stage.done(session)
        except StudioError as error:
            yield self.ended(session) | self.stage.failed(session, str(error))
        except Exception:
            logging.getLogger(__name__).exception("a race failed")
            yield self.ended(session) | self.stage.failed(session, UNEXPECTED)
