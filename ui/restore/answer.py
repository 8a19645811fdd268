"""The answers of a restoration: beside what was left and the truth, all seeds, two maps."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

import gradio as gr
import numpy as np

from inversion.evaluation.uncertainty import heat
from inversion.pictures.images import Picture, png
from inversion.result_files import write
from studio.messages import Outcome
from studio.restoration import Restored, mapped
from studio.session import Session
from ui.components import html
from ui.components.comparison import comparison, ranked
from ui.components.controls import drawing
from ui.components.loss_chart import History
from ui.components.robustness import Fragile
from ui.project.answer import Answer, Updates, enlarged
from ui.project.fine_tuning import TuneCard

LEFT, TRUTH, BASELINE = "What is left", "Truth", "Without a generator"
KEPT = "the same, known pixels put back"
PLAUSIBLE = (
    "These are plausible pictures that agree with what is left, not the true one. Where the "
    "measurement says nothing, the generator made it up."
)
UNKNOWN = "No truth is known, so only agreement with the measurement is measured."


class RestoreAnswer(Answer):
    """Components of the answer. As in Project: one method for each thing that can happen."""

    def __init__(self) -> None:
        self.quartet = drawing(elem_id="quartet")
        self.view = gr.Radio([LEFT], value=LEFT, label="Left of the line", elem_id="before")
        with gr.Column(elem_classes="compare"):
            self.slider, self.position = comparison("Move the line")
        drawing(f'<h3>Many answers, best first</h3><p class="note plausible">{PLAUSIBLE}</p>')
        self.gallery = ranked()
        self.maps = drawing(elem_id="maps")
        self.metrics = drawing(elem_id="metrics")
        with gr.Row(elem_classes="downloads four"):
            self.png = gr.DownloadButton("Picture (PNG)", size="md")
            self.kept = gr.DownloadButton("With known pixels (PNG)", size="md", visible=False)
            self.file = gr.DownloadButton("Result file", size="md")
            self.measurement = gr.DownloadButton("Measurement", size="md")
            self.json = gr.DownloadButton("Settings (JSON)", size="md")
        self.fragile = Fragile("restore-")
        self.tune = TuneCard()
        self.curve = drawing(elem_id="curve")

    def wire(self, session: gr.State) -> None:
        """What the visitor does with the answers."""
        quiet: dict[str, Any] = {
            "show_progress": "hidden",
            "api_visibility": "private",
            "queue": False,
        }
        self.gallery.select(self.choose, [session, self.view], self.one(), **quiet)
        self.view.input(self.turn, [session, self.view], self.slider, **quiet)

    def one(self) -> list[Any]:
        """The components that show the chosen seed."""
        drawn = [self.slider, self.quartet, self.maps, self.metrics]
        return [*drawn, self.png, self.kept, self.fragile.chart]

    def components(self) -> list[Any]:
        """All that an answer changes."""
        others = [self.view, self.gallery, self.file, self.measurement, self.json, self.curve]
        return [*others, *self.tune.components(), *self.one()]

    def done(self, session: Session, outcome: Outcome, history: History | None) -> Updates:
        """New answers with everything that can be done with them."""
        session.outcome, session.chosen = outcome, 0
        folder = session.fresh_folder("answer")
        write(outcome.result, list(outcome.pictures), folder, outcome.crop)
        ways = list(before(outcome))
        return {
            self.view: gr.Radio(ways, value=ways[0]),
            self.gallery: self.seeds(outcome),
            self.file: str(folder / "result.safetensors"),
            self.measurement: str(folder / "measurement.safetensors"),
            self.json: str(folder / "settings.json"),
            self.curve: gr.HTML(
                "" if history is None else history.chart(), visible=history is not None
            ),
            **self.tune.shown(outcome),
            **dict(zip(self.one(), self.show(session, ways[0]), strict=True)),
        }

    def redrawn(self, session: Session, view: str, pictures: Any, strength: float) -> Updates:
        """The answers as they look with the weights at another strength; so do their maps."""
        assert isinstance(session.outcome, Restored)
        session.outcome = mapped(replace(session.outcome, pictures=pictures, strength=strength))
        return {
            self.gallery: self.seeds(session.outcome),
            **dict(zip(self.one(), self.show(session, view), strict=True)),
        }

    def turn(self, session: Session, view: str) -> Any:
        """Something else left of the line."""
        return gr.skip() if session.outcome is None else self.show(session, view)[0]

    def show(self, session: Session, view: str = LEFT) -> list[Any]:
        """Values of `one` for the chosen row of the answers."""
        outcome, row = session.outcome, session.chosen
        if not isinstance(outcome, Restored):
            return [gr.skip()] * len(self.one())
        picture = outcome.pictures[row]
        file = session.folder / "answer" / f"rank-{row + 1}-seed-{outcome.result.seeds[row]}.png"
        file.write_bytes(png(picture))
        known = file.with_stem(file.stem + "-known-pixels")
        if (kept := put_back(outcome, row)) is not None:
            known.write_bytes(png(kept))
        first = before(outcome)
        return [
            (enlarged(first.get(view, outcome.degraded)), enlarged(picture)),
            quartet(outcome, row),
            maps(outcome, row),
            metrics(outcome, row),
            str(file),
            gr.DownloadButton(visible=kept is not None, value=None if kept is None else str(known)),
            "",
        ]


def before(outcome: Outcome) -> dict[str, Picture]:
    """What the answer may be compared with, uint8 [H, W, 3] each."""
    assert isinstance(outcome, Restored)
    pictures = {LEFT: outcome.degraded}
    if (truth := outcome.result.truth) is not None:
        pictures[TRUTH] = truth
    if outcome.beside is not None:
        pictures[BASELINE] = outcome.beside.picture
    return pictures


def quartet(outcome: Restored, row: int) -> str:
    """Truth | what is left | restored | known pixels put back | without a generator; those that
    there are."""
    result = outcome.result
    tiles = [] if result.truth is None else [("truth", result.truth, "the true picture")]
    tiles.append(("what is left", outcome.degraded, "the degraded picture"))
    restored = f"restored, seed {result.seeds[row]}"
    tiles.append((restored, outcome.pictures[row], "the chosen answer"))
    if (kept := put_back(outcome, row)) is not None:
        tiles.append((KEPT, kept, "the chosen answer in the hole, what is left around it"))
    if outcome.beside is not None:
        title = f"no generator: {outcome.beside.title}"
        tiles.append((title, outcome.beside.picture, "what a baseline makes of it"))
    figures = "".join(
        html.figure(
            picture, f"<span>{escape(caption)}</span>", alt, "best" if caption == restored else ""
        )
        for caption, picture, alt in tiles
    )
    return f'<div class="quartet" style="--columns:{len(tiles)}">{figures}</div>'


def put_back(outcome: Restored, row: int) -> Picture | None:
    """The chosen answer with the known pixels as they were given; None but for a hole."""
    measured = outcome.result.measurement
    assert measured is not None
    kept = measured.put_back(outcome.pictures[row : row + 1])
    return None if kept is None else np.asarray(kept[0])


def maps(outcome: Restored, row: int) -> str:
    """Where the answers differ, and where the chosen one misses the measurement."""
    figures = []
    if outcome.apart is not None:
        figures.append(
            chart(
                outcome.apart,
                "Spread",
                f"standard deviation over {len(outcome.result)} seeds: bright is made up",
            )
        )
    figures.append(
        chart(
            outcome.misses[row],
            "Disagreement with the measurement",
            f"seed {outcome.result.seeds[row]}: bright is where what is left was not kept",
        )
    )
    return f'<div class="pair">{"".join(figures)}</div>'


def chart(levels: Any, title: str, explained: str) -> str:
    """A map with its scale, in percent of the way from black to white."""
    top = float(levels.max())
    caption = (
        f"<span><b>{title}</b><br>{escape(explained)}</span>"
        f"<span>brightest {top / 2:.1%}<br>mean {float(levels.mean()) / 2:.1%}</span>"
    )
    return html.figure(heat(levels), caption, title)


def metrics(outcome: Restored, row: int) -> str:
    """One row a seed, and the baseline's below them."""
    last = ""
    if outcome.beside is not None:
        cells = "".join(f"<td>{values[0]:.4g}</td>" for values in outcome.beside.metrics.values())
        heading = f'<th scope="row">{escape(outcome.beside.title)}</th>'
        last = f'<tr class="baseline">{heading}{cells}<td>–</td></tr>'
    unknown = f'<p class="note">{UNKNOWN}</p>' if outcome.result.truth is None else ""
    return unknown + html.metrics(outcome, row, last)
