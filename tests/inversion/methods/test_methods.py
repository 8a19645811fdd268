"""Laws over METHODS: a new row is tested by being there."""

import dataclasses

import pytest
import torch

from inversion import EFFORTS, METHODS, invert, solve
from inversion.methods import find, seconds_of
from inversion.methods.spaces import CHANGES, parts, space
from inversion.solvers import Search
from models.errors import StudioError
from models.generators.generator import Generator
from tests.conftest import beginning, tiny_overparam, tiny_stylegan2

EACH = pytest.mark.parametrize("name", METHODS)
SEARCHES = pytest.mark.parametrize("name", [n for n, row in METHODS.items() if not row.alike])


@pytest.fixture
def tiny(request: pytest.FixtureRequest) -> Generator:
    """A generator that has what the test's method searches."""
    called = getattr(request.node, "callspec", None)
    row = METHODS.get(called.params.get("name")) if called is not None else None
    matrices = row is not None and not row.latents.spaces[0].islower()
    return tiny_overparam() if matrices else tiny_stylegan2()


def search(name):
    """The method without its fine-tuning, which is of the best seed alone and has its own loss."""
    return dataclasses.replace(METHODS[name], tuning=None)


@pytest.mark.slow
@SEARCHES
def test_the_loss_falls(name, tiny, picture, pixels):
    begin = beginning(METHODS[name], tiny)
    steps = 24 if isinstance(METHODS[name].solver, Search) else 12  # generations are four each
    run = list(solve(tiny, picture, search(name), seeds=2, steps=steps, perceptual=pixels, **begin))
    assert (run[-1].best < 0.97 * run[0].observed).all()


@pytest.mark.slow
@SEARCHES
def test_a_seed_does_not_depend_on_its_neighbours(name, tiny, picture, pixels):
    options = {"steps": 5, "perceptual": pixels, **beginning(METHODS[name], tiny)}
    *_, batch = solve(tiny, picture, search(name), seeds=3, **options)
    *_, alone = solve(tiny, picture, search(name), seeds=1, seed=2, **options)
    torch.testing.assert_close(batch.observed[2:], alone.observed, rtol=1e-3, atol=1e-5)


@SEARCHES
def test_seeds_end_apart(name, tiny, picture, pixels):
    begin = beginning(METHODS[name], tiny)
    result = invert(tiny, picture, name, seeds=2, steps=5, perceptual=pixels, **begin)
    images = result.render(tiny, uint8=False)
    assert (images[0] - images[1]).abs().max() > 1e-4


def another(knob):
    """A value that the knob may have and does not."""
    if knob.type is bool:
        return not knob.default
    if knob.choices:
        return next(choice for choice in knob.choices if choice != knob.default)
    return knob.type(knob.low if knob.default == knob.high else knob.high)


@EACH
def test_every_field_of_every_part_with_help_is_a_setting_and_can_be_turned(name):
    row = METHODS[name]
    for knob_name, knob in row.knobs().items():
        assert knob.help, knob_name
        value = another(knob)
        turned = row.configure({knob_name: value})
        assert turned.settings() == row.settings() | {knob_name: value}


@SEARCHES
@pytest.mark.parametrize("steps", [10, 100, 1000])
def test_a_run_lasts_about_as_long_as_it_is_asked_to(name, steps):
    assert METHODS[name].with_steps(steps).steps == pytest.approx(steps, rel=0.3)


@EACH
def test_part_keys_do_not_collide(name):
    row = METHODS[name]
    latents = getattr(row.latents, "parts", (row.latents,))
    keys = [part.key for part in (*latents, *row.losses, *row.priors, row.solver)]
    assert len(keys) == len(set(keys))


@EACH
def test_a_generator_without_the_space_is_refused_in_a_sentence(name, tiny):
    assert METHODS[name].refuses(tiny, **beginning(METHODS[name], tiny)) is None
    tiny.spaces = frozenset()
    reason = METHODS[name].refuses(tiny)
    assert reason is not None and tiny.identity.name in reason


@EACH
def test_what_a_method_searches_has_words_and_a_group(name):
    assert set(parts(METHODS[name])) <= CHANGES.keys() and space(METHODS[name]).title


def test_unknown_names_get_the_list():
    with pytest.raises(StudioError, match="w\\+"):
        find("w++")
    with pytest.raises(StudioError, match="adam.lr"):
        METHODS["w"].configure({"adam.speed": 1})


def test_an_effort_is_so_many_seconds():
    assert [seconds_of(effort) for effort in EFFORTS] == sorted(EFFORTS.values())
    with pytest.raises(StudioError, match="balanced"):
        seconds_of("slow")


def test_rows_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        METHODS["w"].title = "other"


# SPHInX, table 1: the space and whether its paper claims pictures from out of domain; the rows that
# have a published method here
TABLE_1 = {
    "z": ({"z"}, False),
    "pulse": ({"z+"}, False),
    "ilo": ({"layers"}, False),
    "w+": ({"w+"}, True),
    "p-norm+": ({"w+"}, False),
    "idinvert": ({"w+"}, False),
    "(w+, b)": ({"w+", "b"}, True),
    "bdinvert": ({"base-detail"}, True),
    "sphinx": ({"style-head", "content-head", "b"}, True),
}


@pytest.mark.parametrize("name", TABLE_1)
def test_the_rows_of_table_1(name):
    row, (searched, claimed) = METHODS[name], TABLE_1[name]
    assert set(parts(row)) - {"class"} == searched and row.out_of_domain == claimed
    penalties = {
        "p-norm+": "p-norm", "idinvert": "in-domain", "bdinvert": "near-base", "pulse": "geodesic",
        "sphinx": "vicinal",
    }  # fmt: skip
    if name in penalties:
        assert penalties[name] in {prior.key for prior in row.priors}
