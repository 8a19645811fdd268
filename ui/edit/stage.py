"""The right half of the Edit tab: the picture before and after, history, figures, files."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from inversion.editing import listed
from inversion.pictures.blend import blend
from inversion.pictures.images import png
from models.errors import StudioError
from studio.edit_state import Editing
from ui.components import html
from ui.components.controls import drawing
from ui.components.robustness import Fragile
from ui.edit.comparison import shown, view
from ui.project.answer import fitted

Updates = dict[Any, Any]
EMPTY = (
    '<div class="empty large"><p><b>Nothing to edit yet</b></p><p>Project or restore a picture and '
    "send the answer here, or open a result file. What you send is never changed: edits are a list "
    "beside it.</p></div>"
)


class EditStage:
    """Components of the right half. Methods return what to change."""

    def __init__(self) -> None:
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

    def opened(self, editing: Editing) -> Updates:
        """Another result to edit."""
        assert editing.before is not None and editing.after is not None
        source = editing.source
        photo = source is not None and source.photo is not None and source.crop is not None
        return {
            self.empty: gr.HTML(visible=False),
            self.results: gr.Column(visible=True),
            self.paste: gr.Column(visible=photo),
            self.inside: "",
            self.view: gr.HTML(
                value=shown(editing.after, listed(editing.plan.edits)),
                before=html.uri(editing.before),
            ),
        }

    def show(self, editing: Editing, trouble: str = "") -> Updates:
        """The picture and the list of edits, as they are; `trouble` says what could not be done."""
        assert editing.after is not None
        return {self.view: shown(editing.after, listed(editing.plan.edits), trouble)}

    def nothing(self, trouble: str) -> Updates:
        """No picture, and why."""
        return {self.view: {"picture": "", "edits": "", "note": html.status("error", trouble)}}

    def settle(self, editing: Editing) -> Updates:
        """What can be undone; files and chart of another picture go."""
        changes: Updates = {
            self.fragile.chart: "",
            self.undo: gr.Button(interactive=editing.history.can_undo),
            self.redo: gr.Button(interactive=editing.history.can_redo),
        }
        if editing.offered is not None and editing.offered is not editing.plan:
            gone = gr.DownloadButton(visible=False)
            changes |= dict.fromkeys([*self.files(), self.photo], gone)
            editing.offered = None
        return changes

    def save(self, editing: Editing) -> Updates:
        """The edited result, its picture and its edits as files."""
        result = editing.edited
        if result is None or editing.after is None:
            return {self.png: gr.skip()}
        folder, editing.offered = editing.folder, editing.plan
        result.save(folder / "edited.safetensors")
        (folder / "edited.png").write_bytes(png(editing.after))
        about = {"edits": listed(result.edits), **result.header()}
        (folder / "edited.json").write_text(json.dumps(about, indent=2) + "\n")
        names = ("edited.png", "edited.safetensors", "edited.json")
        return {
            button: gr.DownloadButton(value=str(folder / name), visible=True)
            for button, name in zip(self.files(), names, strict=True)
        }

    def pasted(self, editing: Editing) -> Updates:
        """The photo with the edited crop in it, and its file."""
        source = editing.source
        if source is None or source.photo is None or source.crop is None or editing.after is None:
            return {self.inside: gr.skip()}
        mask = None if editing.result is None else editing.result.mask
        try:
            whole = blend(source.photo, editing.after, source.crop, mask)
        except StudioError as error:
            return {self.inside: html.status("error", str(error))}
        file, editing.offered = editing.folder / "photo.png", editing.plan
        file.write_bytes(png(whole))
        height, width = whole.shape[:2]
        caption = f"<span>{width} × {height} pixels</span>"
        return {
            self.inside: html.figure(fitted(whole), caption, "the photo with the edit in it"),
            self.photo: gr.DownloadButton(value=str(file), visible=True),
        }
