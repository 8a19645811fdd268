"""The answers of a restoration: beside what was left and the truth, all seeds, two maps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
from markupsafe import Markup

from inversion.evaluation.uncertainty import heat
from inversion.pictures.images import Picture
from studio.messages import Outcome
from studio.restoration import Restored, mapped, nearness
from studio.session import Session
from ui.components import html
from ui.components.comparison import compared, comparison, ranked
from ui.components.controls import drawing
from ui.components.download import Download
from ui.components.events import QUIET, Updates
from ui.components.loss_chart import History
from ui.project.answer import Answer, enlarged, gallery
from ui.templates import render

PREFIX = "restore-"  # of all ids of this tab
LEFT, TRUTH, BASELINE = "What is left", "Truth", "Without a generator"
KEPT, DRAWN = "Known pixels put back", "All drawn by the generator"
MADE_UP = (
    "None of these is the truth. They are pictures that agree with what is left; where that says "
    "nothing, the generator made it up, and every answer made up something else."
)
ONE = (
    "This is not the truth, but a picture that agrees with what is left; where that says nothing, "
    "the generator made it up. More seeds show what else may have been there."
)
RIM = "Ranked by what is known around the hole and by how well its rim goes on."
NEARER = (
    "The plain baseline is nearer to the truth here: {theirs:.3g} of {title} against {ours:.3g} of "
    "this answer ({name}; lower is nearer)."
)
FARTHER = (
    "Nearer to the truth than the plain baseline: {ours:.3g} against {theirs:.3g} of {title} "
    "({name}; lower is nearer)."
)
UNKNOWN = "No truth is known, so only agreement with the measurement is measured."


class RestoreAnswer(Answer):
    """What is left, the truth or a baseline beside the answer, and two maps below the seeds."""

    prefix = PREFIX

    def __init__(self) -> None:
        drawing(html.title("All answers side by side, best first"))
        self.plausible = drawing(elem_id="plausible")
        self.gallery = ranked(self.prefix)
        self.nearer = drawing(elem_id="nearer")
        with gr.Row(elem_classes="tight"):
            self.view = gr.Radio([LEFT], value=LEFT, label="Left of the line", elem_id="before")
            self.drawn = gr.Radio(
                [KEPT, DRAWN], value=KEPT, label="Right of the line", elem_id="as-drawn"
            )
        self.slider = comparison(self.prefix)
        self.quartet = drawing(elem_id="quartet")
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
        self.drawn.input(
            self.look, [session, self.drawn, self.view], [self.gallery, *self.one()], **QUIET
        )

    def one(self) -> list[Any]:
        drawn = [self.slider, self.quartet, self.maps, self.metrics, self.nearer]
        return [*drawn, self.kept, self.fragile.chart]

    def components(self) -> list[Any]:
        return [*super().components(), self.plausible, self.drawn]

    def ways(self, outcome: Outcome) -> list[str]:
        return list(before(outcome))

    def done(self, session: Session, outcome: Outcome, history: History | None) -> Updates:
        session.as_drawn = False
        return super().done(session, outcome, history)

    def laid_out(self, session: Session, outcome: Outcome) -> Updates:
        assert isinstance(outcome, Restored)
        hole = outcome.kept is not None
        said = [MADE_UP if len(outcome.result) > 1 else ONE, *([RIM] if hole else [])]
        return {
            self.plausible: html.note(" ".join(said), "plausible"),
            self.drawn: gr.Radio(value=KEPT, visible=hole),
        }

    def seeds(self, session: Session, outcome: Outcome) -> gr.Gallery:
        assert isinstance(outcome, Restored)
        looked_at = outcome.looked_at(not session.as_drawn)
        return gallery(outcome.result.seeds, *looked_at, chosen=session.chosen)

    def look(self, session: Session, drawn: str, view: str) -> Updates:
        """With the known pixels put back, or all as the generator draws it."""
        session.as_drawn = drawn == DRAWN
        if session.outcome is None:
            return {}
        return {self.gallery: self.seeds(session, session.outcome), **self.shown(session, view)}

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
        kept = not session.as_drawn
        first, answer = ways[name], outcome.looked_at(kept)[0][row]
        called = "restored" if outcome.kept is None else (KEPT if kept else DRAWN).casefold()
        pair = compared(enlarged(first), enlarged(answer), name.casefold(), called)
        return [
            gr.HTML(value=pair),
            quartet(outcome, row, kept),
            maps(outcome, row),
            metrics(outcome, row, kept),
            nearer(outcome, row, kept),
            gr.Button(visible=outcome.kept is not None),
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


def quartet(outcome: Restored, row: int, kept: bool) -> Markup:
    """Truth | what is left | restored, of a hole with the known pixels put back and without |
    without a generator; those that there are."""
    result, seed = outcome.result, f"restored, seed {outcome.result.seeds[row]}"
    tiles = [] if result.truth is None else [("truth", result.truth, "the true picture")]
    tiles.append(("what is left", outcome.degraded, "the degraded picture"))
    best = len(tiles)
    if outcome.kept is None:
        tiles.append((seed, outcome.pictures[row], "the chosen answer"))
    else:
        best += not kept
        filled = "the chosen answer in the hole, what is left around it"
        tiles.append((f"{seed}\n{KEPT.casefold()}", outcome.kept[row], filled))
        tiles.append((f"{seed}\n{DRAWN.casefold()}", outcome.pictures[row], "the chosen answer"))
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
                "kind": "best" if i == best else "",
            }
            for i, (caption, picture, alt) in enumerate(tiles)
        ],
        columns=len(tiles),
    )


def nearer(outcome: Restored, row: int, kept: bool) -> Markup:
    """Which is nearer to the truth, the answer or the baseline; nothing where that is unknown."""
    told = nearness(outcome, row, kept)
    if told is None or outcome.beside is None:
        return Markup()
    lost = told.baseline < told.answer
    sentence = (NEARER if lost else FARTHER).format(
        theirs=told.baseline, ours=told.answer, title=outcome.beside.title, name=told.name
    )
    return html.status("stopped" if lost else "done", sentence)


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


def metrics(outcome: Restored, row: int, kept: bool) -> Markup:
    """One row a seed, as it is looked at, and the baseline's below them."""
    last: tuple[str, ...] = ()
    if outcome.beside is not None:
        numbers = (f"{values[0]:.4g}" for values in outcome.beside.metrics.values())
        last = (outcome.beside.title, *numbers, "–")
    said = html.note(UNKNOWN) if outcome.result.truth is None else Markup()
    if outcome.kept is not None:
        said += html.note(f"Measured as shown: {(KEPT if kept else DRAWN).casefold()}.")
    result = replace(outcome.result, metrics=outcome.looked_at(kept)[1])
    return said + html.metrics(replace(outcome, result=result), row, last)
