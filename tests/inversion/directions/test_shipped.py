"""Directions that ship beside a generator, and when they are not its own."""

from dataclasses import replace

import pytest
import torch

from inversion.directions.shipped import find
from inversion.directions.shipped import load as load_found
from inversion.editing import load_directions, save_directions, shipped
from models import load, load_estimator
from models.errors import StudioError
from tests.inversion.conftest import Linear, toward


@pytest.fixture
def saved(plain, linear, tmp_path):
    path = tmp_path / "plain.safetensors"
    made = find(plain, linear, n=400)
    made.save(path)
    return made, path


def test_what_was_found_is_read_back(plain, linear, saved):
    made, path = saved
    again = load_found(path, plain, linear)
    assert again.directions == made.directions and again.reader == linear.identity.sha256
    torch.testing.assert_close(again.movements.matrix, made.movements.matrix, atol=1e-4, rtol=0)
    assert again.movements.own("first") > 1 and again.movements.directions == (
        "first",
        "second",
        "side",
    )
    assert load_directions(path, plain) == list(made.directions)


def test_what_was_found_for_other_weights_is_refused(plain, linear, saved):
    _, path = saved
    stranger = Linear()
    stranger.identity = replace(linear.identity, sha256="b" * 64)
    with pytest.raises(StudioError, match="labelled by other weights"):
        load_found(path, plain, stranger)
    plain.identity = replace(plain.identity, sha256="0" * 64)
    with pytest.raises(StudioError, match="belongs to plain"):
        load_found(path, plain, linear)


def test_a_file_of_mere_directions_is_refused(plain, linear, tmp_path):
    save_directions(tmp_path / "d.safetensors", [toward(plain)])
    with pytest.raises(StudioError, match="does not say what its directions move"):
        load_found(tmp_path / "d.safetensors", plain, linear)


def test_nothing_ships_with_other_generators(plain, linear):
    assert shipped(plain, linear) is None


def test_those_of_the_avatars_are_up_to_date():
    """Else: python -m inversion directions avatars --out models/embedded/…"""
    ships = shipped(load("avatars"), load_estimator("avatars"))
    assert ships is not None and len(ships.directions) > 30
    moved = ships.movements
    for name in ("yaw", "pitch", "light_azimuth"):
        assert moved.strongest(name) == name and moved.own(name) > 10 * moved.others(name)
