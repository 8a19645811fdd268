"""inversion/pictures/frames.py"""

import numpy as np
import pytest

from inversion import invert
from inversion.pictures import frames
from tests.models.published import tiny

PHOTO = np.random.default_rng(0).integers(1, 256, (60, 90, 3), np.uint8)


def test_a_square_colour_generator_changes_nothing():
    assert frames.drawable(tiny(), PHOTO) is PHOTO


def test_grey_is_luma():
    grey = frames.drawable(tiny(grey=True), PHOTO)
    luma = PHOTO @ np.array([0.299, 0.587, 0.114])
    assert (np.ptp(grey, 2) == 0).all() and np.abs(grey[..., 0] - luma).max() <= 1


@pytest.mark.parametrize("base", [(4, 3), (3, 4), (2, 4)])
def test_a_picture_of_the_frame_s_shape_stands_whole_between_bars(base):
    G = tiny(base=base)
    (h, w), side = G.frame, G.resolution
    picture = np.repeat(np.repeat(PHOTO[:h, :w], 3, 0), 3, 1)
    framed = frames.drawable(G, picture, keep_size=True)
    top, left = (3 * side - 3 * h) // 2, (3 * side - 3 * w) // 2
    assert framed.shape == (3 * side, 3 * side, 3)
    assert (framed[top : top + 3 * h, left : left + 3 * w] == picture).all()
    assert framed.astype(int).sum() == picture.astype(int).sum(), "the rest is black"
    resized = frames.drawable(G, picture)
    assert resized.shape == (side, side, 3) and (frames.drawable(G, resized) == resized).all()


def test_the_mask_goes_with_the_picture():
    G = tiny(base=(4, 3))
    mask = np.zeros(PHOTO.shape[:2], bool)
    mask[20:40, 40:50] = True
    picture = np.where(mask[..., None], PHOTO, 0)
    kept = frames.drawable_mask(G, mask, keep_size=True)
    assert (kept == frames.drawable(G, picture, keep_size=True).any(2)).all() and kept.any()
    assert frames.drawable_mask(G, mask).shape == (16, 16)


def test_a_network_whose_pictures_stood_between_bars():
    """As the published network of cars has them, 512 x 384 in a square."""
    G = tiny()
    G.frame = 12, 16
    result = invert(G, PHOTO, "w+", seeds=1, steps=1)
    assert (result.target[[0, 1, -2, -1]] == 0).all() and (result.target[2:-2] > 0).any(2).all()
    assert any("16 × 12 pixels" in note for note in result.notes)
    hidden = np.zeros(PHOTO.shape[:2], bool)
    hidden[20:40, 40:50] = True
    result = invert(G, PHOTO, "w+", mask=hidden, seeds=1, steps=1)
    assert result.mask.sum() > 4
