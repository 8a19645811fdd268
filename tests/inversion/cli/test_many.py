"""A folder or a film: a result each, and what cannot be done is said without ending the rest."""

import av
import numpy as np
import pytest
from PIL import Image

from inversion import Inversion
from inversion.cli import main as cli
from inversion.pictures.images import png
from inversion.pictures.video import frames_of, mp4, rate_of
from models.errors import StudioError

LEVELS = (40, 120, 200)


@pytest.fixture
def folder(tmp_path, tiny, pixels, monkeypatch):
    """Three pictures, one that is none, and a text; the command line loads the tiny generator."""
    monkeypatch.setattr(cli, "load", lambda name, device: tiny)
    monkeypatch.setattr(cli, "load_perceptual", lambda name, device: pixels)
    where = tmp_path / "my photos"
    where.mkdir()
    for name, level in zip(("a.PNG", "b.jpg", "b.webp"), LEVELS, strict=True):
        Image.new("RGB", (40, 30), (level,) * 3).save(where / name)
    (where / "notes.txt").write_text("no picture")
    return where


@pytest.fixture
def clip(tmp_path):
    """A film of three grey pictures of 64 by 48."""
    path = tmp_path / "clip.mp4"
    mp4([np.full((48, 64, 3), level, np.uint8) for level in LEVELS], 12, path)
    return path


def project(source, out, *flags):
    given = ["--method", "w+", "--adam.steps", "2", "--seeds", "2", "--out", str(out)]
    return cli.main(["project", str(source), *given, *flags])


def test_a_folder_gives_a_result_each(folder, tmp_path, tiny, capsys):
    out = tmp_path / "out"
    assert project(folder, out) == 0
    assert sorted(path.name for path in out.iterdir()) == ["a", "b.jpg", "b.webp"]
    for name, level in zip(("a", "b.jpg", "b.webp"), LEVELS, strict=True):
        result = Inversion.load(out / name / "result.safetensors")
        assert abs(int(result.target.mean()) - level) < 3 and len(result) == 2
        drawn = np.asarray(Image.open(out / name / f"rank-1-seed-{result.seeds[0]}.png"))
        np.testing.assert_array_equal(drawn, result.render(tiny)[0])
    said = capsys.readouterr().out
    assert said.count("PSNR") == 3


def test_a_file_that_is_none_is_said_and_passed_over(folder, tmp_path, capsys):
    (folder / "0.png").write_text("hello")
    assert project(folder, tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert "0.png: This file is not a picture" in said
    assert len(list((tmp_path / "out").iterdir())) == 3
    for path in folder.iterdir():
        path.unlink()
    assert project(folder, tmp_path / "out") == 1
    assert "There is no picture in" in capsys.readouterr().err


def test_masks_lie_in_a_folder_of_their_own_or_are_one(folder, tmp_path):
    masks = tmp_path / "masks"
    masks.mkdir()
    left = np.arange(40)[None].repeat(30, 0) < 20
    (masks / "a.png").write_bytes(png(np.repeat(left[..., None] * np.uint8(255), 3, 2)))
    for given, count in ((masks, 1), (masks / "a.png", 3)):
        assert project(folder, tmp_path / "out", "--mask", str(given)) == 0
        found = [Inversion.load(path) for path in (tmp_path / "out").rglob("result.safetensors")]
        assert sum(result.mask is not None for result in found) == count


def test_a_mask_is_of_the_picture_of_exactly_its_name(folder, tmp_path, capsys):
    pictures, masks = tmp_path / "pictures", tmp_path / "masks"
    pictures.mkdir()
    masks.mkdir()
    for name in ("IMG.1", "IMG.2", "a[1]", "b"):
        (pictures / f"{name}.png").write_bytes(png(np.zeros((30, 40, 3), np.uint8)))
    for name in ("IMG.1", "a[1]"):
        white = np.zeros((30, 40, 3), np.uint8)
        white[:, :20] = 255
        (masks / f"{name}.png").write_bytes(png(white))
    assert project(pictures, tmp_path / "out", "--mask", str(masks)) == 0
    masked = {
        path.parent.name
        for path in (tmp_path / "out").rglob("result.safetensors")
        if Inversion.load(path).mask is not None
    }
    assert masked == {"IMG.1", "a[1]"}
    assert "no mask of IMG.2" in capsys.readouterr().err


def test_ctrl_c_ends_a_folder_with_what_there_is(folder, tmp_path, pixels, monkeypatch):
    compare, calls = pixels.compare, []

    def interrupting(a, b, weight=None):
        calls.append(1)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return compare(a, b)

    monkeypatch.setattr(pixels, "compare", interrupting)
    assert project(folder, tmp_path / "out") == 130
    assert 1 <= len(list((tmp_path / "out").iterdir())) <= 2


def test_one_fine_tuning_for_all(folder, tmp_path, tiny):
    tuning = ["--tuning.steps", "6", "--tuning.until", "0", "--tuning.penalty", "0"]
    assert project(folder, tmp_path / "plain") == 0
    assert project(folder, tmp_path / "out", "--tune-together", *tuning) == 0
    names = ("a", "b.jpg", "b.webp")
    found = [Inversion.load(tmp_path / "out" / n / "result.safetensors") for n in names]
    before = [Inversion.load(tmp_path / "plain" / n / "result.safetensors") for n in names]
    first = found[0].deltas
    for result in found:
        assert first and all((result.deltas[k] == x).all() for k, x in first.items())
        assert "3 pictures together" in result.notes[-1]
    for result, old in zip(found, before, strict=True):
        assert result.losses[0] != pytest.approx(old.losses[0], rel=1e-3)

    def error(results):
        return np.mean(
            [np.square(r.render(tiny)[0].astype(float) - r.target).mean() for r in results]
        )

    assert error(found) < error(before)


@pytest.mark.parametrize(
    ("source", "flags", "words"),
    [
        ("a.PNG", ["--tune-together"], "for a folder or a film"),
        (".", ["--tune-together", "--tune"], "in place of --tune"),
        (".", ["--blend"], "--blend is for one picture"),
    ],
)
def test_flags_that_do_not_fit_are_said(folder, tmp_path, source, flags, words, capsys):
    assert project(folder / source, tmp_path / "out", *flags) == 1
    assert words in capsys.readouterr().err


def test_a_film_gives_a_result_each_begun_at_the_one_before(
    folder, clip, tmp_path, tiny, monkeypatch
):
    asked = []
    solve = cli.solve

    def noted(*args, start, budget, seeds, **options):
        asked.append((start, budget, seeds))
        return solve(*args, start=start, budget=None, seeds=seeds, **options)

    monkeypatch.setattr(cli, "solve", noted)
    out = tmp_path / "out"
    assert project(clip, out, "--budget", "10s") == 0
    names = [f"frame-{k:05}" for k in (1, 2, 3)]
    assert sorted(path.name for path in out.iterdir()) == ["film.mp4", *names]
    found = [Inversion.load(out / name / "result.safetensors") for name in names]
    assert [len(result) for result in found] == [2, 1, 1]
    assert asked[0] == (None, 10.0, 2) and [each[1:] for each in asked[1:]] == [(2.0, 1)] * 2
    for (start, *_), before in zip(asked[1:], found, strict=False):
        assert (start.ws == before.codes.ws[:1]).all()
    film = list(frames_of(out / "film.mp4"))
    assert len(film) == 3 and rate_of(out / "film.mp4") == 12
    for picture, result in zip(film, found, strict=True):
        assert picture.shape[1] == 2 * picture.shape[0]
        left, right = np.split(picture.astype(float), 2, 1)
        assert abs(left.mean() - result.target.mean()) < 4
        assert abs(right.mean() - result.render(tiny)[0].mean()) < 4


def test_a_film_without_a_method_is_searched_by_one_that_goes_on(folder, clip, tmp_path):
    flags = ["--seeds", "1", "--budget", "0.05s", "--out", str(tmp_path / "out")]
    assert cli.main(["project", str(clip), *flags]) == 0
    files = sorted((tmp_path / "out").rglob("result.safetensors"))
    assert [Inversion.load(file).method for file in files] == ["w+"] * 3


def test_what_is_no_film_gets_a_sentence(tmp_path, clip):
    (tmp_path / "text.mp4").write_text("hello")
    (tmp_path / "short.mp4").write_bytes(clip.read_bytes()[:200])
    with av.open(str(tmp_path / "sound.mp4"), "w") as file:
        stream = file.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        for packet in [*stream.encode(frame), *stream.encode()]:
            file.mux(packet)
    for name, words in (("text.mp4", "not a film"), ("short.mp4", "not a film"),
                        ("sound.mp4", "not a film"), ("none.mp4", "no file")):  # fmt: skip
        with pytest.raises(StudioError, match=words):
            list(frames_of(tmp_path / name))
