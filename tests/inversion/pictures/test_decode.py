"""One way in: the same picture, whatever it comes as, or one sentence."""

import io
import struct
import subprocess
import zlib

import cv2
import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from inversion.pictures import decode as decoding
from inversion.pictures.decode import FORMATS, MAX_PIXELS, TURNS
from inversion.pictures.images import read, to_tensor
from models.errors import StudioError

Y, X = np.mgrid[0:24, 0:32]
COLOUR = np.stack([X * 8, Y * 10, 255 - X * 8], -1).astype(np.uint8)  # [24, 32, 3]
GREY = COLOUR[..., 1]


def encoded(image, format="png", **options):
    stream = io.BytesIO()
    (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(
        stream, format, **options
    )
    return stream.getvalue()


def told(source, **options):
    said = []
    picture = read(source, tell=said.append, **options)
    return picture, " ".join(said)


def test_it_is_the_same_picture_whatever_it_comes_as(tmp_path):
    path = tmp_path / "a photo (1).PNG"
    path.write_bytes(encoded(COLOUR))
    floats = COLOUR.astype(np.float64) / 255
    for source in (
        path, str(path), path.read_bytes(), bytearray(path.read_bytes()), Image.open(path),
        Image.fromarray(COLOUR), COLOUR, COLOUR.astype(np.int64), COLOUR.astype(np.uint16) * 257,
        floats, floats.astype(np.float32), COLOUR.transpose(2, 0, 1), COLOUR[None],
        torch.from_numpy(COLOUR), torch.from_numpy(COLOUR).permute(2, 0, 1)[None],
        np.asfortranarray(COLOUR), COLOUR[:, ::-1][:, ::-1],
    ):  # fmt: skip
        np.testing.assert_array_equal(read(source), COLOUR)
    for levels, x in (((-1, 1), to_tensor(COLOUR)), ((0, 1), (to_tensor(COLOUR) + 1) / 2)):
        np.testing.assert_array_equal(read(x, levels=levels), COLOUR)
        near = read(x.bfloat16(), levels=levels).astype(int) - COLOUR
        assert abs(near).max() <= 2


@pytest.mark.parametrize(
    "format", ["webp", "tiff", "bmp", "ppm", "tga", "jpeg2000", "heif", "avif"]
)
def test_every_format_of_the_list_is_read(format):
    lossless = {"webp": {"lossless": True}, "heif": {"quality": -1}, "avif": {"quality": 100}}
    difference = read(encoded(COLOUR, format, **lossless.get(format, {}))).astype(int) - COLOUR
    assert abs(difference).mean() < 4  # HEIF's and AVIF's colours are rounded
    assert {format.upper()} <= {*FORMATS}


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize(
    "kind", ["grey png", "grey tiff", "RGB png", "RGBA png", "RGB tiff", "array"]
)
def test_deep_pictures_keep_their_brightness(bits, kind):
    most = (1 << bits) - 1
    deep = np.rint(COLOUR / COLOUR.max() * most).astype(np.uint16)
    expected, picture = COLOUR, None
    if kind.startswith("grey"):
        expected = np.repeat(COLOUR[..., 2:], 3, 2)
        picture, said = told(encoded(deep[..., 2], kind.split()[1]))
    elif kind == "array":
        picture, said = told(deep)
    else:
        layers = [deep[..., ::-1], np.full((24, 32, 1), 65535, np.uint16)]
        layers = np.concatenate(layers[: 1 + ("A" in kind)], 2)
        _, file = cv2.imencode("." + kind.split()[1], layers)
        picture, said = told(file.tobytes())
    np.testing.assert_allclose(picture, expected, atol=1)
    assert (f"uses {bits} of its 16 bits" in said) == (bits < 16)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (GREY.astype(np.float32), "numbers go from 0 to 230; only 0 to 1"),
        (GREY / 115.0 - 1, "numbers go from -1 to 1"),
        (GREY.astype(np.int32) - 100, "from -100 to 130"),
        (GREY.astype(np.int32) * 1000, "from 0 to 230000"),
        (np.where(GREY > 9, GREY / 255, np.nan), "NaN"),
        (np.where(GREY > 9, GREY / 255, np.inf), "NaN or infinite"),
        (torch.rand(3, 24, 32), "does not say its range"),
        (GREY.astype(complex), "real numbers"),
        (np.array([["a"] * 32] * 24), "real numbers"),
        (np.zeros((2, 24, 32, 3), np.uint8), "only one can be read"),
        (np.zeros((24, 32, 7), np.uint8), "1 to 4 channels"),
        (np.zeros(24, np.uint8), r"\[24\]"),
        (np.zeros((0, 0, 3), np.uint8), "1 to 4 channels"),
        (None, "this is NoneType"),
        (3, "this is int"),
    ],
)
def test_what_cannot_be_known_is_asked(source, words):
    with pytest.raises(StudioError, match=words):
        read(source)


def test_numbers_of_any_range_are_read_once_it_is_said():
    units = GREY.astype(np.int32) * 10 - 1000
    file = encoded(units, "tiff")
    for source in (units, file, Image.open(io.BytesIO(file)), torch.from_numpy(units)):
        with pytest.raises(StudioError, match="from -1000 to 1300"):
            read(source)
        np.testing.assert_array_equal(read(source, levels=(-1000, 1550))[..., 0], GREY)
    upside_down = read(GREY, levels=(255, 0))[..., 0]
    np.testing.assert_array_equal(upside_down, 255 - GREY)
    with pytest.raises(StudioError, match="no black and white"):
        read(GREY, levels=(1, 1))
    holed = np.where(GREY > 9, GREY / 255, np.nan).astype(np.float32)
    with pytest.raises(StudioError, match="NaN"):
        read(encoded(holed, "tiff"), levels=(0, 1))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "palette and its tRNS", "L and its tRNS", "RGBa"])
def test_what_is_transparent_lies_over_the_colour_that_is_stated(mode):
    clear = np.zeros((24, 32), bool)
    clear[:, 16:] = True
    opacity = np.where(clear, 0, 255).astype(np.uint8)
    grey = Image.fromarray(np.where(clear, 0, 200).astype(np.uint8))
    options, source = {}, Image.merge("RGBA", [grey, grey, grey, Image.fromarray(opacity)])
    if mode in ("LA", "RGBa"):
        source = source.convert(mode)
    if "tRNS" in mode:
        source, options = grey.convert("P" if "palette" in mode else "L"), {"transparency": 0}
    given = source if mode == "RGBa" else encoded(source, "png", **options)
    picture, said = told(given, background="red")
    assert "laid over red" in said
    assert (picture[clear] == (255, 0, 0)).all() and abs(
        picture[~clear].astype(int) - 200
    ).max() < 2
    assert (read(given)[clear] == 255).all()
    with pytest.raises(StudioError, match="no colour 'rde'"):
        read(given, background="rde")


def test_half_opaque_is_half_the_background():
    half = np.dstack([np.zeros((24, 32, 3), np.uint8), np.full((24, 32), 128, np.uint8)])
    assert (read(half) == 127).all() and (read(half, background="black") == 0).all()
    opaque, said = told(np.dstack([COLOUR, np.full((24, 32), 255, np.uint8)]))
    assert not said and (opaque == COLOUR).all()


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff", "avif", "deep png"])
@pytest.mark.parametrize("orientation", [1, *TURNS])
def test_every_turn_of_exif_is_undone(format, orientation):
    stored = np.kron(np.eye(24, 32)[..., None] > 0, np.ones((1, 1, 3))).astype(np.uint8) * 255
    stored[:8, :8] = (255, 0, 0)
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = TURNS.get(orientation, np.asarray)(stored)
    if format == "deep png":
        _, file = cv2.imencode(".png", stored[..., ::-1].astype(np.uint16) * 257)
        chunk = exif.tobytes()[6:]
        data = file.tobytes()
        head = 33  # the signature and IHDR
        body = b"eXIf" + chunk
        piece = len(chunk).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
        data = data[:head] + piece + data[head:]
    else:
        data = encoded(stored, format, exif=exif)
    for source in (data, Image.open(io.BytesIO(data))):
        found = read(source).astype(int)
        assert found.shape == upright.shape
        assert abs(found - upright).mean() < 30  # lossy, small


def test_a_profile_is_applied_to_rgb_grey_and_lab():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    np.testing.assert_array_equal(read(encoded(COLOUR, icc_profile=srgb)), COLOUR)
    own = srgb.replace("sRGB".encode("utf-16-be"), "xRGB".encode("utf-16-be"))
    exchanged = own.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    opacity = np.full((24, 32, 1), 99, np.uint8)
    for picture in (COLOUR, np.dstack([COLOUR, opacity])):  # its red is blue
        found = decoding.decode(encoded(picture, icc_profile=exchanged)).colours
        assert abs(found.astype(int) - COLOUR[..., ::-1]).max() < 3
    deep = cv2.imencode(".png", COLOUR[..., ::-1].astype(np.uint16) * 257)[1].tobytes()
    chunk = b"iCCP" + b"own\0\0" + zlib.compress(exchanged)
    size, check = struct.pack(">I", len(chunk) - 4), struct.pack(">I", zlib.crc32(chunk))
    found = read(deep[:33] + size + chunk + check + deep[33:])  # behind the header, of 16 bits
    assert abs(found.astype(int) - COLOUR[..., ::-1]).max() < 3
    lab = ImageCms.profileToProfile(
        Image.fromarray(COLOUR), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )  # fmt: skip
    assert abs(read(encoded(lab, "tiff")).astype(int) - COLOUR).mean() < 8
    picture, said = told(encoded(COLOUR, icc_profile=b"no profile at all"))
    assert "colour profile" in said and (picture == COLOUR).all()
    assert "CMYK without a profile" in told(encoded(Image.new("CMYK", (24, 24)), "jpeg"))[1]


def test_further_frames_are_said():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    for format, word in (("gif", "animation"), ("webp", "animation"), ("png", "animation"),
                         ("avif", "animation"), ("tiff", "several")):  # fmt: skip
        file = encoded(frames[0], format, save_all=True, append_images=frames[1:])
        picture, said = told(file)
        assert word in said and "first" in said and picture[0, 0, 0] > 200 > picture[0, 0, 2] + 100
    assert told(encoded(frames[0], "gif"))[1] == ""


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    side = int(MAX_PIXELS**0.5) + 1
    for width in (side, 60_000):
        header = width.to_bytes(4, "big") * 2 + b"\1\0\0\0\0"
        chunk = b"IHDR" + header
        bomb = b"\x89PNG\r\n\x1a\n\0\0\0\r" + chunk + zlib.crc32(chunk).to_bytes(4, "big")
        bomb += b"\0\0\0\0IDAT" + zlib.crc32(b"IDAT").to_bytes(4, "big")
        with pytest.raises(StudioError, match="limit"):
            read(bomb)


def test_nothing_else_is_started_or_taken_for_a_picture(monkeypatch, tmp_path):
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("a program was started"))
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\n"
    for data, words in (
        (eps, "PostScript or PDF"), (b"%PDF-1.7", "PostScript or PDF"), (b"<svg xmlns=''/>", "SVG"),
        (b"<!doctype html>", "web page"), (b"", "empty"), (b"\0" * 600, "not a picture"),
        (b"version https://git-lfs", "Git LFS"),
    ):  # fmt: skip
        with pytest.raises(StudioError, match=words):
            read(data)
    with pytest.raises(StudioError, match="folder"):
        read(tmp_path)
    with pytest.raises(StudioError, match="damaged"):
        read("a\0b")


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff", "gif", "bmp", "heif", "avif"])
def test_cut_short_or_flipped_bytes_end_in_a_picture_or_a_sentence(format):
    whole = encoded(COLOUR, format)
    rng = np.random.default_rng(0)
    ends = {"picture": 0, "sentence": 0}
    for k in range(60):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), 1 + k % 4):
            data[at] = rng.integers(256)
        if k % 3 == 0:
            data = data[: rng.integers(len(data))]
        try:
            picture = read(bytes(data), smallest=1)
            assert picture.dtype == np.uint8 and picture.ndim == 3
            ends["picture"] += 1
        except StudioError:
            ends["sentence"] += 1
    assert ends["sentence"] > 5
    with pytest.raises(StudioError):
        read(whole[: len(whole) // 3], smallest=1)


def test_what_is_accepted_is_the_same_again_when_it_is_saved_and_opened():
    deep = (COLOUR.astype(np.uint16) << 4) | 7
    for source in (COLOUR, deep, COLOUR / 255, np.dstack([COLOUR, GREY])):
        first = read(source)
        np.testing.assert_array_equal(read(encoded(first)), first)
        assert first.flags.c_contiguous


def test_formats_that_are_listed_are_there():
    Image.init()
    assert set(decoding.FORMATS) <= set(Image.OPEN)
