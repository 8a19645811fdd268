"""The answer of a projection: seen in three ways, its numbers, its files."""

from __future__ import annotations

from typing import Any

import gradio as gr

from inversion.pictures.blend import blend
from inversion.pictures.images import Picture, png
from models.errors import StudioError
from studio.messages import Outcome
from studio.session import Session
from ui.components import html
from ui.components.comparison import compared, comparison, ranked
from ui.components.controls import drawing
from ui.components.download import Download
from ui.components.events import QUIET, Updates
from ui.project.answer import Answer, enlarged, fitted

SLIDER, PAIR, IN_PHOTO = "Slider", "Side by side", "In the photo"


class Projected(Answer):
    """Target and answer under a line, side by side, or the answer in the photo."""

    def __init__(self) -> None:
        self.view = gr.Radio(
            [SLIDER, PAIR], value=SLIDER, label="Look at it", show_label=False, elem_id="view"
        )
        with gr.Column() as self.sliding:
            self.slider = comparison()
        self.pair = drawing(visible=False, elem_id="pair")
        with gr.Column(visible=False, elem_id="blended") as self.blended:
            self.inside = drawing(elem_id="inside")
            self.photo = gr.DownloadButton("Blended photo (PNG)", size="md")
        drawing("<h3>All seeds, best first</h3>")
        self.gallery = ranked()
        self.metrics = drawing(elem_id="metrics", elem_classes="metrics")
        with gr.Row(elem_classes="downloads four"):
            self.files = [
                Download("Picture (PNG)", lambda files, row: files.picture(row)),
                Download("Result file", lambda files, _: files.saved()),
                Download("Settings (JSON)", lambda files, _: files.about()),
                Download("Codes (w+, .npz)", lambda files, row: files.codes(row)),
            ]
        self.below()

    def wire(self, session: gr.State) -> None:
        super().wire(session)
        self.view.change(
            self.turn,
            [session, self.view],
            [self.sliding, self.pair, self.blended, self.inside, self.photo],
            **QUIET,
        )

    def one(self) -> list[Any]:
        drawn = [self.slider, self.pair, self.metrics]
        return [*drawn, self.fragile.chart, self.inside, self.photo]

    def components(self) -> list[Any]:
        return [*super().components(), self.sliding, self.blended]

    def ways(self, outcome: Outcome) -> list[str]:
        return [SLIDER, PAIR] if outcome.crop is None else [SLIDER, PAIR, IN_PHOTO]

    def laid_out(self, session: Session, outcome: Outcome) -> Updates:
        return {
            self.sliding: gr.Column(visible=True),
            self.blended: gr.Column(visible=False),
            self.pair: gr.HTML(self.side_by_side(session), visible=False),
        }

    def turn(self, session: Session, view: str) -> list[Any]:
        """Another way to look at it."""
        return [
            gr.Column(visible=view == SLIDER),
            gr.HTML(visible=view == PAIR),
            gr.Column(visible=view == IN_PHOTO),
            *self.in_the_photo(session, view),
        ]

    def show(self, session: Session, view: str) -> list[Any]:
        outcome, row = session.outcome, session.chosen
        if outcome is None:
            return [gr.skip()] * len(self.one())
        return [
            gr.HTML(value=compared(*pair(outcome, row), "your picture", "the answer")),
            self.side_by_side(session),
            html.metrics(outcome, row),
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
        seed, (height, width) = f"seed {result.seeds[row]}", whole.shape[:2]
        size = f"{width} × {height} pixels"
        figure = html.figure(fitted(whole), "the photo with the answer in it", seed, size)
        return [figure, str(file)]


def pair(outcome: Outcome, row: int) -> tuple[Picture, Picture]:
    """What was asked for and the answer, as large as they are looked at."""
    return enlarged(outcome.result.target), enlarged(outcome.pictures[row])
