"""The first card: a picture of one's own or an example, and the crop that will be projected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from inversion.images import Crop, Picture, read
from models.errors import StudioError
from ui import html
from ui.controls import control, drawing
from ui.session import Session
from ui.studio import GENERATORS

ASSETS = Path(__file__).resolve().parents[1] / "assets"
EXAMPLES = sorted(path for path in ASSETS.rglob("*") if path.suffix in {".png", ".jpg", ".webp"})
LABELS = {
    "crop.zoom": "Zoom",
    "crop.x": "Left – right",
    "crop.y": "Up – down",
    "crop.angle": "Turn",
}
NO_PICTURE = "Choose a picture first: upload one, take one with the camera, or pick an example."


class PictureCard:
    """Components of the card, and what happens in it."""

    def __init__(self) -> None:
        with gr.Column(elem_classes="card"):
            drawing("<h2>Picture</h2>")
            self.photo = gr.Image(
                show_label=False,
                sources=["upload", "webcam", "clipboard"],
                type="filepath",
                height=260,
                buttons=["fullscreen"],
                webcam_options=gr.WebcamOptions(mirror=True),
                elem_id="photo",
            )
            self.notice = drawing(visible=False, elem_id="notice")
            self.examples = gr.Gallery(
                [(str(path), path.stem.replace("-", " ")) for path in EXAMPLES],
                label="Examples",
                show_label=False,
                columns=6,
                object_fit="cover",
                allow_preview=False,
                buttons=[],
                format="png",
                interactive=False,
                visible=bool(EXAMPLES),
                elem_id="examples",
            )
            drawing("<h3>The crop that will be projected</h3>")
            with gr.Row(elem_classes="crop-row"):
                with gr.Column(scale=2, min_width=150):
                    self.crop = drawing(no_crop(), elem_id="crop")
                with gr.Column(scale=3, min_width=180, elem_classes="tight"):
                    self.knobs = [
                        control(knob, label=LABELS.get(name))
                        for name, knob in Crop().knobs().items()
                    ]

    def wire(self, session: gr.State, model: gr.Dropdown, status: gr.HTML, go: gr.Button) -> None:
        """Every change of picture, crop or model redraws the crop."""
        self.session, self.status, self.go = session, status, go
        quiet: dict[str, Any] = {
            "queue": False,
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        crop_inputs = [session, model, *self.knobs]
        self.photo.change(
            self.accept,
            [self.photo, session, model],
            [session, self.photo, self.notice, self.crop, status, go, *self.knobs],
            preprocess=False,
            **quiet,
        )
        self.examples.select(pick, None, self.photo, **quiet)
        gr.on(
            [*(knob.input for knob in self.knobs), model.change],
            show_crop,
            crop_inputs,
            self.crop,
            trigger_mode="always_last",
            **quiet,
        )

    def accept(
        self, payload: dict[str, Any] | None, session: Session, model: str
    ) -> dict[Any, Any]:
        """Takes a new picture; one that cannot be read leaves the old one in place."""
        path = payload["path"] if payload else None
        if path == session.photo:
            return {self.session: session}
        if path is None:
            session.photo = session.picture = None
            return {
                self.session: session,
                self.notice: gr.HTML(visible=False),
                self.crop: no_crop(),
                self.go: gr.Button(interactive=False),
            }
        try:
            session.picture = read(path)
        except StudioError as error:
            sentence = html.status("error", str(error))
            return {self.photo: session.photo, self.notice: gr.HTML(sentence, visible=True)}
        session.photo = path
        crop = Crop()
        height, width = session.picture.shape[:2]
        defaults = [knob.default for knob in crop.knobs().values()]
        return {
            self.session: session,
            self.go: gr.Button(interactive=not session.running),
            self.notice: gr.HTML(visible=False),
            self.crop: crop_view(session.picture, crop, model),
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


def target(session: Session, model: str, values: tuple[float, ...]) -> Picture:
    """The picture that the model is asked for. Raises StudioError when there is none."""
    if session.picture is None:
        raise StudioError(NO_PICTURE)
    return crop_of(values).apply(session.picture, GENERATORS[model].resolution or 256)


def show_crop(session: Session, model: str, *values: float) -> str:
    if session.picture is None:
        return no_crop()
    return crop_view(session.picture, crop_of(values), model)


def crop_view(picture: Picture, crop: Crop, model: str) -> str:
    side = GENERATORS[model].resolution or 256
    return html.figure(
        crop.apply(picture, side),
        f"<span>{side} × {side} pixels</span>",
        "the crop that is projected",
    )


def no_crop() -> str:
    return '<div class="empty small"><span>Your crop appears here</span></div>'
