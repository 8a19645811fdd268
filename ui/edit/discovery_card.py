"""The Edit tab's panel of attribute discovery: a direction from pictures that differ in a thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from inversion import METHODS, Inversion
from inversion.discover import Discovery, discover
from inversion.editing import Move, save_directions
from inversion.methods import seconds_of
from inversion.pictures.images import Picture
from inversion.pictures.series import SERIES, Series
from models.generators.generator import Generator
from studio.edit_state import Editing, Work, without
from studio.editor import FILE
from studio.messages import Outcome, Progress
from studio.runs import followed
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import FULL, QUIET, Updates, heavy, said
from ui.edit.desk import Desk, result_of
from ui.edit.directions_card import LIVE, DirectionsCard
from ui.edit.series import OWN, asked, live, offered, progress, rows
from ui.project.settings import effort_choices

NOTE = (
    "The result's picture and its variants are inverted together, and the way that leads from one "
    "to the next is found with them. It then is a direction like any other: go beyond the pictures "
    "that it was found from, save it, use it on other results. The result that it is found with "
    "takes the place of this one, which is kept with its edits: a button here leads back."
)
OWN_NOTE = (
    "Pictures of the same thing as the result's, with more and more of the attribute: the least "
    "changed first. They are cut by the crop that cut the result's own picture; where that is not "
    "known, as of a result that was opened from a file, to their centre squares."
)
BACK = "Back to the former result"
RETURNED = "The former result is back, with its edits. The one you left is kept, with its own."


class DiscoveryCard:
    """Components of the panel. What it finds is taken in at the desk, and becomes one of the
    directions. `wire` connects it once all cards lie on the desk."""

    def __init__(self, desk: Desk, directions: DirectionsCard) -> None:
        self.desk, self.directions = desk, directions
        self.search = desk.studio.borrow(self._search)
        with (
            gr.Column(elem_classes=["card", "discovery"]),
            gr.Accordion("Discover an attribute", open=False, elem_id="discovery"),
        ):
            drawing(html.note(NOTE))
            self.kind = gr.Radio(
                [*((row.title, name) for name, row in SERIES.items()), OWN],
                value="rotation",
                label="What changes from picture to picture",
                elem_id="discovery-kind",
            )
            with gr.Column(visible=False, elem_classes="tight") as self.own:
                drawing(html.note(OWN_NOTE))
                self.files = gr.File(
                    label="Your pictures, in order",
                    file_count="multiple",
                    file_types=["image"],
                    height=140,
                    elem_id="discovery-files",
                )
                self.name = gr.Textbox(label="Name of the direction")
            with gr.Row(elem_classes="tight"):
                self.method = gr.Dropdown(
                    offered(),
                    value="w+",
                    label="Method of the search",
                    filterable=False,
                    elem_id="discovery-method",
                )
                self.effort = gr.Dropdown(
                    effort_choices(" · "),
                    value="best",
                    label="Effort",
                    filterable=False,
                )
            with gr.Row(elem_classes="takes"):
                self.go = gr.Button(
                    "Discover", variant="primary", size="md", elem_id="run-discovery"
                )
                self.halt = gr.Button("Stop", size="md", interactive=False)
            self.status = drawing(elem_id="discovery-status")
            self.strip = drawing(elem_id="discovered")
            with gr.Row(elem_classes="takes"):
                self.back = gr.Button(BACK, visible=False, size="md", elem_id="former")
                self.direction = gr.DownloadButton(
                    "Direction (.safetensors)", visible=False, size="md"
                )

    def components(self) -> list[Any]:
        return [self.method, self.status, self.strip, self.back, self.direction]

    def opened(self, work: Work, G: Generator) -> Updates:
        """The panel for another result."""
        return {
            self.method: gr.Dropdown(offered(G), value="w+"),
            self.status: "",
            self.strip: "",
            self.back: gr.Button(visible=False),
            self.direction: gr.DownloadButton(visible=False),
        }

    def wire(self) -> None:
        """The search, Stop, and the way back."""
        state, everything = self.desk.state, self.desk.everything()
        buttons, events = [self.go, self.halt], heavy(self.status)
        self.kind.input(lambda kind: gr.Column(visible=kind == OWN), self.kind, self.own, **QUIET)
        search = self.go.click(self.begin, state, [*buttons, self.status], **QUIET).success(
            self.discover,
            [state, self.kind, self.files, self.name, self.method, self.effort],
            everything,
            **events,
        )
        search.failure(lambda: html.status("error", FULL), None, self.status, **QUIET)
        search.then(
            lambda: [gr.Button(interactive=True), gr.Button(interactive=False)],
            None,
            buttons,
            **QUIET,
        )
        self.halt.click(lambda editing: (editing.folder / "stop").touch(), state, None, **QUIET)
        self.back.click(self.former, state, everything, **events)

    def begin(self, editing: Editing) -> Updates:
        """Answers the click at once, before the search has its turn."""
        (editing.folder / "stop").unlink(missing_ok=True)
        return {
            self.go: gr.Button(interactive=False),
            self.halt: gr.Button(interactive=True),
            self.status: html.status("busy", "Waiting for a free place…"),
        }

    def discover(
        self,
        editing: Editing,
        kind: str,
        files: list[str] | None,
        name: str,
        method: str,
        effort: str,
    ) -> Iterator[Updates]:
        """Every moment of the search, then the result of the picture, ready to be moved along."""

        def searching() -> Iterator[Updates]:
            result, source = result_of(editing.work), editing.work.source
            crop = None if source is None else source.crop
            series = asked(result, kind, files or [], name, crop)
            yield {self.status: html.status("busy", "Discovering…"), self.strip: ""}
            stop = editing.folder / "stop"
            with closing(self.search(result, series, method, effort, stop)) as frames:
                for frame in frames:
                    yield {self.status: progress(frame), self.strip: live(series, frame)}
            assert frame.outcome is not None, "the last frame has the outcome"
            yield from self.enter(editing, series, frame.outcome)

        yield from said(self.status, searching())

    def enter(self, editing: Editing, series: Series, outcome: Outcome) -> Iterator[Updates]:
        """The answer in place of the result that was asked about, which is kept."""
        found, before, aside = outcome.discovery, editing.work, editing.aside
        assert found is not None, "a search for an attribute ends with its direction"
        source = before.source
        photo, crop = (None, None) if source is None else (source.photo, source.crop)
        taken = Outcome(found.result, outcome.pictures, outcome.how, photo=photo, crop=crop)
        entering = self.desk.enter(editing, taken, 0, convert=False)
        yield from self.around(entering, "Taking the result in…")
        editing.aside = (before, *aside)
        editing.work.extra = (*without(before.extra, found.direction), found.direction)
        yield from self.directions.find(editing, FILE)
        file = editing.folder / "direction.safetensors"
        save_directions(file, [found.direction])
        mood: html.Mood = "done" if outcome.ended == "done" else "stopped"
        yield {  # of two moments in haste a page may show the last alone: the sliders once more
            **self.directions.show(editing.work),
            self.directions.source: FILE,
            self.desk.status: html.status("done", LIVE),
            self.status: html.status(mood, outcome.how, found.result.notes[-1]),
            self.strip: self.tiles(series, found),
            self.back: gr.Button(visible=True),
            self.direction: gr.DownloadButton(value=str(file), visible=True),
        }

    def around(self, changes: Iterator[Updates], sentence: str) -> Iterator[Updates]:
        """What changes in the rest of the tab, while the panel says why."""
        own = self.components()
        for each in changes:
            rest = {component: value for component, value in each.items() if component not in own}
            yield rest | {self.status: html.status("busy", sentence)}

    def former(self, editing: Editing) -> Iterator[Updates]:
        """What was edited before, as it stood; what is left for it waits in its turn."""

        def returning() -> Iterator[Updates]:
            if not editing.aside:
                return
            editing.turn()
            yield from self.around(self.desk.opened(editing), "Drawing the former result…")
            yield {self.status: html.status("done", RETURNED)}

        yield from said(self.status, returning())

    def tiles(self, series: Series, found: Discovery) -> str:
        """The series above what the direction draws at the same places."""
        moved: list[Picture] = [
            self.desk.editor.draw(found.result.edit([Move(found.direction, strength)]))
            for strength in found.strengths
        ]
        places = ", ".join(f"{strength:+.2f}" if strength else "0" for strength in found.strengths)
        drawn = np.concatenate(moved, 1)
        return rows(series.pictures, drawn, f"at strengths {places} of {found.direction.name}")

    def _search(
        self, result: Inversion, series: Series, method: str, effort: str, stop: Path
    ) -> Iterator[Progress]:
        """The search as frames, the last with its outcome."""
        G, studio = self.desk.editor.network(result), self.desk.studio
        row = METHODS[method]
        iterates = discover(
            G,
            series,
            method,
            budget=studio.within(seconds_of(effort)),
            perceptual=studio.perceptuals("embedded"),
        )
        title = f"attribute discovery over {row.title}"
        yield from followed(iterates, (0,), title, stop)
