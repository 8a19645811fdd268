from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from inversion import METHODS
from studio.race_session import RaceSession
from studio.racing import FRAGILE
from studio.restoration import Restored
from studio.session import Session
from tests.ui.conftest import PHOTO
from tests.ui.doubles import studio
from tests.ui.visitor import Visitor, unserved
from ui.compare.onward import Onward
from ui.compare.tab import PREFIX, CompareTab
from ui.components.download import GONE
from ui.components.events import FULL
from ui.project.tab import ProjectTab
from ui.restore.tab import RestoreTab


class AtCompare(Visitor):
    """At a page with the tabs Compare, Project and Restore."""

    prefix = PREFIX

    def __init__(self) -> None:
        with unserved() as page, gr.Tabs() as tabs:
            with gr.Tab("Project", id="project"):
                self.project = ProjectTab(studio(), page.load)
            with gr.Tab("Compare", id="compare") as beside:
                self.tab = CompareTab(studio(), beside, self.project.session)
            with gr.Tab("Restore", id="restore") as other:
                self.restore = RestoreTab(studio(), other)
            Onward(self.tab, tabs, self.project, self.restore)
        super().__init__(page)
        self.tabs, self.beside = tabs, beside

    @property
    def session(self) -> RaceSession:
        return self.value(self.tab.session)

    def begin(self, session: RaceSession, *methods: str, **options) -> None:
        """A visitor with a picture, who asks for a race."""
        self.shown.clear()
        self.stand(self.tab.session, session)
        asked = {"set": "own", "methods": list(methods), "equal": "steps"} | options
        for name, value in asked.items():
            if self.value(name) != value:
                self.put(name, value)
        self.put("budget", 5)

    def tiles(self) -> list[dict]:
        return self.value("board")["tiles"]


@pytest.fixture(scope="module")
def visited() -> AtCompare:
    return AtCompare()


@pytest.fixture
def session(photo: np.ndarray) -> Iterator[RaceSession]:
    session = RaceSession(picture=photo, photo=str(PHOTO))
    yield session
    session.close()


@pytest.fixture
def visitor(visited: AtCompare, session: RaceSession) -> AtCompare:
    visited.begin(session, "w", "w+", "W")
    return visited


def test_all_cells_are_there_from_the_first_moment_and_the_nearest_is_marked(
    visitor: AtCompare,
) -> None:
    moments = visitor.pressing("run")
    for _ in moments:
        if visitor.tiles():
            break
    names = ["your picture", *(METHODS[name].title for name in ("w", "w+", "W"))]
    assert [tile["name"] for tile in visitor.tiles()] == names
    assert "Racing 3 methods" in visitor.value("status") and not visitor.enabled("run")
    assert not visitor.visible("results")
    visitor.moments = list(moments)
    assert visitor.enabled("run") and visitor.visible("results") and not visitor.visible("empty")
    leads = [tile.get("leads") for tile in visitor.tiles()[1:]]
    assert leads.count("nearest") == 1
    assert leads.index("nearest") == visitor.session.race.ranking()[0] == visitor.value("cell")
    assert all(tile["numbers"] and tile["detail"] for tile in visitor.tiles()[1:])
    assert visitor.tiles()[3]["model"] == "avatars-overparam"
    assert "Alike for all" in visitor.value("told") and "2 models" in visitor.value("told")
    assert visitor.value("table").count("<tr") == 4
    assert visitor.value("curves").plot.count('"name"') == 3


def test_ranked_by_something_else_and_how_fragile_each_is(visitor: AtCompare) -> None:
    visitor.press("run")
    visitor.put("by", "steps")
    assert visitor.value("table").count("<tr") == 4
    visitor.put("by", "PSNR")
    assert "PSNR" in visitor.value("curves").plot
    visitor.press("fragile")
    assert FRAGILE in visitor.value("table") and visitor.enabled("fragile")
    assert FRAGILE in visitor.choices("by")


def test_files_of_a_race_and_none_before_there_is_one(visitor: AtCompare) -> None:
    with pytest.raises(gr.Error, match=GONE):
        visitor.press("Sheet (PNG)")
    visitor.press("run")
    for name in ("Sheet (PNG)", "Table (CSV)", "Numbers (JSON)", "All files (ZIP)"):
        file = Path(visitor.download(name))
        assert file.is_file() and visitor.session.folder in file.parents


def test_an_answer_goes_on_to_project(visitor: AtCompare) -> None:
    visitor.press("run")
    visitor.put("cell", 1)
    assert visitor.visible("to-project") and not visitor.visible("to-restore")
    visitor.press("to-project")
    there: Session = visitor.value(visitor.project.session)
    assert there.outcome.result.method == "w+" and there.photo == str(PHOTO)
    assert there.picture is visitor.session.picture
    assert any("selected" in moment.get(visitor.tabs, {}) for moment in visitor.moments)
    assert there.folder != visitor.session.folder
    there.outcome, there.running = None, True
    visitor.press("to-project")
    assert "at work" in visitor.value("status") and there.outcome is None
    there.running = False
    there.close()


def test_a_degraded_picture_goes_on_to_restore(visited: AtCompare, session: RaceSession) -> None:
    visited.begin(session, "w", "ilo", task="super-resolution")
    visited.press("run")
    assert [tile["name"] for tile in visited.tiles()[:2]] == ["what is left", "truth"]
    assert "measurement error" in visited.value("table")
    assert visited.visible("to-restore") and not visited.visible("to-project")
    visited.press("to-restore")
    there: Session = visited.value(visited.restore.session)
    assert isinstance(there.outcome, Restored)
    assert visited.value(visited.restore.task.task) == "super-resolution"
    there.close()


def test_a_cell_that_fails_has_its_sentence_and_the_race_ends_well(
    visited: AtCompare, session: RaceSession
) -> None:
    visited.begin(session, "w", "encoder")  # whose estimate is no better than the mean
    visited.press("run")
    assert "Done: 1 of 2 methods have an answer." in visited.value("status")
    failed = visited.tiles()[2]
    assert failed["state"] == "failed" and "does not begin at" in failed["sentence"]
    assert not failed["source"] and "does not begin at" in visited.value("table")
    assert [value for _, value in visited.of("cell", "choices")] == [0]


@pytest.mark.parametrize(
    ("change", "words"),
    [({"methods": []}, "at least one method"), ({}, "Choose a picture first")],
)
def test_what_cannot_race_is_a_sentence(
    visited: AtCompare, session: RaceSession, change: dict, words: str
) -> None:
    if not change:
        session.picture = None
    visited.begin(session, "w", **change)
    visited.press("run")
    assert words in visited.value("status") and visited.visible("empty")


def test_a_full_queue_and_a_stop_before_the_first_step(visitor: AtCompare) -> None:
    visitor.turned_away("run")
    assert FULL in visitor.value("status") and visitor.enabled("run")
    moments = visitor.pressing("run")
    next(moments)
    visitor.session.stop.touch()
    visitor.moments = list(moments)
    assert "Stopped before the first step" in visitor.value("status")


def test_the_picture_of_project_is_here_too(visited: AtCompare) -> None:
    visited.shown.clear()
    visited.stand(visited.tab.session, RaceSession())
    visited.stand(visited.project.session, Session(photo=str(PHOTO)))
    visited.moments = list(visited.doing(visited.beside, "select"))
    assert visited.value("photo") == str(PHOTO)
    assert visited.session.picture is not None and visited.enabled("run")
    visited.session.close()


def test_terms_have_amounts_of_their_own_and_the_card_says_who_races(visited: AtCompare) -> None:
    visited.shown.clear()
    visited.put("set", "papers")
    assert "overparameterized" in visited.value("who") and not visited.visible("methods")
    visited.put("equal", "pictures")
    assert visited.of("budget", "label") == "Pictures that each may draw"
    visited.put("set", "own")
    assert visited.visible("methods")
