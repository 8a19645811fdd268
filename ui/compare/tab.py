"""The Compare tab: a picture, a set of methods, and one race between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from inversion.comparison import Terms
from inversion.operators.degradation import PROJECTION
from inversion.operators.request import framed
from inversion.pictures.images import Crop
from models.errors import StudioError
from studio.race_session import RaceSession
from studio.racing import RaceJob, Racer
from studio.restoration import stated
from studio.runs import GENERATORS, Studio
from studio.session import LIFETIME, Session
from ui.compare.run import RaceRun
from ui.compare.settings import NOTHING, RaceCard, chosen
from ui.compare.stage import RaceStage
from ui.components.events import QUIET, Updates
from ui.components.painter import Words
from ui.project.picture import NO_PICTURE, PictureCard, crop_of, target

CSS = (Path(__file__).parent / "compare.css").read_text()
PREFIX = "compare-"  # of all ids of this tab
WORDS = Words(
    title="The crop that they race on",
    note="Paint over an object, and only it counts; with the task Inpainting, the paint is a hole.",
    crop="the crop that is raced on",
    paint="the painted part",
    brush="Paint a part",
    painted="the painted part",
)


class CompareTab:
    """Lays the tab out and connects it; a picture that was chosen in the tab of the `other` session
    is here too, until another one is chosen here."""

    def __init__(self, studio: Studio, tab: gr.Tab, other: gr.State) -> None:
        self.session = gr.State(
            RaceSession(), time_to_live=LIFETIME, delete_callback=RaceSession.close
        )
        with gr.Row(elem_classes=["columns", "search"]):
            with gr.Column(scale=5, min_width=320, elem_classes="left"):
                self.picture = PictureCard(WORDS, prefix=PREFIX)
                self.settings = RaceCard(PREFIX)
            with gr.Column(scale=7, min_width=320, elem_classes="right"):
                self.stage = RaceStage(PREFIX)
        self.picture.wire(self.session, self.settings.model, self.stage.status, self.stage.go)
        self.racer = Racer(studio)
        self.run = RaceRun(self.racer, self.session, self.stage)
        self.run.wire(self.search, [*self.settings.asked(), *self.picture.knobs])
        tab.select(shared, [self.session, other], self.picture.photo, **QUIET)

    def search(
        self,
        session: RaceSession,
        key: str,
        own: list[str],
        model: str,
        equal: Terms,
        budget: float,
        task: str,
        seeds: int,
        seed: int | None,
        perceptual: str,
        *crop: float,
    ) -> Iterator[Updates]:
        """One race, from its turn to its end, or to a sentence that says why there is none."""

        def prepare() -> tuple[RaceJob, Crop]:
            if session.picture is None:
                raise StudioError(NO_PICTURE)
            cut, asked, mask = crop_of(crop), PROJECTION, None
            if task == NOTHING:
                picture, mask = target(session, model, crop)
            else:
                side = GENERATORS[model].resolution or 256
                asked = stated((task,), {}, 0, session.painted, None, True)
                picture, asked = framed(session.picture, asked, cut, side)
            job = RaceJob(
                picture=picture,
                model=model,
                methods=chosen(key, own),
                equal=equal,
                budget=float(budget),
                degradation=asked,
                mask=mask,
                seeds=int(seeds),
                seed=int(seed or 0),
                perceptual=perceptual,
                stop=session.stop,
            )
            return job, cut

        yield from self.run.follow(session, prepare, "" if task == NOTHING else task)

    def returned(self, session: RaceSession) -> Updates:
        """The tab with the race that it had, on a page that is loaded again."""
        return {} if session.race is None else self.stage.done(session)

    def components(self) -> list[Any]:
        """All that a page which is loaded again finds as it was."""
        return [*self.stage.states(), *self.stage.after.components()]


def shared(session: RaceSession, other: Session) -> Any:
    """The picture of the other tab, where none was chosen here."""
    if session.photo is None and other.photo is not None:
        return other.photo
    return gr.skip()
