from dataclasses import dataclass

import pytest

from inversion.knobs import Knob, Part, knob
from models.errors import StudioError


@dataclass(frozen=True)
class Example(Part):
    key = "example"
    rate: float = knob(0.5, "a rate", low=0, high=1)
    count: int = knob(3, "a count", low=1)
    kind: str = knob("a", "a kind", choices=("a", "b"))
    on: bool = knob(True, "a switch")
    plain: int = 7


def test_only_declared_fields_are_knobs_and_carry_the_instances_values():
    knobs = Example(rate=0.25).knobs()
    assert list(knobs) == ["example.rate", "example.count", "example.kind", "example.on"]
    assert knobs["example.rate"] == Knob("example.rate", 0.25, "a rate", 0, 1)


def test_configure_takes_its_own_settings_and_leaves_others_alone():
    example = Example().configure({"example.count": 5, "other.count": 9})
    assert example == Example(count=5)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("rate", 1.5, "between 0 and 1"),
        ("rate", "fast", "must be a number"),
        ("rate", None, "must be a number"),
        ("rate", float("nan"), "must be a number"),
        ("count", 2.5, "whole number"),
        ("count", float("inf"), "whole number"),
        ("count", True, "whole number"),
        ("count", 0, "between 1"),
        ("kind", "c", "choose one of a, b"),
        ("on", "yes", "true or false"),
    ],
)
def test_a_bad_value_gets_a_sentence_that_names_the_knob(name, value, words):
    with pytest.raises(StudioError, match=words) as caught:
        Example().configure({f"example.{name}": value})
    assert f"example.{name}" in str(caught.value)


def test_whole_floats_from_sliders_become_integers():
    assert Example().configure({"example.count": 4.0}).count == 4
