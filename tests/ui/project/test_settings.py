import pytest

from inversion import EFFORTS, METHODS
from inversion.knobs import Knob, Value
from inversion.methods import find
from models.errors import StudioError
from models.weights.outline import outline
from studio.runs import GENERATORS
from studio.session import Session
from ui.project.model_choice import (
    beginning,
    class_choice,
    model_label,
    model_note,
    start_choice,
)
from ui.project.settings import (
    ONE_SEED,
    SEEDS,
    chosen,
    effort_choices,
    remember,
    seeds_note,
    switch_model,
)


def elsewhere(knob: Knob) -> Value:
    """Another value than the default that the knob can take."""
    if knob.type is bool:
        return not knob.default
    if knob.choices:
        return knob.choices[-1]
    assert knob.low is not None
    return knob.type((knob.low + knob.default) / 2)


@pytest.mark.parametrize("method", METHODS)
def test_every_knob_that_is_turned_reaches_the_run(method: str) -> None:
    visitor = Session()
    turned = {name: elsewhere(knob) for name, knob in find(method).knobs().items()}
    remember(visitor, method, turned)
    settings = chosen(visitor, method)
    assert settings == turned
    assert find(method).configure(settings).settings() == turned


def test_an_emptied_field_is_its_default_again() -> None:
    visitor = Session()
    remember(visitor, "w+", {"adam.lr": None, "adam.beta1": 0.8})
    assert chosen(visitor, "w+") == METHODS["w+"].settings() | {"adam.beta1": 0.8}


def test_efforts_say_their_seconds() -> None:
    assert [value for _, value in effort_choices()] == list(EFFORTS)
    assert effort_choices()[-1][0] == "Best\n60 s"


@pytest.mark.parametrize("model", GENERATORS)
def test_every_class_can_be_chosen_by_name(model: str) -> None:
    made, G = class_choice(model), outline(model)
    assert made.visible == (G.num_classes > 0)
    chosen_by = {value: label for label, value in made.choices}
    assert [chosen_by[i] for i in range(G.num_classes)] == [
        name.replace("_", " ") for name in G.class_names
    ]
    assert (-1 in chosen_by) == (0 < G.num_classes <= 50)
    assert made.value == (-1 if -1 in chosen_by else None)


def test_a_search_begins_at_an_encoder_of_its_model() -> None:
    made = start_choice("ffhq-1024")
    assert made.visible and {value for _, value in made.choices} == {"", "e4e-ffhq", "psp-ffhq"}
    assert not start_choice("church").visible
    assert beginning("w+", "ffhq-1024", "psp-ffhq") == "psp-ffhq"
    assert beginning("w+", "ffhq-1024", "") is None
    assert beginning("encoder", "ffhq-1024", "") == "e4e-ffhq"
    for method, start in (("w+", "e4e-ffhq"), ("encoder", "")):
        with pytest.raises(StudioError, match="no encoder"):
            beginning(method, "church", start)


def test_a_model_that_cannot_serve_the_method_gets_one_that_it_can() -> None:
    _, method = switch_model("biggan-deep-128", "(w+, b)")
    assert method.value != "(w+, b)"
    assert METHODS[method.value].refuses(outline("biggan-deep-128")) is None
    assert switch_model("ffhq-1024", "(w+, b)")[1].value == "(w+, b)"


def test_a_model_of_matrices_is_searched_in_them_and_any_other_as_usual() -> None:
    assert switch_model("avatars-overparam", "ilo", "ilo")[1].value == "W"
    assert switch_model("avatars", "W", "ilo")[1].value == "ilo"


def test_a_method_whose_seeds_would_be_alike_says_so_before_the_run() -> None:
    visitor = Session()
    assert seeds_note(visitor, "w+").info == SEEDS
    assert seeds_note(visitor, "W").info == seeds_note(visitor, "encoder").info == ONE_SEED
    visitor.settings["W"] = {"W.spread": 0.5}
    assert seeds_note(visitor, "W").info == SEEDS


@pytest.mark.parametrize("name", GENERATORS)
def test_a_model_says_its_size_once(name: str) -> None:
    row = GENERATORS[name]
    assert f"{model_label(row)} {model_note(name)}".count(f"{row.resolution} px") == 1


@pytest.mark.parametrize("name", GENERATORS)
def test_a_model_says_licence_source_and_how_its_file_is_checked(name: str) -> None:
    row, note = GENERATORS[name], model_note(name)
    assert row.licence.split(" ")[0] in note
    if row.repository:
        assert row.repository in note
        assert ("pinned" if row.sha256 else "recorded at first download") in note
