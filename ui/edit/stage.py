"""The right half of the Edit tab: the picture before and after, history, figures, files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from inversion.pictures.blend import blend
from inversion.pictures.images import Picture, png
from inversion.result_files import EDITED_ALONE, AnswerFiles
from models.errors import StudioError
from models.generators.generator import Generator
from studio.edit_state import Editing, Work
from ui.components import html
from ui.components.controls import drawing
from ui.components.download import Download
from ui.components.events import LIVE, QUIET, Updates
from ui.components.robustness import Fragile
from ui.edit.comparison import alone, shown, view
from ui.edit.desk import Desk, result_of
from ui.edit.effects_table import figures
from ui.edit.film import player, playing
from ui.project.answer import fitted

FILM_SECONDS = 4.0
EMPTY = (
    '<div class="empty large"><p><b>Nothing to edit yet</b></p><p>Project or restore a picture and '
    "send the answer here, or open a result file. What you send is never changed: edits are a list "
    "beside it.</p></div>"
)


class EditStage:
    """Components of the right half. Methods return what to change."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with gr.Column(elem_classes="card stage"):
            self.empty = drawing(EMPTY, elem_id="edit-empty")
            with gr.Column(visible=False, elem_id="edit-results") as self.results:
                self.view = view()
                with gr.Row(elem_classes="takes"):
                    self.undo = gr.Button("Undo", size="md", elem_id="undo")
                    self.redo = gr.Button("Redo", size="md", elem_id="redo")
                    self.reset = gr.Button("Reset", size="md", elem_id="reset")
                self.figures = drawing(elem_id="figures")
                self.fragile = Fragile("edit-")
                self.make = gr.Button("Play it as a film", size="md", elem_id="edit-film-make")
                self.film = player(elem_id="edit-film")
                with gr.Row(elem_classes="downloads"):
                    self.files = [
                        Saved("Save the picture (PNG)", AnswerFiles.picture),
                        Saved("Save the result file", AnswerFiles.saved),
                        Saved("Save the list of edits (JSON)", AnswerFiles.about),
                    ]
                with gr.Column(visible=False, elem_id="paste") as self.paste:
                    with gr.Row(elem_classes="downloads"):
                        self.back = gr.Button("Paste back into the photo", size="md")
                        self.photo = SavedPhoto("Save the photo (PNG)")
                    self.inside = drawing(elem_id="pasted")
        state = desk.state
        self.view.submit(self.settle, state, [state, *self.settled()], **LIVE)
        self.view.submit(self.judged, state, self.figures, **LIVE)
        self.make.click(self.filmed, state, [desk.status, self.film], **desk.heavy)
        self.back.click(self.pasted, state, self.inside, **QUIET)
        for each in (*self.files, self.photo):
            each.wire(state)
        self.fragile.wire(desk.studio, state, lambda editing: editing.work.drawn)

    def settled(self) -> list[Any]:
        """The components that follow an edit a moment later."""
        return [self.undo, self.redo, self.fragile.chart, self.film, self.inside]

    def components(self) -> list[Any]:
        return [
            self.empty, self.results, self.paste, self.view, self.figures,
            *self.settled(),
        ]  # fmt: skip

    def opened(self, work: Work, G: Generator) -> Updates:
        """Another result to edit."""
        source = work.source
        photo = source is not None and source.photo is not None and source.crop is not None
        return {
            self.empty: gr.HTML(visible=False),
            self.results: gr.Column(visible=True),
            self.paste: gr.Column(visible=photo),
            self.inside: "",
            self.view: gr.HTML(value=drawn(work)),
        }

    def show(self, work: Work, trouble: str = "") -> Updates:
        """The picture and the list of edits, as they are; `trouble` says what could not be done."""
        return {self.view: drawn(work, trouble)}

    def nothing(self, trouble: str) -> Updates:
        """No picture, and why."""
        return {self.view: alone(trouble)}

    def settle(self, editing: Editing) -> Updates:
        """What follows a change once the picture rests: what can be undone; film, photo and chart
        of another picture go."""
        return {
            self.desk.state: editing,
            self.fragile.chart: "",
            self.film: gr.Video(visible=False),
            self.inside: "",
            self.undo: gr.Button(interactive=editing.work.history.can_undo),
            self.redo: gr.Button(interactive=editing.work.history.can_redo),
        }

    def judged(self, editing: Editing) -> str:
        """What the edit did, in figures."""
        work = editing.work
        if work.result is None or work.before is None or work.after is None or not work.plan.edits:
            return ""
        try:
            model = work.result.identity.name
            asked = [move.direction.name for move in work.plan.moves]
            return figures(self.desk.editor.judge(model, work.before, work.after), asked)
        except StudioError as error:
            return html.status("error", str(error))

    def filmed(self, editing: Editing) -> Iterator[Updates]:
        """From the original to the edited picture and back, playing by itself."""

        def filming() -> Iterator[Updates]:
            base, edited = result_of(editing.work), editing.work.edited
            if not editing.work.plan.edits:
                raise StudioError("There is no edit to film yet. Move a slider first.")
            yield {self.desk.status: html.status("busy", "Drawing the film…")}
            _, film = self.desk.editor.film([base, edited], FILM_SECONDS, "smooth", True)
            yield {
                self.desk.status: html.status("done", "From the original to the edit and back."),
                self.film: playing(editing, film, "edit"),
            }

        yield from self.desk.said(filming())

    def pasted(self, editing: Editing) -> str:
        """The photo with the edited crop in it."""
        try:
            whole = in_the_photo(editing)
        except StudioError as error:
            return html.status("error", str(error))
        height, width = whole.shape[:2]
        size = f"{width} × {height} pixels"
        return html.figure(fitted(whole), "the photo with the edit in it", size)


class Saved(Download):
    """A file of the edited result, as it is when the button is pressed."""

    def __init__(self, label: str, write: Callable[[AnswerFiles], Path]) -> None:
        super().__init__(label, lambda files, _: write(files))

    def file(self, editing: Editing) -> Path | None:
        result, picture = editing.work.edited, editing.work.after
        if result is None or picture is None:
            return None
        return self.make(AnswerFiles(result, picture[None], editing.folder, names=EDITED_ALONE), 0)


class SavedPhoto(Download):
    """The photo with the edited crop in it."""

    def __init__(self, label: str) -> None:
        super().__init__(label, lambda files, _: None)

    def file(self, editing: Editing) -> Path | None:
        path = Path(editing.folder) / "photo.png"
        path.write_bytes(png(in_the_photo(editing)))
        return path


def in_the_photo(editing: Editing) -> Picture:
    """The photo with the edited crop in it. Raises StudioError where no photo is known."""
    work = editing.work
    source, after = work.source, work.after
    if source is None or source.photo is None or source.crop is None or after is None:
        raise StudioError("The photo that this was cut from is not known.")
    return blend(
        source.photo, after, source.crop, None if work.result is None else work.result.mask
    )


def drawn(work: Work, trouble: str = "") -> dict[str, str]:
    """The value of the view."""
    assert work.before is not None and work.after is not None
    return shown(work.before, work.after, work.said, trouble)
