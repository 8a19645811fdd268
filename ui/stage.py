"""The right half of the tab: status, the run as it goes, the answer. Each state is one method."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from inversion.images import Picture
from inversion.result import write
from ui import html
from ui.chart import History
from ui.controls import drawing
from ui.moments import Frame, Loading, Outcome
from ui.session import Session

Updates = dict[Any, Any]
SHOWN = 512  # pixels a side that the slider is given

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
    """Components of the right half. Methods return what to change for a state."""

    def __init__(self) -> None:
        with gr.Column(elem_classes="card run"):
            with gr.Row(elem_classes="actions"):
                self.go = gr.Button(
                    "Project", variant="primary", size="lg", interactive=False, elem_id="run"
                )
                self.halt = gr.Button("Stop", size="lg", interactive=False, elem_id="stop")
            self.status = drawing(
                html.status("idle", "Choose a picture to begin."), elem_id="status"
            )
            with gr.Row(elem_classes="reopen"):
                drawing('<p class="note">A result file from before draws the same picture.</p>')
                self.upload = gr.UploadButton("Open a result", size="sm", elem_id="reopen")
        with gr.Column(elem_classes="card stage"):
            self.live = drawing(WELCOME, elem_id="live")
            with gr.Column(visible=False, elem_id="results") as self.results:
                self.view = gr.Radio(
                    ["Slider", "Side by side"], value="Slider", show_label=False, elem_id="view"
                )
                with gr.Column(elem_classes="compare") as self.sliding:
                    self.slider = gr.ImageSlider(
                        format="png",
                        show_label=False,
                        height=440,
                        max_height=440,
                        buttons=["fullscreen"],
                        interactive=False,
                        elem_id="slider",
                    )
                    self.position = gr.Slider(
                        0,
                        100,
                        50,
                        step=1,
                        label="Move the line between target and answer",
                        elem_id="position",
                        buttons=[],
                    )
                self.pair = drawing(visible=False, elem_id="pair")
                drawing("<h3>All seeds, best first</h3>")
                self.gallery = gr.Gallery(
                    show_label=False,
                    columns=6,
                    object_fit="contain",
                    allow_preview=False,
                    buttons=[],
                    format="png",
                    interactive=False,
                    elem_id="seeds-gallery",
                )
                self.metrics = drawing(elem_id="metrics")
                with gr.Row(elem_classes="downloads"):
                    self.png = gr.DownloadButton("Picture (PNG)", size="md")
                    self.file = gr.DownloadButton("Result file", size="md")
                    self.json = gr.DownloadButton("Settings (JSON)", size="md")
                self.curve = drawing(elem_id="curve")

    def wire(self, session: gr.State) -> None:
        """What the visitor does with an answer."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.gallery.select(
            self.choose,
            session,
            [self.slider, self.pair, self.metrics, self.png],
            queue=False,
            **quiet,
        )
        self.view.change(
            lambda view: (gr.Column(visible=view == "Slider"), gr.HTML(visible=view != "Slider")),
            self.view,
            [self.sliding, self.pair],
            queue=False,
            **quiet,
        )
        self.position.input(
            None,
            self.position,
            self.slider,
            js="position => ({__type__: 'update', slider_position: position})",
        )

    def states(self) -> list[Any]:
        """The components that tell one state from another."""
        return [self.status, self.live, self.results]

    def loading(self, moment: Loading) -> Updates:
        percent = "" if moment.fraction is None else f"{moment.fraction:.0%}"
        sentence = f"Loading {moment.title}…"
        return {self.status: html.status("busy", sentence, percent, moment.fraction)}

    def running(self, title: str, target: Picture, frame: Frame, history: History) -> Updates:
        detail = f"step {frame.step} of {frame.steps} · {html.duration(frame.seconds_left)} left"
        return {
            self.status: html.status(
                "busy", f"Projecting with {title}", detail, frame.step / frame.steps
            ),
            self.live: gr.HTML(html.live(target, frame, history), visible=True),
            self.results: gr.Column(visible=False),
        }

    def failed(self, session: Session, sentence: str) -> Updates:
        """The sentence; the last answer, if there is one, is shown again."""
        return {
            self.status: html.status("error", sentence),
            self.live: gr.HTML(visible=session.outcome is None),
            self.results: gr.Column(visible=session.outcome is not None),
        }

    def done(self, session: Session, outcome: Outcome, history: History | None) -> Updates:
        """The answer with everything that can be done with it."""
        session.outcome, session.chosen = outcome, 0
        result, pictures = outcome.result, outcome.pictures
        folder = session.fresh_folder("answer")
        write(result, list(pictures), folder)
        best = ", ".join(
            f"{name} {values[0]:.3g}{' dB' if name == 'PSNR' else ''}"
            for name, values in result.metrics.items()
        )
        detail = " ".join([f"Best is seed {result.seeds[0]}: {best}.", *result.notes])
        mood: html.Mood = "done" if outcome.ended == "done" else "stopped"
        return {
            self.status: html.status(mood, outcome.how, detail),
            self.live: gr.HTML(visible=False),
            self.results: gr.Column(visible=True),
            self.gallery: gr.Gallery(
                [
                    (Image.fromarray(picture), f"seed {seed} {number(result.metrics, i)}")
                    for i, (seed, picture) in enumerate(zip(result.seeds, pictures, strict=True))
                ],
                selected_index=0,
            ),
            self.file: str(folder / "result.safetensors"),
            self.json: str(folder / "settings.json"),
            self.curve: gr.HTML(
                "" if history is None else history.chart(), visible=history is not None
            ),
            **dict(zip(self.about_one(), self.show(session, 0), strict=True)),
        }

    def about_one(self) -> list[Any]:
        """The components that show the chosen seed."""
        return [self.slider, self.pair, self.metrics, self.png]

    def choose(self, session: Session, event: gr.SelectData) -> list[Any]:
        """Another seed of the gallery."""
        session.chosen = int(event.index)
        return self.show(session, session.chosen)

    def show(self, session: Session, row: int) -> list[Any]:
        """Values of `about_one` for a row of the answer."""
        outcome = session.outcome
        if outcome is None:
            return [gr.skip()] * 4
        result, picture = outcome.result, outcome.pictures[row]
        seed = result.seeds[row]
        return [
            (enlarged(result.target), enlarged(picture)),
            html.side_by_side(result.target, picture, seed),
            html.metrics(outcome, row),
            str(session.folder / "answer" / f"rank-{row + 1}-seed-{seed}.png"),
        ]


def number(metrics: dict[str, list[float]], row: int) -> str:
    """PSNR of a row, short."""
    return f"· {metrics['PSNR'][row]:.1f} dB" if "PSNR" in metrics else ""


def enlarged(picture: Picture) -> Picture:
    """A small picture at 512 pixels a side, smoothly; only files keep the true pixels."""
    if picture.shape[0] >= SHOWN:
        return picture
    image = Image.fromarray(picture).resize((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    return np.asarray(image)
