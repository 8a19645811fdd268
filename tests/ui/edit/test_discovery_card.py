from dataclasses import replace

import numpy as np
import pytest

from inversion.discover import refuses
from inversion.editing import load_directions
from inversion.methods import METHODS, Method
from inversion.pictures.images import Crop, png, read
from models.weights.outline import outline
from studio.edit_state import Editing
from studio.editor import FILE
from studio.messages import frame
from studio.session import Session
from tests.ui.conftest import PHOTO
from tests.ui.doubles import load
from tests.ui.edit.test_tab import editing, session, slide, tab  # noqa: F401  # fixtures
from ui.edit import discovery_card
from ui.edit.discovery_card import RETURNED
from ui.edit.series import METHODS_OFFERED, OWN, asked, offered


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A few steps are enough here."""
    monkeypatch.setattr(Method, "with_effort", lambda row, effort: row.with_steps(4))


def said(tab, changes):  # noqa: F811
    """The sentence beside the panel's button."""
    return str(changes.get(tab.discovery.status, ""))


def run(tab, editing, kind="rotation", files=None, name="", method="w+"):  # noqa: F811
    return list(tab.discovery.discover(editing, kind, files, name, method, "fast"))


def test_the_direction_becomes_a_slider_of_the_new_result(tab, editing):  # noqa: F811
    target, photo = editing.result.target, editing.source.photo
    updates = run(tab, editing, method="sphinx")
    last = updates[-1]
    assert "Along the direction" in said(tab, last) and last[tab.cards.source] == FILE
    assert "follows" in last[tab.status]
    np.testing.assert_array_equal(editing.result.target, target)
    assert editing.source.photo is photo and editing.result.codes.heads
    assert [d.name for d in editing.shown] == ["rotation"]
    before = editing.after
    tab.changes.move(editing, 0, 0, 9, 2.0)
    assert editing.plan.moves[0].direction.name == "rotation"
    assert np.abs(editing.after.astype(int) - before).max() > 0
    file = last[tab.discovery.direction].value
    file = file["path"] if isinstance(file, dict) else file
    assert load_directions(file, load("avatars")) == [editing.shown[0]]


def test_your_own_pictures_in_order(tab, editing, tmp_path, photo):  # noqa: F811
    files = []
    for i in range(2):
        (tmp_path / f"{i}.png").write_bytes(png(photo[:64, :64] // (i + 1)))
        files.append(str(tmp_path / f"{i}.png"))
    run(tab, editing, OWN, files, "darkness")
    assert [d.name for d in editing.shown] == ["darkness"]


def test_stop_keeps_the_best_so_far(tab, editing):  # noqa: F811
    frames = tab.discovery.discover(editing, "zoom", None, "", "w+", "fast")
    assert "Discovering" in said(tab, next(frames))
    (editing.folder / "stop").touch()
    *_, last = frames
    assert "Stopped at step" in said(tab, last)
    tab.discovery.begin(editing)
    *_, last = run(tab, editing)
    assert "Done at step 4" in said(tab, last)


def test_what_cannot_be_is_a_sentence_and_changes_nothing(tab, editing, monkeypatch):  # noqa: F811
    (only,) = run(tab, Editing())
    assert "Take in a result first" in said(tab, only)
    result = editing.result
    (only,) = run(tab, editing, OWN, [])
    assert "Give one or more pictures" in said(tab, only) and editing.result is result
    monkeypatch.setattr(tab.discovery, "search", lambda *given: 1 / 0)
    *_, last = run(tab, editing)
    assert "error" in said(tab, last) and editing.result is result and not editing.others


def test_the_search_is_shown_in_the_panel_as_it_goes(tab, editing):  # noqa: F811
    *shown, last = run(tab, editing)
    steps = [each for each in shown if "step 1 of 4" in said(tab, each)]
    assert steps and tab.status not in steps[0]
    strip = steps[0][tab.discovery.strip]
    assert "<img" in strip and "Lower row: drawn at step 1." in strip
    drawn = "Upper row: given.<br>Lower row: drawn at strengths 0, +"
    assert drawn in last[tab.discovery.strip] and "of rotation" in last[tab.discovery.strip]


def test_a_preview_of_many_pictures_keeps_its_shape(tab, editing):  # noqa: F811
    class Iterate:
        step, steps, seconds_left, terms = 1, 2, 3.0, {}
        observed = np.zeros(1)

    seen = frame(Iterate(), (0,), [], np.zeros((1, 512, 1536, 3), np.uint8))
    assert seen.preview.shape == (1, 256, 768, 3)


def test_the_former_result_comes_back_as_it_stood(tab, editing):  # noqa: F811
    slide(tab, editing, component_1=2.0)
    slide(tab, editing, component_2=-1.0)
    result, history, picture = editing.result, editing.history, editing.after
    *_, last = run(tab, editing)
    assert last[tab.discovery.back].visible and editing.result is not result
    tab.changes.move(editing, 0, 0, 9, 2.0)
    found = editing.result
    *_, last = tab.discovery.former(editing)
    assert RETURNED in said(tab, last)
    assert editing.result is result and editing.history is history and editing.after is picture
    assert editing.history.can_undo and tab.discovery.strip not in last
    list(tab.discovery.former(editing))
    assert editing.result is found and editing.plan.moves[0].direction.name == "rotation"


def test_every_result_that_was_discovered_from_has_its_turn(tab, editing):  # noqa: F811
    first = editing.result
    run(tab, editing)
    second = editing.result
    run(tab, editing, "zoom")
    third = editing.result
    assert [d.name for d in editing.shown] == ["rotation", "zoom"]
    seen = []
    for _ in range(3):
        list(tab.discovery.former(editing))
        seen.append(editing.result)
    assert [each is other for each, other in zip(seen, (second, first, third), strict=True)]


def test_another_result_begins_anew(tab, editing, session):  # noqa: F811
    run(tab, editing)
    other = Session(outcome=session.outcome, chosen=0)
    updates = list(tab.take(editing, other))
    shown = next(each for each in updates if tab.discovery.back in each)
    assert not shown[tab.discovery.back].visible and not editing.others
    assert shown[tab.discovery.strip] == ""
    list(tab.discovery.former(editing))
    assert editing.result.seeds == (0,)


def test_own_pictures_are_cut_as_the_results_own_was(tab, editing, session):  # noqa: F811
    crop = Crop(zoom=2.0, x=0.5, y=-0.25)
    expected = crop.apply(read(PHOTO), 64)
    series = asked(editing.result, OWN, [str(PHOTO)], "mine", crop)
    np.testing.assert_array_equal(series.pictures[0], editing.result.target)
    np.testing.assert_array_equal(series.pictures[1], expected)
    centre = asked(editing.result, OWN, [str(PHOTO)], "mine")
    np.testing.assert_array_equal(centre.pictures[1], Crop().apply(read(PHOTO), 64))


def test_the_page_knows_the_crop(tab, editing, monkeypatch):  # noqa: F811
    crop, cut = Crop(zoom=2.0), []
    editing.source = replace(editing.source, crop=crop)
    monkeypatch.setattr(discovery_card, "asked", lambda *given: cut.append(given[-1]) or 1 / 0)
    run(tab, editing, OWN, [str(PHOTO)])
    assert cut == [crop]


@pytest.mark.parametrize("model", ["avatars", "species", "avatars-overparam"])
def test_only_methods_that_can_serve_the_model_are_offered(model, tab, session):  # noqa: F811
    G = load(model)
    names = [name for _, name in offered(G)]
    assert names == [name for name in METHODS_OFFERED if refuses(METHODS[name], G) is None]
    assert ("sphinx" in names) == (model == "avatars") and "w+" in names
    assert offered(outline(model)) == offered(G)
    assert [value for _, value in tab.discovery.opened(G)[tab.discovery.method].choices] == names
