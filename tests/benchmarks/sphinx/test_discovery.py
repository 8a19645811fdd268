import numpy as np
import pytest
import torch

from benchmarks.sphinx.discovery import RENDERED, Trial, line, rank, reading, rendered
from inversion.pictures.images import to_tensor
from inversion.pictures.series import draw_series
from models import load_estimator
from training.data.baked import held_out


@pytest.fixture(scope="module")
def avatar() -> tuple[np.ndarray, torch.Tensor]:
    images, codes = held_out(1)
    return images[0].permute(1, 2, 0).numpy(), codes[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "levels", "step"), [("rotation", (0, 22.5, 45), 2.5), ("zoom", (1, 1.25, 1.75), 0.06)]
)
def test_the_drawing_is_read_back(kind, levels, step, avatar):
    series = draw_series(avatar[0], kind, 64)
    read = reading(kind, load_estimator("avatars"), to_tensor(series.pictures[series.own]))
    assert read(to_tensor(series.pictures)) == pytest.approx(levels, abs=step)


def test_brightness_is_read_back(avatar):
    series = draw_series(avatar[0], "brightness", 64)
    read = reading("brightness", load_estimator("avatars"), to_tensor(series.pictures[1]))
    dark, own, light = read(to_tensor(series.pictures))
    assert (dark, own) == pytest.approx((0.5, 1.0), abs=0.01) and light > 1.1


@pytest.mark.slow
@pytest.mark.parametrize("kind", RENDERED)
def test_the_estimator_reads_what_was_rendered(kind, avatar):
    series = rendered(avatar[1], kind)
    read = reading(kind, load_estimator("avatars"), to_tensor(series.pictures[1:2]))
    values = read(to_tensor(series.pictures))
    reach = RENDERED[kind][-1] - RENDERED[kind][0]
    assert values == pytest.approx(RENDERED[kind], abs=0.2 * reach)


def test_a_reading_that_never_changes_goes_along_with_nothing():
    assert rank([0.0, 1.0], [3.0, 3.0]) == 0 and rank([0.0, 1.0, 2.0], [3.0, 5.0, 9.0]) == 1


def test_what_counts_as_recovered():
    good = Trial([0.0, 10.0], [1.0, 9.0], 1.0, 0.9, 20.0)
    assert Trial([0.0, 5.0, 10.0], [0.0, 1.0, 10.0], 1.0, 1.0, 20.0).error == pytest.approx(0.4)
    assert good.error == pytest.approx(0.1) and line("yaw", [good, good])[-1] == "recovered"
    flat = Trial([0.0, 10.0], [5.0, 5.0], 0.2, 0.0, 20.0)
    assert line("zoom", [flat, flat])[-1] == "not recovered"
