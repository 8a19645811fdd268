import io

import numpy as np
import pytest
import torch
from PIL import Image

from inversion.pictures.images import Crop, fit, png, read, to_tensor, to_uint8
from models.errors import StudioError

RED = (200, 30, 40)


def encoded(image: Image.Image, format: str = "png", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def test_png_round_trip_is_exact(picture):
    np.testing.assert_array_equal(read(png(picture)), picture)


def test_sixteen_bit_keeps_its_brightness():
    levels = np.linspace(0, 65535, 32 * 32).astype(np.uint16).reshape(32, 32)
    out = read(encoded(Image.fromarray(levels)))
    np.testing.assert_allclose(out[..., 0], levels / 257, atol=0.51)


def test_exif_rotation_is_applied():
    image = Image.new("RGB", (40, 20), RED)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read(encoded(image, "jpeg", exif=exif)).shape == (40, 20, 3)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(mode):
    image = (
        Image.new("L", (20, 20), 128).convert(mode) if mode != "I;16" else Image.new(mode, (20, 20))
    )
    out = read(encoded(image, "tiff"))
    assert out.shape == (20, 20, 3)
    assert out.dtype == np.uint8


def test_transparency_is_laid_over_white():
    clear = Image.new("RGBA", (20, 20), (*RED, 0))
    assert (read(encoded(clear)) == 255).all()


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = read(encoded(frames[0], "gif", save_all=True, append_images=frames[1:]))
    assert tuple(out[0, 0]) == (255, 0, 0)


def test_what_is_no_picture_gets_a_sentence():
    with pytest.raises(StudioError, match="not a picture"):
        read(b"this is text, whatever it is called")


def test_a_truncated_picture_gets_a_sentence():
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    with pytest.raises(StudioError, match="damaged or cut short"):
        read(png(noise)[:2000])


def test_a_missing_file_gets_a_sentence(tmp_path):
    with pytest.raises(StudioError, match="no file"):
        read(tmp_path / "absent.png")


def test_too_small_and_too_large_get_a_sentence():
    with pytest.raises(StudioError, match="at least 16"):
        read(encoded(Image.new("RGB", (8, 100))))
    with pytest.raises(StudioError, match="limit is 12000"):
        read(encoded(Image.new("1", (12_001, 16))))


def test_the_default_crop_is_the_centre_square():
    wide = np.zeros((30, 50, 3), np.uint8)
    wide[:, 10:40] = RED
    assert (Crop().apply(wide, 30) == RED).all()


def test_crop_moves_zooms_and_stays_inside():
    assert Crop(x=-1).box(50, 30) == (0, 0, 30, 30)
    assert Crop(x=1, y=1, zoom=2).box(50, 30) == (35, 15, 50, 30)


def test_a_quarter_turn_made_of_two_angles_matches_numpy():
    y, x = np.mgrid[0:65, 0:65]
    smooth = np.uint8(np.stack([x * 3, y * 3, 0 * x], -1))
    twice = Crop(angle=45).apply(Crop(angle=45).apply(smooth, 65), 65)
    expected = np.rot90(smooth)
    np.testing.assert_allclose(twice[25:40, 25:40], expected[25:40, 25:40], atol=6)


def test_uint8_survives_the_way_there_and_back(picture):
    tensor = to_tensor(picture)
    assert tensor.shape == (1, 3, 16, 16)
    assert tensor.min() == -1 and tensor.max() == 1
    np.testing.assert_array_equal(to_uint8(tensor)[0], picture)


def test_out_of_range_values_are_clamped():
    assert to_uint8(torch.tensor([-3.0, 3.0]).expand(1, 3, 1, 2))[0, 0, :, 0].tolist() == [0, 255]


def test_a_scale_of_grey_with_alpha_and_a_turned_cmyk_are_read_upright_over_white():
    half = Image.new("LA", (20, 30), (0, 0))
    half.paste((100, 255), (0, 0, 20, 15))
    out = read(encoded(half))
    assert (out[:15] == 100).all() and (out[15:] == 255).all()
    exif = Image.Exif()
    exif[0x0112] = 8
    inks = Image.new("CMYK", (40, 20), (0, 255, 255, 0))
    turned = read(encoded(inks, "jpeg", exif=exif))
    assert turned.shape == (40, 20, 3)
    assert turned[20, 10, 0] > 200 and turned[20, 10, 1:].max() < 80


def test_moving_webp_gives_its_first_frame_and_a_clear_palette_colour_is_white():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    moving = read(encoded(frames[0], "webp", save_all=True, append_images=frames[1:]))
    assert moving[0, 0, 0] > 200 and moving[0, 0, 2] < 60
    palette = Image.new("P", (20, 20), 1)
    palette.putpalette([0, 0, 0, *RED])
    palette.info["transparency"] = 1
    assert (read(encoded(palette, "png", transparency=1)) == 255).all()


def test_a_thumbnail_may_be_smaller_where_it_is_asked_for():
    tiny_file = png(np.full((4, 4, 3), 7, np.uint8))
    assert read(tiny_file, smallest=1).shape == (4, 4, 3)
    assert fit(np.full((4, 4, 3), 7, np.uint8), 8, smallest=1).shape == (8, 8, 3)
    with pytest.raises(StudioError, match="at least 16"):
        fit(np.full((4, 4, 3), 7, np.uint8), 8)
