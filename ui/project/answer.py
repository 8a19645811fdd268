"""An answer on the page, whatever the tab: every seed in a gallery, one of them shown, and what can
be taken away. How a tab lays its own out stands beside it: `projected.py`, `ui/restore/answer.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inversion.pictures.images import Picture
from studio.messages import Outcome
from studio.session import Session
from ui.components.controls import drawing
from ui.components.download import Download
from ui.components.events import QUIET, Updates
from ui.components.loss_chart import History
from ui.components.robustness import Fragile
from ui.project.fine_tuning import TuneCard

SHOWN = 512  # pixels a side that the slider is given


class Answer(ABC):
    """Components of an answer, laid out by each tab's own. Methods return what to change."""

    view: gr.Radio
    gallery: gr.Gallery
    files: list[Download]
    fragile: Fragile
    tune: TuneCard
    curve: gr.HTML
    prefix = ""  # of all ids on the page, a tab's own

    def below(self) -> None:
        """What stands below every answer."""
        self.fragile = Fragile(self.prefix)
        self.tune = TuneCard(self.prefix)
        self.curve = drawing(elem_id=f"{self.prefix}curve")

    def wire(self, session: gr.State) -> None:
        """What the visitor does with an answer."""
        for each in self.files:
            each.wire(session)
        self.gallery.select(self.choose, [session, self.view], self.one(), **QUIET)

    @abstractmethod
    def one(self) -> list[Any]:
        """The components that show the chosen seed."""

    @abstractmethod
    def show(self, session: Session, view: str) -> list[Any]:
        """Values of `one` for the chosen row of the answer, looked at in this way."""

    @abstractmethod
    def laid_out(self, session: Session, outcome: Outcome) -> Updates:
        """What is the tab's own of a new answer."""

    @abstractmethod
    def ways(self, outcome: Outcome) -> list[str]:
        """In which ways it can be looked at, the usual one first."""

    def components(self) -> list[Any]:
        """All that an answer changes."""
        return [self.view, self.gallery, self.curve, *self.tune.components(), *self.one()]

    def done(self, session: Session, outcome: Outcome, history: History | None) -> Updates:
        """A new answer with everything that can be done with it."""
        session.outcome, session.chosen = outcome, 0
        session.fresh_folder("answer")
        ways = self.ways(outcome)
        return {
            self.view: gr.Radio(ways, value=ways[0]),
            self.gallery: self.seeds(session, outcome),
            self.curve: gr.HTML(
                "" if history is None else history.chart(), visible=history is not None
            ),
            **self.tune.shown(outcome),
            **self.shown(session, ways[0]),
            **self.laid_out(session, outcome),
        }

    def choose(self, session: Session, view: str, event: gr.SelectData) -> Updates:
        """Another seed of the gallery."""
        session.chosen = int(event.index)
        return self.shown(session, view)

    def redrawn(self, session: Session, view: str, pictures: Any, strength: float) -> Updates:
        """The answer as it looks with the weights at another strength."""
        assert session.outcome is not None
        session.outcome = self.at_strength(session.outcome, pictures, strength)
        gallery = self.seeds(session, session.outcome)
        return {self.gallery: gallery, **self.shown(session, view)}

    def seeds(self, session: Session, outcome: Outcome) -> gr.Gallery:
        """Every seed's picture, as it is looked at."""
        return gallery(outcome.result.seeds, outcome.pictures, outcome.result.metrics)

    def at_strength(self, outcome: Outcome, pictures: Any, strength: float) -> Outcome:
        return replace(outcome, pictures=pictures, strength=strength)

    def shown(self, session: Session, view: str) -> Updates:
        """The chosen row of the answer."""
        return dict(zip(self.one(), self.show(session, view), strict=True))


def gallery(
    seeds: Sequence[int],
    pictures: NDArray[np.uint8],
    metrics: dict[str, list[float]],
    chosen: int = 0,
) -> gr.Gallery:
    """Every seed's picture under its number."""
    captions = (f"seed {seed}{number(metrics, i)}" for i, seed in enumerate(seeds))
    images = (Image.fromarray(picture) for picture in pictures)
    return gr.Gallery(list(zip(images, captions, strict=True)), selected_index=chosen)


def number(metrics: dict[str, list[float]], row: int) -> str:
    """PSNR of a row, short."""
    return f"\n{metrics['PSNR'][row]:.1f} dB" if "PSNR" in metrics else ""


def enlarged(picture: Picture) -> Picture:
    """A small picture at 512 pixels a side, smoothly; only files keep the true pixels."""
    if picture.shape[0] >= SHOWN:
        return picture
    image = Image.fromarray(picture).resize((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    return np.asarray(image)


def fitted(picture: Picture, side: int = 1024) -> Picture:
    """A large picture at most so many pixels a side, to be looked at."""
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image)
