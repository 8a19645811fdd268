"""Edits that make no sense are refused in a sentence."""

import math
from dataclasses import replace

import pytest
import torch

from inversion.editing import (
    ChangeClass,
    Move,
    Retune,
    Truncate,
    apply,
)
from inversion.editing.between_results import mix_with, toward_result
from inversion.sampling import draw
from models.errors import StudioError
from tests.conftest import tiny_biggan
from tests.inversion.conftest import result_of, toward


@pytest.fixture
def classes():
    return tiny_biggan()


@pytest.fixture
def codes(tiny):
    return draw(tiny, 2, seed=3)


def test_a_class_that_there_is_not(classes, tiny, codes):
    with pytest.raises(StudioError, match="no class 7"):
        ChangeClass.to(classes, 7)
    with pytest.raises(StudioError, match="no classes"):
        ChangeClass.to(tiny, 0)
    with pytest.raises(StudioError, match="has no classes"):
        apply(tiny, codes, [ChangeClass(torch.zeros(4), "cat", tiny.identity)])


@pytest.mark.parametrize("strength", [math.nan, math.inf, 1e9, None, "2"])
def test_a_strength_that_is_no_number(found, tiny, strength):
    with pytest.raises(StudioError, match="strength of 'somewhere' is .* number"):
        found.edit([Move(toward(tiny), strength)])


@pytest.mark.parametrize(
    "edit",
    [
        lambda G, r: Truncate(math.nan),
        lambda G, r: toward_result(G, r, math.nan),
        lambda G, r: ChangeClass(torch.zeros(4), "x", G.identity, math.inf),
    ],
)
def test_other_numbers_that_are_none(found, tiny, edit):
    with pytest.raises(StudioError, match="must be a number"):
        found.edit([edit(tiny, found)])


def test_edits_of_another_model(found, tiny, other_tiny):
    theirs = result_of(other_tiny, draw(other_tiny, 1))
    for edit in (
        Move(toward(other_tiny), 1.0),
        mix_with(other_tiny, theirs, None),
        toward_result(other_tiny, theirs, 0.5),
        ChangeClass(torch.zeros(4), "x", other_tiny.identity),
    ):
        with pytest.raises(StudioError, match="other"):
            found.edit([edit])
    with pytest.raises(StudioError, match="made with"):
        mix_with(tiny, theirs, None)


@pytest.mark.parametrize("layers", [(0, 6), (3, 2), (-1, 2), (0.0, 2)])
def test_layers_that_there_are_not(tiny, codes, layers):
    with pytest.raises(StudioError, match="no layers .* 0 to 5"):
        apply(tiny, codes, [Move(toward(tiny), 1.0, layers)])


def test_what_cannot_be_held_is_a_sentence(tiny, found):
    smile = toward(tiny, name="smile")
    for held, words in (
        (smile, "all but the same"),
        (toward(tiny, "w+", name="rows"), "only directions of one space"),
        (replace(toward(tiny, seed=3), weights=replace(tiny.identity, sha256="0" * 64)), "belongs"),
    ):
        with pytest.raises(StudioError, match=words):
            found.edit([Move(smile, 1.0, held=(held,))])


@pytest.mark.parametrize("strength", [math.nan, -0.1, 1.1])
def test_a_strength_of_fine_tuning_that_cannot_be_is_a_sentence(found, strength):
    with pytest.raises(StudioError, match="must be a number from 0 to 1"):
        found.edit([Retune(strength)])
