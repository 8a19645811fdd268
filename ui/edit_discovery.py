"""The Edit tab's panel of attribute discovery: a direction from pictures that differ in a thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from inversion import EFFORTS, METHODS, Inversion
from inversion.discovery import Discovery, discover
from inversion.editing import Move, save_directions
from inversion.images import Picture, read
from inversion.series import KINDS, Series, drawn, given
from models.errors import StudioError
from ui import html
from ui.controls import drawing
from ui.edit_changes import FIRST
from ui.edit_joining import said
from ui.edit_plan import Editing
from ui.edit_work import FILE
from ui.moments import Frame, Outcome
from ui.studio import followed

if TYPE_CHECKING:
    from ui.edit import EditTab

Updates = dict[Any, Any]
OWN = "My own pictures"
METHODS_OFFERED = ("w+", "(w+, s, b)", "sphinx (P_s)", "sphinx")
NOTE = (
    "The result's picture and its variants are inverted together, and the way that leads from one "
    "to the next is found with them. It then is a direction like any other: go beyond the pictures "
    "that it was found from, save it, use it on other results."
)


class DiscoveryCard:
    """Components of the panel. `wire` connects it to the tab that it stands in."""

    def __init__(self) -> None:
        with (
            gr.Column(elem_classes="card"),
            gr.Accordion("Discover an attribute", open=False, elem_id="discovery"),
        ):
            drawing(f'<p class="note">{NOTE}</p>')
            self.kind = gr.Radio(
                [*((row.title, name) for name, row in KINDS.items()), OWN],
                value="rotation",
                label="Variants",
                elem_id="discovery-kind",
            )
            self.files = gr.File(
                label="The same with more and more of it, in order",
                file_count="multiple",
                file_types=["image"],
                visible=False,
            )
            self.name = gr.Textbox(label="Name of the direction", visible=False)
            with gr.Row(elem_classes="tight"):
                self.method = gr.Dropdown(
                    [(METHODS[name].title, name) for name in METHODS_OFFERED],
                    value="w+",
                    label="Searched",
                    filterable=False,
                )
                self.effort = gr.Dropdown(
                    [(name.capitalize(), name) for name in EFFORTS],
                    value="balanced",
                    label="Effort",
                    filterable=False,
                )
            with gr.Row(elem_classes="takes"):
                self.go = gr.Button(
                    "Discover", variant="primary", size="md", elem_id="run-discovery"
                )
                self.halt = gr.Button("Stop", size="md")
            self.strip = drawing(elem_id="discovered")
            self.direction = gr.DownloadButton("Direction (.safetensors)", visible=False, size="md")

    def wire(self, tab: EditTab) -> None:
        """Its result is taken into the tab, its direction among those of files."""
        self.tab = tab
        self.search = tab.studio.borrow(self._search)
        self.kind.input(
            lambda kind: [gr.File(visible=kind == OWN), gr.Textbox(visible=kind == OWN)],
            self.kind,
            [self.files, self.name],
            **tab.quiet,
        )
        self.go.click(
            self.discover,
            [tab.state, self.kind, self.files, self.name, self.method, self.effort],
            [*tab.all, self.strip, self.direction],
            **tab.heavy,
        )
        self.halt.click(lambda editing: (editing.folder / "stop").touch(), tab.state, None,
                        **tab.quiet)  # fmt: skip

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

        def work() -> Iterator[Updates]:
            if editing.result is None:
                raise StudioError(FIRST)
            stop = editing.folder / "stop"
            stop.unlink(missing_ok=True)
            result = editing.result
            series = asked(result, kind, files or [], name)
            with closing(self.search(result, series, method, effort, stop)) as frames:
                for frame in frames:
                    yield {self.tab.status: progress(frame)}
            assert frame.outcome is not None, "the last frame has the outcome"
            yield from self.enter(editing, series, frame.outcome)

        yield from said(self.tab.status, work())

    def enter(self, editing: Editing, series: Series, outcome: Outcome) -> Iterator[Updates]:
        """The answer in place of the result that was asked about."""
        found, source = Discovery.of(outcome.result), editing.source
        photo, crop = (None, None) if source is None else (source.photo, source.crop)
        taken = Outcome(found.result, outcome.pictures, outcome.how, photo=photo, crop=crop)
        yield from self.tab.enter(editing, taken, 0)
        editing.extra = (*editing.extra, found.direction)
        yield from self.tab.finding.find(editing, FILE)
        file = editing.folder / "direction.safetensors"
        save_directions(file, [found.direction])
        yield {  # of two moments in haste a page may show the last alone: the sliders once more
            **self.tab.cards.show(editing),
            self.tab.cards.source: FILE,
            self.tab.status: html.status("done", outcome.how, found.result.notes[-1]),
            self.strip: self.tiles(series, found),
            self.direction: gr.DownloadButton(value=str(file), visible=True),
        }

    def tiles(self, series: Series, found: Discovery) -> str:
        """The series above what the direction draws at the same places."""
        moved: list[Picture] = [
            self.tab.editor.draw(found.result.edit([Move(found.direction, strength)]))
            for strength in found.strengths
        ]
        strip = np.concatenate([np.concatenate(list(rows), 1) for rows in (series.pictures, moved)])
        places = ", ".join(f"{strength:+.2f}" for strength in found.strengths)
        caption = f"<span>given, and drawn at {places} of {escape(found.direction.name)}</span>"
        return html.figure(strip, caption, "the series, and what the direction draws")

    def _search(
        self, result: Inversion, series: Series, method: str, effort: str, stop: Path
    ) -> Iterator[Frame]:
        """The search as frames, the last with its outcome."""
        G, studio = self.tab.editor.network(result), self.tab.studio
        row = METHODS[method].at(effort)
        iterates = discover(
            G,
            series,
            method,
            settings=row.settings(),
            budget=studio.budget,
            perceptual=studio.perceptuals("embedded"),
        )
        title = f"attribute discovery over {row.title}"
        yield from followed(G, iterates, (0,), title, stop)


def asked(result: Inversion, kind: str, files: list[str], name: str) -> Series:
    """The series that is asked about, the result's picture in it."""
    own, size = result.target, result.target.shape[0]
    if kind != OWN:
        return drawn(own, kind, size)
    if not files:
        raise StudioError("Give one or more pictures of the same with more of the attribute.")
    return given([own, *(read(path) for path in files)], size, name=name.strip() or "my attribute")


def progress(frame: Frame) -> str:
    detail = f"step {frame.step} of {frame.steps} · {html.duration(frame.seconds_left)} left"
    return html.status("busy", "Discovering…", detail, frame.step / frame.steps)
