"""What a visitor starts, and may stop: the buttons meanwhile, a full queue, what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, Protocol

import gradio as gr

from models.errors import StudioError
from studio.session import Session
from ui.components import html
from ui.components.events import FULL, UNEXPECTED, Updates


class Stage(Protocol):
    """Where it is started, stopped and shown."""

    go: gr.Button
    halt: gr.Button
    status: gr.HTML

    def failed(self, session: Any, sentence: str) -> Updates:
        """What is shown when it ended without an answer."""


class Turn:
    """One run at a time of a visitor's, at a stage."""

    def __init__(self, session: gr.State, stage: Stage) -> None:
        self._session, self._stage = session, stage

    def ready(self, session: Session) -> bool:
        """Whether another run may begin."""
        return session.picture is not None

    def begin(self, session: Session) -> Updates:
        """Answers the click at once, before the run has its turn."""
        session.stop.unlink(missing_ok=True)
        session.running = True
        return {
            self._session: session,
            self._stage.go: gr.Button(interactive=False),
            self._stage.halt: gr.Button(interactive=True),
            self._stage.status: html.status("busy", "Waiting for a free place…"),
        }

    def stop(self, session: Session) -> Updates:
        """Asks the run to end at its next step; it then shows its best so far."""
        session.stop.touch()
        return {
            self._stage.halt: gr.Button(interactive=False),
            self._stage.status: html.status("busy", "Stopping at the next step…"),
        }

    def ended(self, session: Session) -> Updates:
        """The buttons as they stand when nothing runs."""
        session.running = False
        return {
            self._session: session,
            self._stage.go: gr.Button(interactive=self.ready(session)),
            self._stage.halt: gr.Button(interactive=False),
        }

    def full(self, session: Session) -> Updates:
        """The run was turned away at the door."""
        return self.ended(session) | self._stage.failed(session, FULL)

    def said(self, session: Session, work: Iterator[Updates]) -> Iterator[Updates]:
        """The work's changes; what goes wrong is a sentence, and the run is over."""
        try:
            if session.stop.exists():
                raise StudioError("Stopped before the first step; nothing has changed.")
            yield from work
        except StudioError as error:
            yield self.ended(session) | self._stage.failed(session, str(error))
        except Exception:
            logging.getLogger(__name__).exception("a run failed")
            yield self.ended(session) | self._stage.failed(session, UNEXPECTED)
