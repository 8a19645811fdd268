"""The first card: a picture of one's own or an example, and the crop that will be projected."""

from __future__ import annotations

from typing import Any

import gradio as gr

from inversion.pictures.images import MIN_SIDE, Crop, Mask, Picture, read
from inversion.pictures.masks import moved, on_photo, read_mask
from models.errors import StudioError
from studio.runs import GENERATORS
from studio.session import Session
from ui.components import html, painter
from ui.components.controls import control, drawing
from ui.components.events import LIVE, QUIET, Updates
from ui.components.frame import frame
from ui.examples import EXAMPLES

LABELS = {
    "crop.zoom": "Zoom",
    "crop.x": "Left – right",
    "crop.y": "Up – down",
    "crop.angle": "Turn",
}
NO_PICTURE = "Choose a picture first: upload one, take one with the camera, or pick an example."


class PictureCard:
    """Components of the card, and what happens in it."""

    def __init__(
        self, words: painter.Words = painter.PROJECTED, smallest: int = MIN_SIDE, prefix: str = ""
    ) -> None:
        """`smallest`: pixels on each side that a picture needs; `prefix`: of the ids, a tab's."""
        self.smallest = smallest
        with gr.Column(elem_classes=["card", "picture"]):
            drawing("<h2>Picture</h2>")
            self.photo = gr.Image(
                label="Your picture",
                show_label=False,
                sources=["upload", "webcam", "clipboard"],
                type="filepath",
                height=260,
                buttons=["fullscreen"],
                webcam_options=gr.WebcamOptions(mirror=True),
                elem_id=f"{prefix}photo",
                elem_classes="photo",
            )
            frame()
            self.notice = drawing(visible=False, elem_id=f"{prefix}notice")
            self.examples = gr.Gallery(
                [(str(path), name) for path, name in EXAMPLES.items()],
                label="Examples",
                show_label=False,
                columns=6,
                object_fit="cover",
                allow_preview=False,
                buttons=[],
                format="png",
                interactive=False,
                visible=bool(EXAMPLES),
                elem_id=f"{prefix}examples",
                elem_classes="examples",
            )
            with gr.Column(elem_classes="tight later"):
                drawing(html.title(words.title))
                self.note = drawing(html.note(words.note))
                with gr.Row(elem_classes="crop-row"):
                    with gr.Column(scale=2, min_width=150):
                        self.crop = painter.painter(
                            words, elem_id=f"{prefix}crop", elem_classes="crop"
                        )
                    with gr.Column(scale=3, min_width=180, elem_classes="tight"):
                        self.knobs = [
                            control(knob, label=LABELS.get(name))
                            for name, knob in Crop().knobs().items()
                        ]

    def wire(self, session: gr.State, model: gr.Dropdown, status: gr.HTML, go: gr.Button) -> None:
        """Every change of picture, crop or model redraws the crop."""
        self.session, self.status, self.go = session, status, go
        crop_inputs = [session, model, *self.knobs]
        self.photo.change(
            self.accept,
            [self.photo, session, model],
            [session, self.photo, self.notice, self.crop, status, go, *self.knobs],
            preprocess=False,
            **QUIET,
        )
        self.crop.input(paint, [session, self.crop, *self.knobs], session, **QUIET)
        self.examples.select(pick, None, self.photo, **QUIET)
        gr.on(
            [*(knob.input for knob in self.knobs), model.change],
            show_crop,
            crop_inputs,
            self.crop,
            **LIVE,
        )

    def accept(self, payload: dict[str, Any] | None, session: Session, model: str) -> Updates:
        """Takes a new picture; one that cannot be read leaves the old one in place."""
        path = payload["path"] if payload else None
        if path == session.photo:
            return {self.session: session}
        if path is None:
            session.photo = session.picture = session.painted = None
            return {
                self.session: session,
                self.notice: gr.HTML(visible=False),
                self.crop: dict(painter.EMPTY),
                self.go: gr.Button(interactive=False),
            }
        said: list[str] = []
        try:
            session.picture = read(path, self.smallest, tell=said.append)
        except StudioError as error:
            sentence = html.status("error", str(error))
            return {self.photo: session.photo, self.notice: gr.HTML(sentence, visible=True)}
        session.photo, session.painted = path, None
        crop = Crop()
        height, width = session.picture.shape[:2]
        defaults = [knob.default for knob in crop.knobs().values()]
        return {
            self.session: session,
            self.go: gr.Button(interactive=not session.running),
            self.notice: gr.HTML(html.note(" ".join(said)), visible=bool(said)),
            self.crop: crop_view(session, crop, model),
            self.status: html.status("idle", "Ready.", f"Picture of {width} × {height} pixels"),
            **dict(zip(self.knobs, defaults, strict=True)),
        }


def pick(event: gr.SelectData) -> str:
    """The example's file, as the gallery has it."""
    path: str = event.value["image"]["path"]
    return path


def crop_of(values: tuple[float, ...]) -> Crop:
    """The crop that the sliders stand at."""
    return Crop().configure(dict(zip(Crop().knobs(), values, strict=True)))


def target(session: Session, model: str, values: tuple[float, ...]) -> tuple[Picture, Mask | None]:
    """The picture that the model is asked for, and the painted part of it, None for all.

    Raises StudioError when there is no picture, or nothing painted inside its crop.
    """
    if session.picture is None:
        raise StudioError(NO_PICTURE)
    crop, side = crop_of(values), GENERATORS[model].resolution or 256
    painted = None if session.painted is None else moved(session.painted, crop, side)
    if painted is not None and not painted.any():
        raise StudioError("None of the paint lies in this crop. Move the crop, or clear the paint.")
    return crop.apply(session.picture, side), painted


def paint(session: Session, value: dict[str, str], *values: float) -> Session:
    """Takes over what was painted; it stays on the photo when the crop moves, until cleared."""
    if not value["mask"]:
        session.painted = None
    elif session.picture is not None:
        painted = read_mask(painter.file(value["mask"]))
        session.painted = on_photo(painted, session.picture, crop_of(values), session.painted)
    return session


def show_crop(session: Session, model: str, *values: float) -> dict[str, str]:
    return (
        dict(painter.EMPTY)
        if session.picture is None
        else crop_view(session, crop_of(values), model)
    )


def crop_view(session: Session, crop: Crop, model: str) -> dict[str, str]:
    """The painter's value for this crop: what it shows, and what of it is painted."""
    assert session.picture is not None
    side = GENERATORS[model].resolution or 256
    painted = session.painted
    mask = painter.uri(None if painted is None else moved(painted, crop, painter.CANVAS))
    outside = painted is not None and not mask
    return {
        "picture": html.uri(crop.apply(session.picture, side)),
        "mask": mask,
        "caption": f"{side} × {side} pixels{'; the paint lies outside' if outside else ''}",
    }
