"""The right half of the tab: status, the run as it goes, the answer. Each state is one method."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gradio as gr

from inversion import Inversion
from inversion.pictures.images import Picture
from models.errors import StudioError
from studio.messages import Loading, Outcome, Progress
from studio.runs import GENERATORS
from studio.session import Session
from studio.verdict import STEPS, Verdict, verdict
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import Updates, waiting
from ui.components.loss_chart import History
from ui.project.answer import Answer
from ui.project.projected import Projected

EARLIER = (
    "This answer belongs to the earlier picture. Press {} for one to the picture as it is now."
)
BY_ANOTHER = "This answer is by {}, not by the model that is chosen now."
WELCOME = """
<div class="empty large">
  <svg viewBox="0 0 220 64" aria-hidden="true">
    <rect x="2" y="8" width="48" height="48" rx="10"/><circle cx="26" cy="28" r="8"/>
    <path d="M11 50c2-9 8-13 15-13s13 4 15 13"/>
    <path class="accent" d="M66 32h22m-7-7 7 7-7 7"/>
    <circle class="accent dot" cx="110" cy="32" r="5"/><circle cx="110" cy="32" r="14"/>
    <path class="accent" d="M132 32h22m-7-7 7 7-7 7"/>
    <rect x="170" y="8" width="48" height="48" rx="10"/><circle cx="194" cy="28" r="8"/>
    <path d="M179 50c2-9 8-13 15-13s13 4 15 13"/>
  </svg>
  <p><b>Nothing projected yet</b></p>
  <p>Choose a picture, check its crop, press Project. The generator then looks for the code that
  draws your picture, and you watch it getting closer.</p>
</div>
"""


class Stage:
    """Components of the right half. Methods return what to change for a state.

    `verb` stands on the button, `welcome` where nothing has been found yet, `reopened` beside the
    way back to a saved result; `answer` lays out what is found.
    """

    target = "your picture"  # what the run is shown beside
    prefix = ""  # of all ids, a tab's own

    def __init__(
        self,
        verb: str = "Project",
        welcome: str = WELCOME,
        reopened: str = "A result file from before draws the same picture.",
        answer: Callable[[], Answer] = Projected,
    ) -> None:
        self.verb, prefix = verb, self.prefix
        with gr.Column(elem_classes="card run"):
            with gr.Row(elem_classes="actions"):
                self.go = gr.Button(
                    verb, variant="primary", size="lg", interactive=False, elem_id=f"{prefix}run"
                )
                self.halt = gr.Button("Stop", size="lg", interactive=False, elem_id=f"{prefix}stop")
            self.status = drawing(
                html.status("idle", "Choose a picture to begin."), elem_id=f"{prefix}status"
            )
            self.next = gr.Button(visible=False, size="md", elem_id=f"{prefix}next")
        with gr.Column(elem_classes="card stage", elem_id=f"{prefix}stage"):
            self.live = drawing(welcome, elem_id=f"{prefix}live")
            with gr.Column(
                visible=False, elem_id=f"{prefix}results", elem_classes="results"
            ) as self.results:
                self.earlier = drawing(visible=False, elem_id=f"{prefix}earlier")
                self.answer = answer()
            with gr.Row(elem_classes="reopen"):
                drawing(html.note(reopened))
                self.upload = gr.UploadButton("Open a result", size="sm", elem_id=f"{prefix}reopen")

    def judged(self, result: Inversion) -> Verdict | None:
        """What to say of an answer."""
        return verdict(result)

    @property
    def onward(self) -> Any:
        """Where the buttons stand that send the answer to another tab."""
        return self.results

    def states(self) -> list[Any]:
        """The components that tell one state from another."""
        return [self.status, self.live, self.results, self.earlier]

    def loading(self, moment: Loading) -> Updates:
        return {self.status: waiting(f"Loading {moment.title}…", moment)}

    def running(self, doing: str, target: Picture, frame: Progress, history: History) -> Updates:
        detail = f"step {frame.step} · {html.duration(frame.seconds_left)} left"
        return {
            self.status: html.status("busy", doing, detail, frame.done),
            self.live: gr.HTML(html.live(target, frame, history, self.target), visible=True),
            self.results: gr.Column(visible=False),
        }

    def of_before(self, session: Session, model: str, same: Callable[[], bool]) -> gr.HTML:
        """What tells that the answer is not one to what is asked now: by another model, or, unless
        it is the `same`, to another picture; nothing where it is. A StudioError of `same` says
        that what is asked now cannot be run, which is told elsewhere."""
        if session.outcome is None:
            return unmarked()
        if model != (by := session.outcome.result.identity.name):
            return marked(BY_ANOTHER.format(GENERATORS[by].title))
        with suppress(StudioError):
            if same():
                return unmarked()
        return marked(EARLIER.format(self.verb))

    def numbers(self, outcome: Outcome) -> dict[str, list[float]]:
        """Those of the pictures that are shown first."""
        return outcome.result.metrics

    def failed(self, session: Session, sentence: str) -> Updates:
        """The sentence; the last answer, if there is one, is shown again."""
        return {
            self.status: html.status("error", sentence),
            self.live: gr.HTML(visible=session.outcome is None),
            self.results: gr.Column(visible=session.outcome is not None),
        }

    def done(self, session: Session, outcome: Outcome, history: History | None) -> Updates:
        """The answer, and in a line how it came about."""
        result = outcome.result
        best = ", ".join(
            f"{name} {values[0]:.3g}{' dB' if name == 'PSNR' else ''}"
            for name, values in self.numbers(outcome).items()
        )
        said = self.judged(result)
        session.step = None if said is None else said.step
        about = [] if said is None else [said.sentence]
        detail = " ".join([*about, f"Best is seed {result.seeds[0]}: {best}.", *result.notes])
        mood: html.Mood = "done" if outcome.ended == "done" else "stopped"
        return {
            self.status: html.status(mood, outcome.how, detail),
            self.next: gr.Button(
                STEPS[session.step] if session.step else "", visible=bool(session.step)
            ),
            self.live: gr.HTML(visible=False),
            self.results: gr.Column(visible=True),
            self.earlier: unmarked(),
            **self.answer.done(session, outcome, history),
        }


def marked(sentence: str) -> gr.HTML:
    return gr.HTML(html.status("stopped", sentence), visible=True)


def unmarked() -> gr.HTML:
    return gr.HTML("", visible=False)
