import numpy as np
import pytest

from inversion.editing import load_directions
from inversion.images import png
from tests.ui.doubles import load
from tests.ui.test_edit import editing, session, tab  # noqa: F401  # fixtures
from ui import edit_discovery
from ui.edit_discovery import OWN
from ui.edit_plan import Editing
from ui.edit_work import FILE


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A few steps are enough here."""
    methods = {name: row.lasting(4) for name, row in edit_discovery.METHODS.items()}

    class Short:
        def __getitem__(self, name):
            row = methods[name]

            class At:
                title = row.title

                def at(self, effort):
                    return row

            return At()

    monkeypatch.setattr(edit_discovery, "METHODS", Short())


def run(tab, editing, kind="rotation", files=None, name="", method="w+"):  # noqa: F811
    return list(tab.discovery.discover(editing, kind, files, name, method, "fast"))


def test_the_direction_becomes_a_slider_of_the_new_result(tab, editing):  # noqa: F811
    target, photo = editing.result.target, editing.source.photo
    updates = run(tab, editing, method="sphinx")
    last = updates[-1]
    assert any("Discovering" in str(each.get(tab.status, "")) for each in updates)
    assert "Along the direction" in last[tab.status] and last[tab.cards.source] == FILE
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
    assert "Discovering" in next(frames)[tab.status]
    (editing.folder / "stop").touch()
    *_, last = frames
    assert "Stopped at step" in last[tab.status]


def test_what_cannot_be_is_a_sentence_and_changes_nothing(tab, editing):  # noqa: F811
    (only,) = run(tab, Editing())
    assert "Take in a result first" in only[tab.status]
    result = editing.result
    (only,) = run(tab, editing, OWN, [])
    assert "Give one or more pictures" in only[tab.status] and editing.result is result
