"""The answer: seen in three ways, every seed in a gallery, its numbers, what can be taken away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from inversion.pictures.blend import blend
from inversion.pictures.images import Picture, png
from inversion.result_files import write
from models.errors import StudioError
from studio.messages import Outcome
from studio.session import Session
from ui.components import html
from ui.components.comparison import comparison, ranked
from ui.components.controls import drawing
from ui.components.loss_chart import History
from ui.components.robustness import Fragile
from ui.project.fine_tuning import TuneCard

Updates = dict[Any, Any]
SHOWN = 512  # pixels a side that the slider is given
SLIDER, PAIR, IN_PHOTO = "Slider", "Side by side", "In the photo"


class Answer:
    """Components of the answer. Methods return what to change."""

    def __init__(self) -> None:
        self.view = gr.Radio([SLIDER, PAIR], value=SLIDER, show_label=False, elem_id="view")
        with gr.Column(elem_classes="compare") as self.sliding:
            self.slider, self.position = comparison("Move the line between target and answer")
        self.pair = drawing(visible=False, elem_id="pair")
        with gr.Column(visible=False, elem_id="blended") as self.blended:
            self.inside = drawing(elem_id="inside")
            self.photo = gr.DownloadButton("Blended photo (PNG)", size="md")
        drawing("<h3>All seeds, best first</h3>")
        self.gallery = ranked()
        self.metrics = drawing(elem_id="metrics")
        with gr.Row(elem_classes="downloads"):
            self.png = gr.DownloadButton("Picture (PNG)", size="md")
            self.file = gr.DownloadButton("Result file", size="md")
            self.json = gr.DownloadButton("Settings (JSON)", size="md")
        self.fragile = Fragile()
        self.tune = TuneCard()
        self.curve = drawing(elem_id="curve")

    def wire(self, session: gr.State) -> None:
        """What the visitor does with an answer."""
        quiet: dict[str, Any] = {
            "show_progress": "hidden",
            "api_visibility": "private",
            "queue": False,
        }
        self.gallery.select(self.choose, [session, self.view], self.one(), **quiet)
        self.view.change(
            self.turn,
            [session, self.view],
            [self.sliding, self.pair, self.blended, self.inside, self.photo],
            **quiet,
        )

    def one(self) -> list[Any]:
        """The components that show the chosen seed."""
        drawn = [self.slider, self.pair, self.metrics, self.png]
        return [*drawn, self.fragile.chart, self.inside, self.photo]

    def components(self) -> list[Any]:
        """All that an answer changes."""
        others = [self.view, self.sliding, self.blended, self.gallery, self.file, self.json]
        return [*others, self.curve, *self.tune.components(), *self.one()]

    def done(self, session: Session, outcome: Outcome, history: History | None) -> Updates:
        """A new answer with everything that can be done with it."""
        session.outcome, session.chosen = outcome, 0
        result = outcome.result
        folder = session.fresh_folder("answer")
        write(result, list(outcome.pictures), folder, outcome.crop)
        ways = [SLIDER, PAIR] if outcome.crop is None else [SLIDER, PAIR, IN_PHOTO]
        return {
            self.view: gr.Radio(ways, value=SLIDER),
            self.sliding: gr.Column(visible=True),
            self.blended: gr.Column(visible=False),
            self.gallery: self.seeds(outcome),
            self.file: str(folder / "result.safetensors"),
            self.json: str(folder / "settings.json"),
            self.curve: gr.HTML(
                "" if history is None else history.chart(), visible=history is not None
            ),
            **self.tune.shown(outcome),
            **dict(zip(self.one(), self.show(session), strict=True)),
            self.pair: gr.HTML(self.side_by_side(session), visible=False),
        }

    def seeds(self, outcome: Outcome) -> gr.Gallery:
        result = outcome.result
        captions = (f"seed {s}{number(result.metrics, i)}" for i, s in enumerate(result.seeds))
        pictures = (Image.fromarray(picture) for picture in outcome.pictures)
        return gr.Gallery(list(zip(pictures, captions, strict=True)), selected_index=0)

    def choose(self, session: Session, view: str, event: gr.SelectData) -> list[Any]:
        """Another seed of the gallery."""
        session.chosen = int(event.index)
        return self.show(session, view)

    def turn(self, session: Session, view: str) -> list[Any]:
        """Another way to look at it."""
        return [
            gr.Column(visible=view == SLIDER),
            gr.HTML(visible=view == PAIR),
            gr.Column(visible=view == IN_PHOTO),
            *self.in_the_photo(session, view),
        ]

    def redrawn(self, session: Session, view: str, pictures: Any, strength: float) -> Updates:
        """The answer as it looks with the weights at another strength."""
        outcome = session.outcome
        assert outcome is not None
        session.outcome = replace(outcome, pictures=pictures, strength=strength)
        return {
            self.gallery: self.seeds(session.outcome),
            **dict(zip(self.one(), self.show(session, view), strict=True)),
        }

    def show(self, session: Session, view: str = SLIDER) -> list[Any]:
        """Values of `one` for the chosen row of the answer."""
        outcome, row = session.outcome, session.chosen
        if outcome is None:
            return [gr.skip()] * len(self.one())
        picture = outcome.pictures[row]
        file = session.folder / "answer" / f"rank-{row + 1}-seed-{outcome.result.seeds[row]}.png"
        file.write_bytes(png(picture))
        return [
            (enlarged(outcome.result.target), enlarged(picture)),
            self.side_by_side(session),
            html.metrics(outcome, row),
            str(file),
            "",
            *self.in_the_photo(session, view),
        ]

    def side_by_side(self, session: Session) -> str:
        outcome, row = session.outcome, session.chosen
        assert outcome is not None
        result = outcome.result
        return html.side_by_side(result.target, outcome.pictures[row], result.seeds[row])

    def in_the_photo(self, session: Session, view: str) -> list[Any]:
        """The photo with the chosen answer blended in, and its file; made when it is looked at."""
        outcome, row = session.outcome, session.chosen
        if view != IN_PHOTO or outcome is None or outcome.crop is None or outcome.photo is None:
            return [gr.skip()] * 2
        result = outcome.result
        try:
            whole = blend(outcome.photo, outcome.pictures[row], outcome.crop, result.mask)
        except StudioError as error:
            return [html.status("error", str(error)), gr.skip()]
        file = session.folder / "answer" / f"blended-seed-{result.seeds[row]}.png"
        file.write_bytes(png(whole))
        height, width = whole.shape[:2]
        caption = f"<span>seed {result.seeds[row]}</span><span>{width} × {height} pixels</span>"
        return [html.figure(fitted(whole), caption, "the photo with the answer in it"), str(file)]


def number(metrics: dict[str, list[float]], row: int) -> str:
    """PSNR of a row, short."""
    return f"\n{metrics['PSNR'][row]:.1f} dB" if "PSNR" in metrics else ""


def enlarged(picture: Picture) -> Picture:
    """A small picture at 512 pixels a side, smoothly; only files keep the true pixels."""
    if picture.shape[0] >= SHOWN:
        return picture
    image = Image.fromarray(picture).resize((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    return np.asarray(image)


def fitted(picture: Picture, side: int = 1024) -> Picture:
    """A large picture at most so many pixels a side, to be looked at."""
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image)
