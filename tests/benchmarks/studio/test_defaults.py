import json

import numpy as np
import pytest

from benchmarks.common import kinds
from benchmarks.common.cpu_clock import cpu_clock
from benchmarks.studio.candidates import CANDIDATES, NOT_EDITABLE
from benchmarks.studio.defaults import served, winners
from inversion import METHODS, invert
from inversion.presets import Preset
from models import encoder_of, load


def row(name, lpips, *, kind="home", seconds=10.0, norm=1.0, picture=0):
    return {
        "name": name,
        "kind": kind,
        "seconds": seconds,
        "lpips": lpips,
        "psnr": 20.0,
        "norm": norm,
        "picture": picture,
    }


ROWS = [
    row("encoder", 0.30, norm=1.0),
    row("w", 0.20, norm=1.1),
    row("w+", 0.10, norm=9.0),
    row("(w+, b)", 0.05, norm=5.0),
    row("encoder", 0.60, seconds=2.0),
    row("w+", 0.40, seconds=2.0),
]


def test_the_nearest_wins_and_what_edits_is_typical():
    found = winners(ROWS)
    presets = found["presets"]["home"]
    assert Preset(**presets["closest"]["10"]).method == "(w+, b)"
    assert Preset(**presets["closest"]["2"]).method == "w+"
    editable = Preset(**presets["editable"]["10"])
    assert (editable.method, editable.lpips) == ("w", 0.2)
    assert Preset(**presets["instant"]["2"]).method == "encoder"
    assert json.loads(json.dumps(found)) == found


def test_a_time_for_which_nothing_that_edits_was_run_has_no_such_preset():
    found = winners([*ROWS, row("(w+, b)", 0.01, seconds=60.0)])["presets"]["home"]
    assert found["closest"]["60"]["method"] == "(w+, b)" and "60" not in found["editable"]


def test_what_edits_never_lies_outside_the_styles():
    for name in NOT_EDITABLE:
        assert name in METHODS
    rows = [row("(w+, b)", 0.01, norm=0.1), row("w", 0.5, norm=3.0)]
    assert winners(rows)["presets"]["home"]["editable"]["10"]["method"] == "w"


@pytest.mark.parametrize("model", ["avatars", "species", "portraits"])
def test_every_candidate_is_a_method_and_some_are_served(model):
    names = served(load(model), encoder_of(model))
    assert len(names) > 5 and all(CANDIDATES[name].method in METHODS for name in names)
    assert ("w" in names) == (model != "species")


def test_a_moved_picture_is_larger_and_elsewhere():
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[28:36, 28:36] = 255
    seen = kinds.moved(picture)
    assert seen.shape == picture.shape
    mass = (seen[..., 0] > 127).sum()
    assert 64 < mass < 64 * 2 and (seen[:30, :30] > 127).any()


def test_seconds_of_a_run_are_those_of_this_process():
    G = load("avatars")
    with cpu_clock():
        result = invert(G, np.zeros((64, 64, 3), np.uint8), "w", seeds=1, budget=0.3)
    assert result.steps < METHODS["w"].steps and result.seconds >= 0.3
