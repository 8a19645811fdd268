import pytest

from inversion import EFFORTS, METHODS
from inversion.methods import find
from tests.ui.doubles import load
from ui.session import Session
from ui.settings import chosen, effort_choices, method_choices, model_note, remember
from ui.studio import GENERATORS


@pytest.mark.parametrize("method", METHODS)
def test_every_knob_that_is_turned_reaches_the_run(method: str) -> None:
    visitor = Session()
    turned = {
        name: knob.default
        if isinstance(knob.default, bool | str)
        else knob.type((knob.low + knob.default) / 2)
        for name, knob in find(method).knobs().items()
        if knob.low is not None
    }
    remember(visitor, method, turned)
    settings = chosen(visitor, method, "best")
    assert settings == turned
    assert find(method).configure(settings).settings() == turned


def test_untouched_knobs_leave_the_effort_to_decide() -> None:
    assert chosen(Session(), "w+", "fast")["adam.steps"] == 100
    assert chosen(Session(), "w+", "best")["adam.steps"] == 1000


def test_an_emptied_field_is_its_default_again() -> None:
    visitor = Session()
    remember(visitor, "w+", {"adam.lr": None, "adam.beta1": 0.8})
    assert chosen(visitor, "w+", "fast") == METHODS["w+"].at("fast").settings() | {
        "adam.beta1": 0.8
    }


def test_a_method_says_its_summary_or_why_it_cannot_serve() -> None:
    without_noise = load("limited")
    without_noise.spaces = frozenset({"z", "w", "w+"})
    free, limited = dict(method_choices(None)), dict(method_choices(without_noise))
    assert list(free.values()) == list(limited.values()) == list(METHODS)
    for label, name in method_choices(without_noise):
        reason = METHODS[name].refuses(without_noise)
        assert (reason or METHODS[name].summary) in label
    assert any("lacks" in label for label in limited)


def test_efforts_say_their_steps() -> None:
    assert [value for _, value in effort_choices("z")] == list(EFFORTS)
    assert effort_choices("z")[-1][0].endswith("500 steps")


@pytest.mark.parametrize("name", GENERATORS)
def test_a_model_says_licence_source_and_how_its_file_is_checked(name: str) -> None:
    row, note = GENERATORS[name], model_note(name)
    assert row.licence.split(" ")[0] in note
    if row.repository:
        assert row.repository in note
        assert ("pinned" if row.sha256 else "recorded at first download") in note
