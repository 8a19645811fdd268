import io

import numpy as np
import pytest
from PIL import Image

from inversion.pictures.images import Crop
from inversion.pictures.masks import crop_mask, moved, on_photo, read_mask
from models.errors import StudioError


@pytest.fixture
def half():
    """Bool [40, 60], True on the right."""
    return np.arange(60)[None].repeat(40, 0) >= 30


def saved(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "png")
    return stream.getvalue()


def test_white_is_the_object(half):
    for mode in ("1", "L", "RGB"):
        image = Image.fromarray(half).convert(mode)
        np.testing.assert_array_equal(read_mask(saved(image)), half)


def test_where_something_is_transparent_the_opaque_is_the_object(half):
    levels = np.zeros((40, 60, 4), np.uint8)
    levels[..., 3] = half * 255
    np.testing.assert_array_equal(read_mask(saved(Image.fromarray(levels))), half)
    levels[..., :3], levels[..., 3] = (~half * np.uint8(255))[..., None], 255
    np.testing.assert_array_equal(read_mask(saved(Image.fromarray(levels))), ~half)


def test_a_mask_is_cropped_with_its_picture(half):
    photo = np.zeros((40, 60, 3), np.uint8)
    middle = np.arange(16)[None].repeat(16, 0) >= 8
    np.testing.assert_array_equal(crop_mask(half, photo, Crop(), 16), middle)
    with pytest.raises(StudioError, match="selects nothing"):
        crop_mask(half, photo, Crop(zoom=2, x=-1), 16)
    with pytest.raises(StudioError, match="mask is 60 × 40, the picture 40 × 60"):
        crop_mask(half.T, photo, Crop(), 16)


@pytest.mark.parametrize("crop", [Crop(), Crop(2, -0.5, 1, 0), Crop(1.5, 0.3, 0.2, 30)])
def test_paint_goes_to_the_photo_and_comes_back(crop):
    y, x = np.mgrid[0:256, 0:256]
    disc = (x - 130) ** 2 + (y - 120) ** 2 < 60**2
    photo = np.zeros((300, 400, 3), np.uint8)
    whole = on_photo(disc, photo, crop)
    assert whole.shape == (300, 400)
    back = moved(whole, crop, 256)
    assert (back != disc).mean() < 0.01


def test_what_lies_outside_the_crop_stays_painted(half):
    photo = np.zeros((40, 60, 3), np.uint8)
    cleared = on_photo(np.zeros((32, 32), bool), photo, Crop(x=1), half)
    np.testing.assert_array_equal(cleared, half & (np.arange(60) < 20)[None])
    assert not on_photo(np.zeros((32, 32), bool), photo, Crop(x=0), half)[:, 10:50].any()
