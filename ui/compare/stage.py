"""The right half of the Compare tab: status, the cells, what comes after. Each state is one
method."""

from __future__ import annotations

from typing import Any

import gradio as gr

from inversion.comparison import Standing
from studio.messages import Loading
from studio.race_session import RaceSession
from ui.compare.board import board, standing_of
from ui.compare.results import Results
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import Updates, waiting

WELCOME = """
<div class="empty large">
  <svg viewBox="0 0 220 64" aria-hidden="true">
    <rect x="2" y="8" width="48" height="48" rx="10"/><circle cx="26" cy="28" r="8"/>
    <path d="M11 50c2-9 8-13 15-13s13 4 15 13"/>
    <path class="accent" d="M66 12h92m-7-7 7 7-7 7"/><path d="M66 32h60"/><path d="M66 52h36"/>
    <circle class="accent dot" cx="190" cy="12" r="5"/><circle cx="190" cy="32" r="5"/>
    <circle cx="190" cy="52" r="5"/>
  </svg>
  <p><b>Nothing compared yet</b></p>
  <p>Choose a picture and press Start. Several methods look for the code that draws it, on equal
  terms and side by side, and you watch which of them comes closest.</p>
</div>
"""


NEARLY = 0.99  # part of a race after which answers are drawn and measured more than searched for


class RaceStage:
    """Components of the right half. Methods return what to change for a state."""

    def __init__(self, prefix: str) -> None:
        with gr.Column(elem_classes="card run"):
            with gr.Row(elem_classes="actions"):
                self.go = gr.Button(
                    "Start", variant="primary", size="lg", interactive=False, elem_id=f"{prefix}run"
                )
                self.halt = gr.Button("Stop", size="lg", interactive=False, elem_id=f"{prefix}stop")
            self.status = drawing(
                html.status("idle", "Choose a picture to begin."), elem_id=f"{prefix}status"
            )
        with gr.Column(elem_classes="card stage", elem_id=f"{prefix}stage"):
            self.empty = drawing(WELCOME, elem_id=f"{prefix}empty")
            with gr.Column(visible=False, elem_id=f"{prefix}racing") as self.racing:
                self.board = board(elem_id=f"{prefix}board")
            with gr.Column(
                visible=False, elem_id=f"{prefix}results", elem_classes="results"
            ) as self.results:
                self.after = Results(prefix)

    @property
    def onward(self) -> Any:
        """Where the buttons stand that send an answer to another tab."""
        return self.after.onward

    def states(self) -> list[Any]:
        """The components that tell one state from another, and what they show."""
        return [self.status, self.empty, self.racing, self.board, self.results]

    def loading(self, moment: Loading) -> Updates:
        return {self.status: waiting(f"Loading {moment.title}…", moment)}

    def running(self, standing: Standing) -> Updates:
        count = len(standing.cells)
        said = "Racing one method" if count == 1 else f"Racing {count} methods"
        said = "Measuring their answers" if standing.done > NEARLY else said
        return {
            self.status: html.status("busy", said, left(standing), standing.done),
            self.empty: gr.HTML(visible=False),
            self.racing: gr.Column(visible=True),
            self.board: gr.HTML(value=standing_of(standing)),
            self.results: gr.Column(visible=False),
        }

    def failed(self, session: RaceSession, sentence: str) -> Updates:
        """The sentence; the last race, if there is one, is shown again."""
        before: Updates = {self.status: html.status("error", sentence)}
        if session.race is None:
            before |= {self.empty: gr.HTML(visible=True), self.racing: gr.Column(visible=False)}
            return before | {self.results: gr.Column(visible=False)}
        return before | self.shown(session)

    def done(self, session: RaceSession) -> Updates:
        """A race that is over, with all that can be done with it."""
        assert session.race is not None
        first = session.race.cells[session.race.ranking()[0]]
        mood: html.Mood = "done" if session.ended == "done" else "stopped"
        near = session.race.value(session.race.ranking()[0], session.race.nearest_by)
        number = "" if near is None else f" ({session.race.nearest_by} {near:.3f})"
        said = f"Nearest is {first.name}{number}."
        return {self.status: html.status(mood, session.how, said), **self.shown(session)}

    def shown(self, session: RaceSession) -> Updates:
        """The race that the session has."""
        assert session.race is not None
        return {
            self.empty: gr.HTML(visible=False),
            self.racing: gr.Column(visible=True),
            self.board: gr.HTML(value=standing_of(session.race, over=True)),
            self.results: gr.Column(visible=True),
            **self.after.done(session),
        }


def left(standing: Standing) -> str:
    """Who leads, and how long it may take yet."""
    told = [] if standing.leader is None else [f"{standing.cells[standing.leader].name} leads"]
    if standing.equal == "seconds":
        running = (cell for cell in standing.cells if cell.state == "running")
        told.append(f"{html.duration(sum(standing.budget - c.seconds for c in running))} left")
    return " · ".join(told)
