"""A race on the page: from the click to the last cell's end, Stop, a full queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import gradio as gr

from inversion.pictures.images import Crop
from studio.messages import Loading
from studio.race_session import RaceSession
from studio.racing import RaceJob, Racer
from ui.compare.stage import RaceStage
from ui.components.events import QUIET, Updates, heavy
from ui.components.turn import Turn
from ui.project.run import SEE

Prepare = Callable[[], tuple[RaceJob, Crop]]


class RaceRun(Turn):
    """Runs races, and shows each on a stage."""

    def __init__(self, racer: Racer, session: gr.State, stage: RaceStage) -> None:
        super().__init__(session, stage)
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

    def follow(self, session: RaceSession, prepare: Prepare, task: str) -> Iterator[Updates]:
        """Every moment of a race as it is shown; what goes wrong is a sentence."""
        yield from self.said(session, self.moments(session, prepare, task))

    def moments(self, session: RaceSession, prepare: Prepare, task: str) -> Iterator[Updates]:
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
