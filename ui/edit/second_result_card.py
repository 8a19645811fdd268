"""On the left of the Edit tab: other results, to mix with and to go to by a strip and a film; and
the brush."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import gradio as gr
from markupsafe import Markup

from inversion import Inversion
from inversion.editing import EASINGS
from inversion.editing.film import MOST_RESULTS
from inversion.pictures.images import Picture
from models.errors import StudioError
from models.generators.generator import Generator
from studio.edit_state import Editing, Work
from ui.components import html, painter
from ui.components.controls import drawing
from ui.components.events import Updates
from ui.edit.desk import Desk, both, result_of
from ui.edit.film import player, playing

OTHER = (
    "Open one or more: go part of the way to it, mix the two, or draw a film from here to there."
)
ROWS = "This network has a row of latents for each channel of a layer: only these rows are taken."


class SecondCard:
    """A second result: the way to it, its layers, a strip and a film. And the brush."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with gr.Column(elem_classes="card", visible=False) as self.card:
            drawing("<h2>To another result</h2>")
            drawing(html.note(OTHER))
            self.upload = gr.UploadButton(
                "Open one or more result files", size="sm", file_count="multiple", elem_id="second"
            )
            self.picture = drawing(elem_id="second-picture")
            with gr.Column(visible=False) as self.ways:
                self.toward = gr.Slider(
                    0, 1, 0, step=0.05, label="Part of the way to it", elem_id="toward"
                )
                self.mix = gr.Checkbox(False, label="Take its style in these layers")
                with gr.Row(elem_classes="tight"):
                    self.first = gr.Slider(0, 1, 0, step=1, label="From layer")
                    self.last = gr.Slider(0, 1, 1, step=1, label="To layer")
                with gr.Column(elem_classes="tight", visible=False, elem_id="rows") as self.rows:
                    drawing(html.note(ROWS))
                    with gr.Row(elem_classes="tight"):
                        self.first_row = gr.Slider(0, 1, 0, step=1, label="From row")
                        self.last_row = gr.Slider(0, 1, 1, step=1, label="To row")
                with gr.Row(elem_classes="tight"):
                    self.easing = gr.Dropdown(
                        list(EASINGS), value="smooth", label="Pace", filterable=False
                    )
                    self.seconds = gr.Slider(1, 12, 3, step=0.5, label="Seconds")
                self.loop = gr.Checkbox(False, label="Back again at the end")
                self.heads = gr.Checkbox(
                    False,
                    label="Blend projection heads, not codes",
                    visible=False,
                    info="where both results were found by SPHInX",
                    elem_id="heads",
                )
                self.go = gr.Button("Draw the film", variant="primary", elem_id="interpolate")
                self.strip = drawing(elem_id="strip")
                self.film = player(elem_id="film")
        with gr.Column(elem_classes="card later"):
            drawing("<h2>Only in a part of the picture</h2>")
            drawing(
                '<p class="note">Paint where the edits are to hold. Outside of it the picture '
                "stays as it was; the network itself draws the seam.</p>"
            )
            self.brush = painter.painter(elem_id="brush")
        self.upload.upload(
            self.join,
            [desk.state, self.upload],
            [desk.state, desk.status, self.picture, self.ways, self.heads],
            preprocess=False,
            **desk.heavy,
        )
        self.go.click(
            self.interpolate,
            [desk.state, self.seconds, self.easing, self.loop, self.heads],
            [desk.status, self.strip, self.film],
            **desk.heavy,
        )

    def components(self) -> list[Any]:
        return [
            self.card,
            self.picture,
            self.ways,
            *self.values(),
            self.rows,
            self.strip,
            self.film,
            self.heads,
        ]

    def values(self) -> list[Any]:
        """The controls that show the plan."""
        return [self.toward, *self.mixing(), self.brush]

    def mixing(self) -> list[Any]:
        """The controls of style mixing."""
        return [self.mix, self.first, self.last, self.first_row, self.last_row]

    def opened(self, work: Work, G: Generator) -> Updates:
        return self.show(work, G) | {
            self.card: gr.Column(visible=True),
            self.picture: "",
            self.ways: gr.Column(visible=False),
            self.heads: gr.Checkbox(value=False, visible=False),
            self.rows: gr.Column(visible=G.rows > 1),
            self.strip: "",
            self.film: gr.Video(visible=False),
        }

    def show(self, work: Work, G: Generator) -> Updates:
        """Every control where the plan has it."""
        plan, top, bottom = work.plan, G.num_ws - 1, G.rows - 1
        assert work.before is not None
        mix = plan.mix
        first, last = (top // 2, top) if mix is None else mix.layers or (0, top)
        first_row, last_row = (mix and mix.rows) or (0, bottom)
        return {
            self.toward: 0 if plan.toward is None else plan.toward.amount,
            self.mix: mix is not None,
            self.first: gr.Slider(value=first, maximum=top),
            self.last: gr.Slider(value=last, maximum=top),
            self.first_row: gr.Slider(value=first_row, maximum=max(bottom, 1)),
            self.last_row: gr.Slider(value=last_row, maximum=max(bottom, 1)),
            self.brush: gr.HTML(  # not the dict alone: see `comparison`
                value={
                    "picture": html.uri(work.before),
                    "mask": painter.uri(plan.mask),
                    "caption": "where edits hold",
                }
            ),
        }

    def join(self, editing: Editing, uploads: list[dict[str, Any]] | None) -> Iterator[Updates]:
        """Other results of the same model."""

        def joining() -> Iterator[Updates]:
            result = result_of(editing.work)
            paths = [each["path"] for each in uploads or []]
            if len(paths) >= MOST_RESULTS:
                raise StudioError(
                    f"{len(paths)} results at once are too many; {MOST_RESULTS - 1} are the most."
                )
            G = self.desk.editor.network(result)
            others = [Inversion.load(path).answer() for path in paths]
            for other in others:
                other.check(G)
            pictures = [self.desk.editor.draw(other) for other in others]
            editing.work.second = tuple(others)
            yield {
                self.desk.state: editing,
                self.desk.status: html.status(
                    "done",
                    "It is here: go part of the way, take some of its layers, or draw a film.",
                ),
                self.picture: tiles(pictures),
                self.ways: gr.Column(visible=bool(others)),
                self.heads: gr.Checkbox(
                    value=False,
                    visible=all(each.codes.heads for each in (result, *others)),
                ),
            }

        yield from self.desk.said(joining())

    def interpolate(
        self, editing: Editing, seconds: float, easing: str, loop: bool, heads: bool = False
    ) -> Iterator[Updates]:
        """A strip and a film from the original, over the edited one if it is edited, through the
        others."""

        def drawing_it() -> Iterator[Updates]:
            base, _ = both(editing.work)
            yield {self.desk.status: html.status("busy", "Drawing the film…")}
            edited = [editing.work.edited] if editing.work.plan.edits else []
            results = [base, *edited, *editing.work.second]
            strip, film = self.desk.editor.film(results, seconds, easing, loop, heads)
            yield {
                self.desk.status: html.status("done", f"A film of {seconds:g} s."),
                self.strip: html.figure(strip, "seven steps of the way"),
                self.film: playing(editing, film, "interpolation"),
            }

        yield from self.desk.said(drawing_it())


def tiles(pictures: Iterable[Picture]) -> Markup:
    """Pictures of other results, small."""
    return html.tiles(
        "others",
        (
            {"picture": picture, "alt": "another result", "captions": [f"result {k}"]}
            for k, picture in enumerate(pictures, 2)
        ),
    )
