from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from inversion.discover import refuses
from inversion.editing import load_directions
from inversion.methods import METHODS
from inversion.pictures.images import Crop, png, read
from models.weights.outline import outline
from studio.editor import FILE
from studio.messages import frame
from studio.session import Session
from tests.ui.conftest import PHOTO
from tests.ui.doubles import load
from tests.ui.edit.conftest import other
from ui.edit import discovery_card
from ui.edit.discovery_card import RETURNED
from ui.edit.series import METHODS_OFFERED, OWN, asked, offered


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A few steps are enough here."""
    short = partial(discovery_card.discover, steps=4)
    monkeypatch.setattr(discovery_card, "discover", short)


def discover(visitor, kind="rotation", files=None, name="", method="w+"):
    """Fills the panel in and presses Discover."""
    panel = visitor.tab.discovery
    for control, value in (
        (panel.kind, kind), (panel.files, files), (panel.name, name),
        (panel.method, method), (panel.effort, "fast"),
    ):  # fmt: skip
        visitor.put(control, value)
    visitor.press("run-discovery")


def told(visitor):
    """The sentence beside the panel's button."""
    return visitor.value("discovery-status")


@pytest.mark.slow
def test_the_direction_becomes_a_slider_of_the_new_result(visitor):
    target, photo = visitor.work.result.target, visitor.work.source.photo
    discover(visitor, method="sphinx")
    work = visitor.work
    assert "Along the direction" in told(visitor) and visitor.value("source") == FILE
    assert "follows" in visitor.value("edit-status")
    np.testing.assert_array_equal(work.result.target, target)
    assert work.source.photo is photo and work.result.codes.heads
    assert [d.name for d in work.shown] == ["rotation"]
    before = work.after
    visitor.slide(rotation=2.0)
    assert work.plan.moves[0].direction.name == "rotation"
    assert np.abs(work.after.astype(int) - before).max() > 0
    file = visitor.value("Direction (.safetensors)")
    assert load_directions(file, load("avatars")) == [work.shown[0]]


@pytest.mark.slow
def test_your_own_pictures_in_order(visitor, tmp_path, photo):
    files = []
    for i in range(2):
        (tmp_path / f"{i}.png").write_bytes(png(photo[:64, :64] // (i + 1)))
        files.append(str(tmp_path / f"{i}.png"))
    discover(visitor, OWN, files, "darkness")
    assert [d.name for d in visitor.work.shown] == ["darkness"]


@pytest.mark.slow
def test_stop_keeps_the_best_so_far(visitor):
    moments = visitor.pressing("run-discovery")
    next(moments)
    next(moments)
    assert "Discovering" in told(visitor)
    visitor.press(visitor.tab.discovery.halt)
    list(moments)
    assert "Stopped at step" in told(visitor)
    discover(visitor)
    assert "Done at step 4" in told(visitor)


def test_what_cannot_be_is_a_sentence_and_changes_nothing(newcomer, session, monkeypatch):
    visitor = newcomer
    discover(visitor)
    assert "nothing to edit yet" in told(visitor)
    visitor.has(session)
    visitor.send()
    result = visitor.work.result
    discover(visitor, OWN, [])
    assert "Give one or more pictures" in told(visitor) and visitor.work.result is result
    monkeypatch.setattr(visitor.tab.discovery, "search", lambda *given: 1 / 0)
    discover(visitor)
    assert "error" in told(visitor) and visitor.work.result is result
    assert not visitor.editing.aside


@pytest.mark.slow
def test_the_search_is_shown_in_the_panel_as_it_goes(visitor):
    discover(visitor)
    panel, status = visitor.tab.discovery, visitor.find("edit-status")
    steps = [
        each for each in visitor.moments
        if "step 1 of 4" in str(each.get(panel.status, {}).get("value"))
    ]  # fmt: skip
    assert steps and status not in steps[0]
    strip = steps[0][panel.strip]["value"]
    assert "<img" in strip and "Lower row: drawn at step 1." in strip
    drawn = "Upper row: given.<br>Lower row: drawn at strengths 0, +"
    assert drawn in visitor.value("discovered") and "of rotation" in visitor.value("discovered")


def test_a_preview_of_many_pictures_keeps_its_shape():
    class Iterate:
        step, steps, seconds, seconds_left, terms = 1, 2, 3.0, 3.0, {}
        observed = np.zeros(1)

    seen = frame(Iterate(), (0,), [], np.zeros((1, 512, 1536, 3), np.uint8))
    assert seen.preview.shape == (1, 256, 768, 3)


@pytest.mark.slow
def test_the_former_result_comes_back_as_it_stood(visitor):
    visitor.slide(component_1=2.0)
    visitor.slide(component_2=-1.0)
    work = visitor.work
    result, history, picture = work.result, work.history, work.after
    discover(visitor)
    assert visitor.visible("former") and visitor.work.result is not result
    visitor.slide(rotation=2.0)
    found = visitor.work.result
    strip = visitor.find("discovered")
    visitor.press("former")
    assert RETURNED in told(visitor)
    work = visitor.work
    assert work.result is result and work.history is history and work.after is picture
    assert work.history.can_undo and all(strip not in each for each in visitor.moments)
    visitor.press("former")
    assert visitor.work.result is found
    assert visitor.work.plan.moves[0].direction.name == "rotation"


@pytest.mark.slow
def test_every_result_that_was_discovered_from_has_its_turn(visitor):
    first = visitor.work.result
    discover(visitor)
    second = visitor.work.result
    discover(visitor, "zoom")
    third = visitor.work.result
    assert [d.name for d in visitor.work.shown] == ["rotation", "zoom"]
    seen = []
    for _ in range(3):
        visitor.press("former")
        seen.append(visitor.work.result)
    assert [each is other for each, other in zip(seen, (second, first, third), strict=True)]


@pytest.mark.slow
def test_another_result_begins_anew(visitor, session):
    discover(visitor)
    visitor.has(Session(outcome=session.outcome, chosen=0))
    visitor.send()
    assert not visitor.visible("former") and not visitor.editing.aside
    assert visitor.value("discovered") == ""
    visitor.press("former")
    assert visitor.work.result.seeds == (0,)


@pytest.mark.slow
def test_own_pictures_are_cut_as_the_results_own_was(visitor):
    crop = Crop(zoom=2.0, x=0.5, y=-0.25)
    expected = crop.apply(read(PHOTO), 64)
    series = asked(visitor.work.result, OWN, [str(PHOTO)], "mine", crop)
    np.testing.assert_array_equal(series.pictures[0], visitor.work.result.target)
    np.testing.assert_array_equal(series.pictures[1], expected)
    centre = asked(visitor.work.result, OWN, [str(PHOTO)], "mine")
    np.testing.assert_array_equal(centre.pictures[1], Crop().apply(read(PHOTO), 64))


def test_the_page_knows_the_crop(visitor, monkeypatch):
    crop, cut = Crop(zoom=2.0), []
    visitor.work.source = replace(visitor.work.source, crop=crop)
    monkeypatch.setattr(discovery_card, "asked", lambda *given: cut.append(given[-1]) or 1 / 0)
    discover(visitor, OWN, [str(PHOTO)])
    assert cut == [crop]


@pytest.mark.slow
@pytest.mark.parametrize("model", ["avatars", "species", "avatars-overparam"])
def test_only_methods_that_can_serve_the_model_are_offered(model, newcomer, tmp_path):
    G = load(model)
    names = [name for _, name in offered(G)]
    assert names == [name for name in METHODS_OFFERED if refuses(METHODS[name], G) is None]
    assert ("sphinx" in names) == (model == "avatars") and "w+" in names
    assert offered(outline(model)) == offered(G)
    newcomer.upload("edit-open", other(tmp_path, model))
    assert newcomer.choices("discovery-method") == names
