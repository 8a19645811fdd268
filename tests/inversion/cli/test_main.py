import json

import numpy as np
import pytest
from PIL import Image

from inversion import METHODS, Inversion, solve
from inversion.cli import main as cli
from inversion.pictures.blend import blend
from inversion.pictures.images import Crop, png
from inversion.presets import Preset
from models.errors import StudioError
from tests.conftest import tiny_overparam


@pytest.fixture
def files(tmp_path, tiny, pixels, monkeypatch):
    """A picture file, an output folder; the command line loads the tiny generator."""
    gradient = np.tile(np.linspace(0, 255, 60, dtype=np.uint8)[None, :, None], (40, 1, 3))
    (tmp_path / "photo.png").write_bytes(png(gradient))
    monkeypatch.setattr(cli, "load", lambda name, device: tiny)
    monkeypatch.setattr(cli, "load_perceptual", lambda name, device: pixels)
    return str(tmp_path / "photo.png"), tmp_path / "run"


def project(files, *flags):
    photo, out = files
    method = () if "--method" in flags else ("--method", "w+")
    return cli.main(["project", photo, "--out", str(out), *method, *flags])


def test_without_a_method_the_closest_that_was_measured_is_run(files, monkeypatch, capsys):
    photo, out = files
    wishes = []

    def chosen(wish, *about, **how):
        wishes.append((wish, how["seconds"]))
        return Preset("w", 2, settings={"adam.steps": 2})

    monkeypatch.setattr(cli, "choose", chosen)
    assert cli.main(["project", photo, "--out", str(out), "--effort", "fast"]) == 0
    assert cli.main(["project", photo, "--out", str(out), "--method", "instant"]) == 0
    assert wishes == [("closest", 2.0), ("instant", 10.0)]
    assert Inversion.load(out / "result.safetensors").method == "w"
    with pytest.raises(SystemExit):
        cli.main(["project", photo, "--out", str(out), "--adam.steps", "1"])
    assert "name it with --method" in capsys.readouterr().err


def test_project_writes_everything_that_the_page_offers(files, tiny, capsys):
    assert project(files, "--method", "w", "--seeds", "2", "--adam.steps", "5") == 0
    _, out = files
    result = Inversion.load(out / "result.safetensors")
    drawn = result.render(tiny)
    for rank, seed in enumerate(result.seeds):
        saved = np.asarray(Image.open(out / f"rank-{rank + 1}-seed-{seed}.png"))
        np.testing.assert_array_equal(saved, drawn[rank])
    np.testing.assert_array_equal(np.asarray(Image.open(out / "target.png")), result.target)
    settings = json.loads((out / "settings.json").read_text())
    assert settings["settings"]["adam.steps"] == 5 and settings["method"] == "w"
    assert "PSNR" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("method", [m for m, row in METHODS.items() if not row.needs_encoder])
def test_every_knob_is_a_flag_and_reaches_the_saved_file(method, files, monkeypatch):
    if "b" not in METHODS[method].latents.spaces:  # what needs no noises serves matrices, too
        monkeypatch.setattr(cli, "load", lambda name, device: tiny_overparam())
    low = {
        name: knob.default if knob.low is None else knob.type(knob.low)
        for name, knob in METHODS[method].knobs().items()
    }
    low |= {name: not value for name, value in low.items() if isinstance(value, bool)}
    flags = [text for name, value in low.items() for text in (f"--{name}", str(value))]
    if all(low[name] == 0 for name in low if name.endswith("weight")):
        weighted = next(name for name in low if name.endswith("weight"))
        flags += [f"--{weighted}", "1.0"]
        low[weighted] = 1.0
    assert project(files, "--method", method, "--seeds", "1", *flags) == 0
    assert Inversion.load(files[1] / "result.safetensors").settings == low


def test_the_crop_flags_are_the_crops_knobs(files, tiny):
    assert project(files, "--adam.steps", "1", "--crop.x", "1", "--crop.zoom", "2") == 0
    photo, out = files
    expected = Crop(x=1, zoom=2).apply(np.asarray(Image.open(photo)), tiny.resolution)
    np.testing.assert_array_equal(np.asarray(Image.open(out / "target.png")), expected)


def test_the_mask_is_cropped_with_the_photo(files, tiny, tmp_path):
    painted = np.zeros((40, 60), bool)
    painted[:, 40:] = True
    Image.fromarray(painted).save(tmp_path / "mask.png")
    flags = ["--mask", str(tmp_path / "mask.png"), "--crop.x", "1", "--method", "w"]
    assert project(files, "--adam.steps", "2", *flags) == 0
    kept = Inversion.load(files[1] / "result.safetensors").mask
    np.testing.assert_array_equal(kept, np.arange(16)[None].repeat(16, 0) >= 8)
    settings = json.loads((files[1] / "settings.json").read_text())
    assert settings["crop"] == {"zoom": 1.0, "x": 1.0, "y": 0.0, "angle": 0.0}


def test_a_class_is_named_or_numbered(files, tiny, monkeypatch):
    asked = []

    def solve(*_, label, **options):
        asked.append(label)
        raise StudioError("enough")

    tiny.class_dim, tiny.class_names = 2, ("cat", "brown bear")
    monkeypatch.setattr(cli, "solve", solve)
    for flags in ([], ["--class", "Brown Bear"], ["--class", "0"]):
        assert project(files, *flags) == 1
    assert asked == [None, 1, 0]


def test_fine_tuning_is_in_the_result_and_the_blend_beside_it(files, tiny):
    flags = ["--tuning.penalty", "0", "--tuning.lr", "0.01", "--tuning.until", "0"]
    plain = ["--method", "w", "--seeds", "2", "--adam.steps", "3"]
    assert project(files, *plain) == 0
    found = Inversion.load(files[1] / "result.safetensors")
    assert not (files[1] / "blended.png").exists() and found.deltas is None
    assert project(files, *plain, "--tune", "--blend", "--tuning.steps", "3", *flags) == 0
    photo, out = files
    tuned = Inversion.load(out / "result.safetensors")
    assert tuned.deltas and tuned.steps == 6
    np.testing.assert_array_equal(tuned.render(tiny, strength=0), found.render(tiny))
    expected = blend(np.asarray(Image.open(photo)), tuned.render(tiny)[0], Crop(), None)
    np.testing.assert_array_equal(np.asarray(Image.open(out / "blended.png")), expected)


def test_the_encoder_is_the_models_or_one_by_name(files, monkeypatch):
    asked = []

    def load_encoder(name, device):
        asked.append(name)
        raise StudioError("enough")

    monkeypatch.setattr(cli, "load_encoder", load_encoder)
    for flags in (["--encoder"], ["--encoder", "e4e-ffhq"], ["--method", "encoder"]):
        assert project(files, "--model", "tiny", *flags) == 1
    assert asked == ["tiny", "e4e-ffhq", "tiny"]
    assert project(files, "--adam.steps", "1") == 0
    assert len(asked) == 3
    photo, out = files
    assert cli.main(["project", photo, "--out", str(out), "--encoder", "e4e-ffhq"]) == 1
    assert asked[3:] == ["e4e-ffhq"], "one that is named is not passed over by a wish"


@pytest.mark.parametrize(
    ("flags", "seconds"), [([], 10.0), (["--effort", "fast"], 2.0), (["--budget", "3s"], 3.0)]
)
def test_effort_and_budget_are_seconds(files, monkeypatch, flags, seconds):
    asked = []

    def noted(*args, budget, **options):
        asked.append(budget)
        return solve(*args, budget=None, **options)

    monkeypatch.setattr(cli, "solve", noted)
    assert project(files, "--adam.steps", "1", *flags) == 0
    assert asked == [seconds]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--method", "magic"], "no method 'magic'"),
        (["--adam.lr", "-1"], "adam.lr"),
        (["--crop.zoom", "99"], "crop.zoom"),
        (["--seeds", "0"], "seeds"),
        (["--class", "3"], "has no classes"),
        (["--class", "dog"], "has no classes"),
        (["--mask", "nowhere.png"], "no file nowhere.png"),
    ],
)
def test_mistakes_get_one_sentence_and_status_1(flags, words, files, capsys):
    assert project(files, *flags) == 1
    error = capsys.readouterr().err
    assert words in error and "Traceback" not in error


def test_a_file_that_is_no_picture_gets_one_sentence(files, tmp_path, capsys):
    text = tmp_path / "notes.png"
    text.write_text("hello")
    assert project((str(text), files[1])) == 1
    assert "not a picture" in capsys.readouterr().err


def test_ctrl_c_keeps_the_best_so_far(files, monkeypatch, pixels):
    compare, calls = pixels.compare, []

    def interrupting(a, b, weight=None):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return compare(a, b)

    monkeypatch.setattr(pixels, "compare", interrupting)
    assert project(files, "--seeds", "2") == 130
    assert Inversion.load(files[1] / "result.safetensors").steps == 3
