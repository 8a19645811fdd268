"""A cell goes on: its answer, with the picture that it is of, opened in Project or Restore."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr

from models.errors import StudioError
from studio.race_session import RaceSession
from studio.session import Session
from ui.compare.tab import CompareTab
from ui.components import html
from ui.components.events import Updates, heavy
from ui.project.tab import ProjectTab
from ui.restore.degradation import NO_MORE
from ui.restore.preview import CLEAN
from ui.restore.tab import RestoreTab
from ui.returned import outputs, returned

NONE = "There is no answer to go on with yet. Press Start first."
RUNNING = "That tab is at work. Wait for its end, or stop it there first."
ONLY_PROJECTED = (
    "This race was of a picture as it is, so it has no answer for Restore. Choose a task."
)
ONLY_RESTORED = "This race was of a degraded picture: its answers go on in Restore."


class Onward:
    """The buttons below a race that lead to other tabs."""

    def __init__(
        self, compare: CompareTab, tabs: gr.Tabs, project: ProjectTab, restore: RestoreTab
    ) -> None:
        self.compare, self.tabs = compare, tabs
        self.project, self.restore = project, restore
        status, after = compare.stage.status, compare.stage.after
        task = [restore.task.way, restore.task.task, restore.task.then]
        for button, tab, work, more in (
            (after.project, project, self.projected, []),
            (after.restore, restore, self.restored, task),
        ):
            button.click(
                work,
                [compare.session, tab.session],
                [status, tabs, tab.settings.model, *more, *outputs(tab)],
                **heavy(status),
            )

    def projected(self, race: RaceSession, session: Session) -> Iterator[Updates]:
        """The chosen answer as if it had been projected there."""
        if race.outcome is None or race.race is None:
            yield self.said(NONE)
        elif race.task:
            yield self.said(ONLY_RESTORED)
        elif session.running:
            yield self.said(RUNNING)
        else:
            model = race.outcome.result.identity.name
            self.taken(race, session)
            yield {
                self.tabs: gr.Tabs(selected="project"),
                self.project.settings.model: model,
                **returned(self.project, session, model),
            }

    def restored(self, race: RaceSession, session: Session) -> Iterator[Updates]:
        """The chosen answer as if it had been restored there, with a baseline beside it."""
        try:
            if race.outcome is None or race.race is None:
                raise StudioError(NONE)
            if not race.task:
                raise StudioError(ONLY_PROJECTED)
            if session.running:
                raise StudioError(RUNNING)
            model = race.outcome.result.identity.name
            outcome = self.compare.racer.restored(race.outcome)
        except StudioError as error:
            yield self.said(str(error))
            return
        self.taken(race, session)
        session.outcome = outcome
        session.settings.pop(f"task {race.task}", None)
        task = self.restore.task
        yield {
            self.tabs: gr.Tabs(selected="restore"),
            self.restore.settings.model: model,
            task.way: CLEAN,
            task.task: race.task,
            task.then: NO_MORE,
            **returned(self.restore, session, model),
        }

    def said(self, sentence: str) -> Updates:
        return {self.compare.stage.status: html.status("error", sentence)}

    def taken(self, race: RaceSession, session: Session) -> None:
        """The picture and the answer are the other tab's, too."""
        session.photo, session.picture, session.painted = race.photo, race.picture, race.painted
        session.outcome = race.outcome
