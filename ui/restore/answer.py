"""The answers of a restoration: beside what was left and the truth, all seeds, two maps."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np
from markupsafe import Markup

from inversion.evaluation.uncertainty import heat
from inversion.pictures.images import Picture
from studio.messages import Outcome
from studio.restoration import Restored, mapped
from studio.session import Session
from ui.components import html
from ui.components.comparison import compared, comparison, ranked
from ui.components.controls import drawing
from ui.components.download import Download
from ui.components.events import QUIET, Updates
from ui.project.answer import Answer, enlarged
from ui.templates import render

PREFIX = "restore-"  # of all ids of this tab
LEFT, TRUTH, BASELINE = "What is left", "Truth", "Without a generator"
KEPT = "the same, known pixels put back"
PLAUSIBLE = (
    "These are plausible pictures that agree with what is left, not the true one. Where the "
    "measurement says nothing, the generator made it up."
)
UNKNOWN = "No truth is known, so only agreement with the measurement is measured."


class RestoreAnswer(Answer):
    """What is left, the truth or a baseline beside the answer, and two maps below the seeds."""

    prefix = PREFIX

    def __init__(self) -> None:
        self.quartet = drawing(elem_id="quartet")
        self.view = gr.Radio([LEFT], value=LEFT, label="Left of the line", elem_id="before")
        self.slider = comparison(self.prefix)
        drawing(html.title("Many answers, best first") + html.note(PLAUSIBLE, "plausible"))
        self.gallery = ranked(self.prefix)
        self.maps = drawing(elem_id="maps")
        self.metrics = drawing(elem_id="restore-metrics", elem_classes="metrics")
        with gr.Row(elem_classes="downloads four"):
            self.files = [
                Download("Picture (PNG)", lambda files, row: files.picture(row)),
                Download("With known pixels (PNG)", lambda files, row: files.known_pixels(row)),
                Download("Result file", lambda files, _: files.saved()),
                Download("Measurement", lambda files, _: files.measurement()),
                Download("Settings (JSON)", lambda files, _: files.about()),
            ]
            self.kept = self.files[1].button
        self.below()

    def wire(self, session: gr.State) -> None:
        super().wire(session)
        self.view.input(self.turn, [session, self.view], self.slider, **QUIET)

    def one(self) -> list[Any]:
        drawn = [self.slider, self.quartet, self.maps, self.metrics]
        return [*drawn, self.kept, self.fragile.chart]

    def ways(self, outcome: Outcome) -> list[str]:
        return list(before(outcome))

    def laid_out(self, session: Session, outcome: Outcome) -> Updates:
        return {}

    def at_strength(self, outcome: Outcome, pictures: Any, strength: float) -> Outcome:
        """The maps are of the pictures, too."""
        changed = super().at_strength(outcome, pictures, strength)
        assert isinstance(changed, Restored)
        return mapped(changed)

    def turn(self, session: Session, view: str) -> Any:
        """Something else left of the line."""
        return gr.skip() if session.outcome is None else self.show(session, view)[0]

    def show(self, session: Session, view: str) -> list[Any]:
        outcome, row = session.outcome, session.chosen
        if not isinstance(outcome, Restored):
            return [gr.skip()] * len(self.one())
        ways = before(outcome)
        name = view if view in ways else LEFT
        first, answer = enlarged(ways[name]), enlarged(outcome.pictures[row])
        return [
            gr.HTML(value=compared(first, answer, name.casefold(), "restored")),
            quartet(outcome, row),
            maps(outcome, row),
            metrics(outcome, row),
            gr.Button(visible=put_back(outcome, row) is not None),
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


def quartet(outcome: Restored, row: int) -> Markup:
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
    return html.tiles(
        "quartet",
        [
            {
                "picture": picture,
                "alt": alt,
                "captions": [caption],
                "kind": "best" if caption == restored else "",
            }
            for caption, picture, alt in tiles
        ],
        columns=len(tiles),
    )


def put_back(outcome: Restored, row: int) -> Picture | None:
    """The chosen answer with the known pixels as they were given; None but for a hole."""
    measured = outcome.result.measurement
    assert measured is not None
    kept = measured.put_back(outcome.pictures[row : row + 1])
    return None if kept is None else np.asarray(kept[0])


def maps(outcome: Restored, row: int) -> Markup:
    """Where the answers differ, and where the chosen one misses the measurement."""
    charts = []
    if outcome.apart is not None:
        told = f"standard deviation over {len(outcome.result)} seeds: bright is made up"
        charts.append(chart(outcome.apart, "Spread", told))
    seed = outcome.result.seeds[row]
    told = f"seed {seed}: bright is where what is left was not kept"
    charts.append(chart(outcome.misses[row], "Disagreement with the measurement", told))
    return render("maps", charts=charts)


def chart(levels: Any, title: str, told: str) -> dict[str, Any]:
    """A map with its scale, in percent of the way from black to white."""
    return {
        "picture": heat(levels),
        "title": title,
        "told": told,
        "brightest": f"{float(levels.max()) / 2:.1%}",
        "mean": f"{float(levels.mean()) / 2:.1%}",
    }


def metrics(outcome: Restored, row: int) -> Markup:
    """One row a seed, and the baseline's below them."""
    last: tuple[str, ...] = ()
    if outcome.beside is not None:
        numbers = (f"{values[0]:.4g}" for values in outcome.beside.metrics.values())
        last = (outcome.beside.title, *numbers, "–")
    unknown = html.note(UNKNOWN) if outcome.result.truth is None else Markup()
    return unknown + html.metrics(outcome, row, last)
