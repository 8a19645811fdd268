"""What a page shows as it is opened: an answer that is ready; when it is loaded again, what it had;
and what its address tells of tab, model, method, task and settings (never of a picture)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

import gradio as gr

from studio.edit_state import Editing
from studio.race_session import RaceSession
from studio.runs import DEFAULT_MODEL
from studio.session import Session
from studio.visits import Visits
from ui.address import fields, knobs_of, told, usual
from ui.compare.tab import CompareTab
from ui.components.address import keeps
from ui.components.events import QUIET, Updates
from ui.edit.tab import EditTab
from ui.examples import ready
from ui.project.preset_choice import OWN
from ui.project.stage import marked
from ui.project.tab import ProjectTab
from ui.restore.tab import RestoreTab
from ui.returned import outputs as of_tab
from ui.returned import pictured, returned

PROJECT, COMPARE, RESTORE, EDIT, ABOUT = TABS = (
    "Project", "Compare", "Restore", "Edit", "About",
)  # fmt: skip
COME = """() => {
  return [sessionStorage.getItem("studio") || "", studioAddress.asked, null, null, null, null];
}"""
STAY = """secret => {
  sessionStorage.setItem("studio", secret);
  studioAddress.begin();
}"""
LOOK = "An example, done already: move the line, send it to Edit. Then choose your own picture."


class Arrival:
    """The first event of a page, and what keeps its address. `begun` changes once it is over."""

    def __init__(self) -> None:
        self.visits = Visits()
        self.begun, self.search, self.edited = (
            gr.Textbox(show_label=False, elem_id=f"arrival-{name}", elem_classes="made")
            for name in ("begun", "search", "edited")
        )

    def wire(
        self,
        page: gr.Blocks,
        tabs: gr.Tabs,
        opened: dict[str, gr.Tab],
        project: ProjectTab,
        restore: RestoreTab,
        edit: EditTab,
        compare: CompareTab,
    ) -> None:
        """Connects it, once all tabs are laid out; `opened` are these by name."""
        self.tabs, self.edit, self.compare = tabs, edit, compare
        self.searches: dict[str, ProjectTab | RestoreTab] = {PROJECT: project, RESTORE: restore}
        self.fields = fields(project, restore, compare)
        self.cards = [project.settings, restore.settings]
        outputs = [self.begun, self.edited, tabs, edit.desk.state, *self.fields.values()]
        outputs += [card.own for card in self.cards]
        for each in self.searches.values():
            outputs += of_tab(each)
        card = compare.picture
        outputs += [compare.session, card.photo, card.crop, *card.knobs, compare.stage.go]
        outputs += compare.components()
        outputs += [each for row in restore.task.knobs.values() for each in row.controls.values()]
        sessions = [tab.session for tab in self.searches.values()]
        page.load(
            self.arrive,
            [self.begun, self.search, *sessions, edit.desk.state, compare.session],
            outputs,
            js=COME,
            **QUIET,
        ).then(None, self.begun, None, js=STAY, **QUIET)
        self.edited.change(
            self.edited_again, edit.desk.state, edit.desk.everything(), **edit.desk.heavy
        )
        methods = [project.settings.method, restore.settings.method]
        for key, field in (self.fields | {str(each.elem_id): each for each in methods}).items():
            field.change(None, field, None, js=keeps(key, usual(field)), **QUIET)
        for name, tab in opened.items():
            keep = f"() => studioAddress.keep('tab', '{name}', '{PROJECT}')"
            tab.select(None, None, None, js=keep, **QUIET)

    def arrive(
        self,
        secret: str,
        search: str,
        project: Session,
        restore: Session,
        editing: Editing,
        race: RaceSession,
    ) -> Updates:
        """The page as it was left, if this one was; and as its address says."""
        asked = {name: values[0] for name, values in parse_qs(search.lstrip("?")).items()}
        changes, sessions = self.told(asked), {PROJECT: project, RESTORE: restore}
        for name, tab in self.searches.items():
            if (before := self.visits.find(secret, name)) is not None:
                sessions[name] = before.again()
                model = str(changes.get(tab.settings.model, DEFAULT_MODEL))
                changes |= returned(tab, sessions[name], model)
            knobs_of(tab, asked, sessions[name], changes)
            changes[tab.session] = sessions[name]
        if (before := self.visits.find(secret, EDIT)) is not None:
            editing = before.again()
            changes[self.edited] = "again" if editing.work.result is not None else ""
        example = ready()
        if sessions[PROJECT].outcome is None and example is not None:
            stage = self.searches[PROJECT].stage
            changes |= stage.done(sessions[PROJECT], example, None)
            changes |= {stage.earlier: marked(LOOK)}
            sessions[PROJECT].step = None
            del changes[stage.status], changes[stage.next]
        if (before := self.visits.find(secret, COMPARE)) is not None:
            race, beside = before.again(), self.compare
            card = pictured(beside.picture, race, DEFAULT_MODEL)
            changes |= beside.returned(race) | card
            changes[beside.stage.go] = gr.Button(interactive=race.picture is not None)
        changes[self.edit.desk.state], changes[self.compare.session] = editing, race
        known = sessions | {EDIT: editing, COMPARE: race}
        return changes | {self.begun: self.visits.begin(known)}

    def told(self, asked: dict[str, str]) -> Updates:
        """What the address says, as far as it can be so."""
        changes: Updates = {}
        if asked.get("tab") in TABS:
            changes[self.tabs] = gr.Tabs(selected=asked["tab"].casefold())
        changes |= told(self.fields, asked)
        for card in self.cards:
            if asked.get(str(card.wish.elem_id)) == OWN:
                changes[card.own] = gr.Accordion(open=True)
        return changes

    def edited_again(self, editing: Editing) -> Iterator[Updates]:
        """The Edit tab with the work that it had."""
        yield from self.edit.desk.said(self.edit.desk.opened(editing))
