"""Blending: what goes back unchanged changes nothing; a level is taken off; far away all stays."""

import numpy as np
import pytest

from inversion.pictures.blend import blend
from inversion.pictures.images import Crop
from models.errors import StudioError

CROPS = {
    "middle": Crop(),
    "zoomed": Crop(zoom=1.5, x=-0.4, y=0.6),
    "corner": Crop(zoom=2, x=1, y=1),
    "turned": Crop(zoom=1.6, angle=20),
}


def photo(height=72, width=96):
    """Slow waves of every colour, uint8 [height, width, 3]."""
    y, x = np.mgrid[0:height, 0:width] / 40
    waves = np.stack([np.sin(2 * x + y), np.cos(x - 2 * y), np.sin(x * y + 1)], -1)
    return np.uint8(128 + 70 * waves)


def disc(size, x=0.5, y=0.5, radius=0.25):
    v, u = (np.mgrid[0:size, 0:size] + 0.5) / size
    return (u - x) ** 2 + (v - y) ** 2 < radius**2


MASKS = {
    "all": None,
    "disc": disc(72),
    "at an edge": disc(72, x=0.0),
    "at all borders": disc(72, radius=0.6),
    "one pixel": disc(72, radius=0.012),
    "whole": np.ones((72, 72), bool),
}


@pytest.mark.parametrize("crop", CROPS.values(), ids=CROPS)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_the_crop_put_back_is_the_photo(crop, mask):
    f = photo()
    back = blend(f, crop.apply(f, 72), crop, mask)
    assert back.shape == f.shape and back.dtype == np.uint8
    difference = np.abs(back.astype(int) - f)
    assert difference.max() <= 4 and difference.mean() < 0.6


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_a_constant_is_taken_off(mask):
    f = photo()
    lighter = np.uint8(Crop().apply(f, 72) + 30)
    back = blend(f, lighter, Crop(), mask)
    difference = np.abs(back.astype(int) - f)
    assert difference.max() <= 3


def test_the_objects_gradients_arrive_where_they_were_cropped():
    f = photo()
    for crop in CROPS.values():
        square = crop.apply(f, 72)
        spotted = square.copy()
        spotted[disc(72, 0.4, 0.6, 0.06)] = 255
        back = blend(f, spotted, crop, disc(72, 0.4, 0.6, 0.2))
        again = crop.apply(back, 72).astype(int) - square
        bright = again.mean(2) > 40
        y, x = np.nonzero(bright)
        assert (x.mean() + 0.5) / 72 == pytest.approx(0.4, abs=0.015)
        assert (y.mean() + 0.5) / 72 == pytest.approx(0.6, abs=0.015)
        assert bright.sum() == pytest.approx(disc(72, 0.4, 0.6, 0.06).sum(), rel=0.35)


def test_far_from_the_object_no_pixel_changes():
    f = photo()
    back = blend(f, np.full((72, 72, 3), 200, np.uint8), Crop(), disc(72))
    near = np.zeros((72, 96), bool)
    near[:, 12:84] = disc(72, radius=0.25 + 0.06)
    assert (back != f).any()
    np.testing.assert_array_equal(back[~near], f[~near])


def test_without_a_mask_all_outside_the_crop_stays():
    f = photo()
    back = blend(f, np.full((72, 72, 3), 200, np.uint8), Crop(zoom=2), None)
    inside = np.zeros((72, 96), bool)
    inside[18:54, 30:66] = True
    assert (back[30:42, 42:54] != f[30:42, 42:54]).any()
    np.testing.assert_array_equal(back[~inside], f[~inside])


def test_a_small_picture_fills_a_large_photo():
    f = photo(300, 400)
    back = blend(f, Crop().apply(f, 64), Crop(), disc(64))
    assert np.abs(back.astype(int) - f).max() <= 6


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"mask": np.zeros((72, 72), bool)}, "selects nothing"),
        ({"mask": np.ones((8, 8), bool)}, "one size"),
        ({"photo": photo()[..., 0]}, "photo must be RGB"),
        ({"picture": photo()}, "must be a square"),
        ({"picture": photo(72, 72) / 255}, "picture must be RGB"),
    ],
)
def test_parts_that_do_not_fit_get_a_sentence(parts, words):
    given = {"photo": photo(), "picture": photo(72, 72), "crop": Crop(), "mask": None} | parts
    with pytest.raises(StudioError, match=words):
        blend(**given)
