import io

import numpy as np
import pytest
import torch
from PIL import Image

from inversion import Inversion, invert
from inversion.operators import Degradation
from inversion.pictures.images import Crop
from inversion.pictures.masks import crop_mask, moved, on_photo, read_mask
from models.errors import StudioError


@pytest.fixture
def half():
    """Bool [40, 60], True on the right."""
    return np.arange(60)[None].repeat(40, 0) >= 30


def saved(image: Image.Image, format: str = "png", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
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


def test_every_form_of_a_mask_is_the_same_mask(half):
    grey = Image.fromarray(half * np.uint8(255))
    red = Image.fromarray(half.astype(np.uint8), "P")
    red.putpalette([0, 0, 0, 255, 0, 0] + [0] * 762)
    rgba = Image.merge("RGBA", [grey] * 4)
    x = torch.from_numpy(half)
    exif = rgba.getexif()
    exif[0x0112] = 6
    turned = saved(rgba.rotate(90, expand=True), "webp", exif=exif, lossless=True)
    for form in (
        half, half * np.uint8(255), half * np.uint8(1), half * np.uint16(65535), half * 7,
        half.astype(np.float32), half * 0.6, half * 255.0, half[..., None], half[None, None],
        np.repeat(half[..., None], 3, 2), np.dstack([half * np.uint8(255)] * 4),
        x, x.float(), x.half()[None, None], x.byte(), x[None].long() * 255,
        grey, saved(grey), saved(grey.convert("1")), saved(red), saved(rgba),
        saved(Image.fromarray(half.astype(np.uint8))), saved(Image.fromarray(half * np.uint16(1))),
        saved(Image.fromarray(half.astype(np.float32)), "tiff"),
        saved(red, transparency=0), saved(red, "gif", transparency=0), saved(grey, transparency=0),
        saved(grey.convert("RGB"), transparency=(0, 0, 0)), saved(rgba, "webp", lossless=True),
        saved(grey.convert("LA")), saved(rgba.convert("LA")), saved(rgba.convert("PA"), "tiff"),
        turned,
    ):  # fmt: skip
        found = read_mask(form)
        assert found.dtype == np.bool_
        np.testing.assert_array_equal(found, half)


def test_soft_edges_are_painted_from_the_middle_on():
    ramp = np.linspace(0, 1, 60)[None].repeat(40, 0)
    wanted = ramp >= 0.5
    for form in (ramp, torch.from_numpy(ramp), (ramp * 255).round().astype(np.uint8)):
        np.testing.assert_array_equal(read_mask(form), wanted)


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.arange(256).reshape(16, 16) % 5, "no white: its lightest level is 4"),
        (np.full((16, 16), np.nan), "NaN"),
        (np.linspace(-1, 1, 256).reshape(16, 16), "from -1 to 1"),
        (np.zeros((2, 16, 16, 3)), "only one"),
        ("nowhere.png", "no file nowhere.png"),
        (b"", "not a picture"),
    ],
)
def test_a_mask_that_cannot_be_understood_gets_a_sentence(mask, words):
    with pytest.raises(StudioError, match=words):
        read_mask(mask)


def test_a_mask_may_have_any_size_of_the_pictures_shape(half):
    photo = np.zeros((80, 120, 3), np.uint8)
    crop = Crop(1.5, 0.3, 0.2, 20)
    own = crop_mask(half.repeat(2, 0).repeat(2, 1), photo, crop, 32)
    for scale in (1, 4):
        other = crop_mask(np.kron(half, np.ones((scale, scale), np.uint8)), photo, crop, 32)
        assert (own != other).mean() < 0.02
    odd = np.zeros((333, 501, 3), np.uint8)  # 2 by 3 but for rounding
    assert crop_mask(half, odd, Crop(), 16).any()
    with pytest.raises(StudioError, match="may differ in size, but not in shape"):
        crop_mask(half[:, 3:], photo, crop, 32)


def test_what_is_accepted_is_saved_with_an_answer_and_opened_again(tiny, pixels, tmp_path):
    photo = np.zeros((40, 40, 3), np.uint8)
    half = np.arange(20)[None].repeat(20, 0) >= 10
    options = {"seeds": 1, "steps": 1, "perceptual": pixels}
    for mask in (half, half * np.uint8(255), half * 1, half * 1.0, torch.from_numpy(half)):
        result = invert(tiny, photo, "w", mask=mask, **options)
        result.save(tmp_path / "result.safetensors")
        again = Inversion.load(tmp_path / "result.safetensors")
        np.testing.assert_array_equal(again.mask, np.arange(16)[None].repeat(16, 0) >= 8)
        hole = invert(
            tiny, photo, "w", degradation=Degradation("inpainting", hidden=mask), **options
        )
        hole.save(tmp_path / "hole.safetensors")
        assert Inversion.load(tmp_path / "hole.safetensors").measurement is not None
