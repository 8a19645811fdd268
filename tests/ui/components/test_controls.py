import gradio as gr
import pytest

from inversion import METHODS
from inversion.knobs import Knob
from inversion.pictures.images import Crop
from ui.components.controls import control, step

KNOBS = {name: knob for row in METHODS.values() for name, knob in row.knobs().items()}
KNOBS |= Crop().knobs()


@pytest.mark.parametrize("knob", KNOBS.values(), ids=KNOBS)
def test_every_knob_has_a_control_with_its_default_range_and_help(knob: Knob) -> None:
    made = control(knob)
    assert made.value == knob.default
    assert made.interactive
    assert made.info == knob.help
    if isinstance(made, gr.Slider | gr.Number):
        assert (made.minimum, made.maximum) == (knob.low, knob.high)
    if isinstance(made, gr.Slider) and knob.type is float:
        stops = (knob.high - knob.low) / made.step
        assert stops >= 100
        offset = (knob.default - knob.low) / made.step
        assert offset == pytest.approx(round(offset)), "the default is no stop of its slider"


def test_a_value_takes_the_place_of_the_default() -> None:
    assert control(Knob("adam.lr", 0.1, "rate", 0, 1), 0.3).value == 0.3


def test_choices_and_switches() -> None:
    assert isinstance(control(Knob("a.b", True, "help")), gr.Checkbox)
    made = control(Knob("a.b", "x", "help", choices=("x", "y")))
    assert isinstance(made, gr.Dropdown)
    assert [value for _, value in made.choices] == ["x", "y"]


def test_a_range_too_wide_to_aim_at_is_a_number_field() -> None:
    made = control(Knob("a.b", 1e5, "help", 0, 1e7))
    assert isinstance(made, gr.Number)
    assert made.precision is None


def test_whole_numbers_step_by_one() -> None:
    assert step(Knob("a.b", 3, "help", 1, 8)) == 1
