import pytest

from inversion.editing import History


@pytest.fixture
def history():
    h = History.begin("a")
    for state in "bcd":
        h = h.push(state)
    return h


def test_undo_and_redo_are_inverse(history):
    assert history.undo().redo() == history
    assert history.undo().undo().now == "b"
    assert history.undo().undo().redo().redo() == history


def test_the_ends_hold(history):
    assert history.redo() == history and not history.can_redo
    first = history.undo().undo().undo()
    assert first.now == "a" and first.undo() == first and not first.can_undo


def test_a_change_after_undo_begins_a_new_future(history):
    assert history.undo().push("x").states == ("a", "b", "c", "x")


def test_reset_can_be_undone(history):
    assert history.reset().now == "a"
    assert history.reset().undo().now == "d"


def test_no_change_is_no_step(history):
    assert history.push("d") is history


def test_a_history_never_changes(history):
    before = history.states
    history.push("z"), history.undo(), history.reset()
    assert history.states == before and history.now == "d"
