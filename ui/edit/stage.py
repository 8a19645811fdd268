"""The right half of the Edit tab: the picture before and after, history, figures, files."""

from __future__ import annotations

from typing import Any

import gradio as gr

from inversion.editing import listed
from inversion.pictures.blend import blend
from inversion.pictures.images import png
from inversion.result_files import EDITED_ALONE, AnswerFiles
from models.errors import StudioError
from models.generators.generator import Generator
from studio.edit_state import Editing, Work
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import LIVE, QUIET, Updates
from ui.components.robustness import Fragile
from ui.edit.comparison import shown, view
from ui.edit.desk import Desk
from ui.edit.effects_table import figures
from ui.project.answer import fitted

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
                with gr.Row(elem_classes="downloads"):
                    self.prepare = gr.Button(
                        "Save", variant="primary", size="md", elem_id="edit-save"
                    )
                    self.png = gr.DownloadButton("Edited picture (PNG)", size="md", visible=False)
                    self.file = gr.DownloadButton("Edited result", size="md", visible=False)
                    self.json = gr.DownloadButton("Edits (JSON)", size="md", visible=False)
                with gr.Column(visible=False, elem_id="paste") as self.paste:
                    self.back = gr.Button("Paste back into the photo", size="md")
                    self.inside = drawing(elem_id="pasted")
                    self.photo = gr.DownloadButton("Photo (PNG)", size="md", visible=False)
        state = desk.state
        self.view.submit(self.settle, state, [state, *self.settled()], **LIVE)
        self.view.submit(self.judged, state, self.figures, **LIVE)
        self.prepare.click(self.save, state, self.files(), **QUIET)
        self.back.click(self.pasted, state, [self.inside, self.photo], **QUIET)
        self.fragile.wire(desk.studio, state, lambda editing: editing.work.drawn)

    def files(self) -> list[Any]:
        return [self.png, self.file, self.json]

    def settled(self) -> list[Any]:
        """The components that follow an edit a moment later."""
        return [self.undo, self.redo, self.fragile.chart, *self.files(), self.photo]

    def components(self) -> list[Any]:
        return [
            self.empty, self.results, self.paste, self.inside, self.view, self.figures,
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
        note = html.status("error", trouble)
        return {self.view: {"before": "", "picture": "", "edits": "", "note": note}}

    def settle(self, editing: Editing) -> Updates:
        """What follows a change once the picture rests: what can be undone; files and chart of
        another picture go."""
        changes: Updates = {
            self.desk.state: editing,
            self.fragile.chart: "",
            self.undo: gr.Button(interactive=editing.work.history.can_undo),
            self.redo: gr.Button(interactive=editing.work.history.can_redo),
        }
        if editing.offered is not None and editing.offered is not editing.work.plan:
            gone = gr.DownloadButton(visible=False)
            changes |= dict.fromkeys([*self.files(), self.photo], gone)
            editing.offered = None
        return changes

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

    def save(self, editing: Editing) -> Updates:
        """The edited result, its picture and its edits as files."""
        result = editing.work.edited
        if result is None or editing.work.after is None:
            return {self.png: gr.skip()}
        editing.offered = editing.work.plan
        pictures = editing.work.after[None]
        files = AnswerFiles(result, pictures, editing.folder, names=EDITED_ALONE)
        written = (files.picture(), files.saved(), files.about())
        return {
            button: gr.DownloadButton(value=str(file), visible=True)
            for button, file in zip(self.files(), written, strict=True)
        }

    def pasted(self, editing: Editing) -> Updates:
        """The photo with the edited crop in it, and its file."""
        source = editing.work.source
        if (
            source is None
            or source.photo is None
            or source.crop is None
            or editing.work.after is None
        ):
            return {self.inside: gr.skip()}
        mask = None if editing.work.result is None else editing.work.result.mask
        try:
            whole = blend(source.photo, editing.work.after, source.crop, mask)
        except StudioError as error:
            return {self.inside: html.status("error", str(error))}
        file, editing.offered = editing.folder / "photo.png", editing.work.plan
        file.write_bytes(png(whole))
        height, width = whole.shape[:2]
        return {
            self.inside: html.figure(
                fitted(whole), "the photo with the edit in it", f"{width} × {height} pixels"
            ),
            self.photo: gr.DownloadButton(value=str(file), visible=True),
        }


def drawn(work: Work, trouble: str = "") -> dict[str, str]:
    """The value of the view."""
    assert work.before is not None and work.after is not None
    return shown(work.before, work.after, listed(work.plan.edits), trouble)
