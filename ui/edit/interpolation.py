"""Other results beside the one that is edited: opened, and led to in a strip and a film."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import gradio as gr

from inversion import Inversion
from inversion.editing.film import MOST_RESULTS
from models.errors import StudioError
from studio.edit_state import Editing
from studio.editor import Editor
from studio.messages import Loading
from ui.components import html
from ui.edit.changes import FIRST, both
from ui.edit.second_result_card import SecondCard
from ui.edit.stage import Updates
from ui.project.tab import UNEXPECTED


class Joining:
    """What the card of the second result does."""

    def __init__(self, editor: Editor, state: gr.State, status: gr.HTML, card: SecondCard) -> None:
        self.editor, self.state, self.status, self.card = editor, state, status, card

    def join(self, editing: Editing, uploads: list[dict[str, Any]] | None) -> Iterator[Updates]:
        """Other results of the same model."""

        def work() -> Iterator[Updates]:
            if editing.result is None:
                raise StudioError(FIRST)
            paths = [each["path"] for each in uploads or []]
            if len(paths) >= MOST_RESULTS:
                raise StudioError(
                    f"{len(paths)} results at once are too many; {MOST_RESULTS - 1} are the most."
                )
            G = self.editor.network(editing.result)
            others = [Inversion.load(path).answer() for path in paths]
            for other in others:
                other.check(G)
            pictures = [self.editor.draw(other) for other in others]
            editing.second = tuple(others)
            yield {
                self.state: editing,
                self.status: html.status("done", "Ready to go there."),
                self.card.picture: tiles(pictures),
                self.card.ways: gr.Column(visible=bool(others)),
                self.card.heads: gr.Checkbox(
                    value=False,
                    visible=all(each.codes.heads for each in (editing.result, *others)),
                ),
            }

        yield from said(self.status, work())

    def interpolate(
        self, editing: Editing, seconds: float, easing: str, loop: bool, heads: bool = False
    ) -> Iterator[Updates]:
        """A strip and a film from the edited result through the others."""

        def work() -> Iterator[Updates]:
            both(editing)
            yield {self.status: html.status("busy", "Drawing the film…")}
            results = [editing.edited, *editing.second]
            strip, film = self.editor.film(results, seconds, easing, loop, heads)
            path = editing.folder / "interpolation.mp4"
            path.write_bytes(film)
            yield {
                self.status: html.status("done", f"A film of {seconds:g} s."),
                self.card.strip: html.figure(strip, "", "seven steps of the way"),
                self.card.film: gr.Video(str(path), visible=True),
            }

        yield from said(self.status, work())


def said(status: gr.HTML, work: Iterator[Updates]) -> Iterator[Updates]:
    """The work's changes; what goes wrong is a sentence and changes nothing else."""
    try:
        yield from work
    except StudioError as error:
        yield {status: html.status("error", str(error))}
    except Exception:
        logging.getLogger(__name__).exception("an edit failed")
        yield {status: html.status("error", UNEXPECTED)}


def waiting(sentence: str, moment: Loading) -> str:
    percent = "" if moment.fraction is None else f"{moment.fraction:.0%}"
    return html.status("busy", sentence, percent, moment.fraction)


def tiles(pictures: list[Any]) -> str:
    """Pictures of other results, small."""
    shown = "".join(
        html.figure(p, f"<span>result {k}</span>", "another result")
        for k, p in enumerate(pictures, 2)
    )
    return f'<div class="others">{shown}</div>'
