import json

import numpy as np
import pytest
from PIL import Image

from inversion import Inversion
from inversion.cli import main as cli
from inversion.operators import TASKS
from inversion.operators.measurement import Measurement
from inversion.operators.request import read_kernel
from inversion.pictures.images import png
from inversion.presets.choice import restoring

QUICK = ("--method", "w", "--seeds", "2", "--adam.steps", "2")


@pytest.fixture
def files(tmp_path, tiny, pixels, monkeypatch):
    """A photo with a mask and a kernel beside it; the command line loads the tiny generator."""
    y, x = np.mgrid[0:40, 0:60]
    photo = np.uint8(np.stack([4 * x, 6 * y, 255 * (x > y)], -1))
    (tmp_path / "photo.png").write_bytes(png(photo))
    painted = np.zeros((40, 60), np.uint8)
    painted[10:20, 20:30] = 255
    Image.fromarray(painted).save(tmp_path / "mask.png")
    Image.fromarray(np.uint8([[0, 255, 0], [255, 255, 255], [0, 255, 0]])).save(
        tmp_path / "kernel.png"
    )
    monkeypatch.setattr(cli, "load", lambda name, device: tiny)
    monkeypatch.setattr(cli, "load_perceptual", lambda name, device: pixels)
    return tmp_path


def restore(folder, *flags, picture="photo.png", quick=QUICK):
    return cli.main(
        ["restore", str(folder / picture), "--out", str(folder / "run"), *quick, *flags]
    )


def saved(folder) -> Inversion:
    return Inversion.load(folder / "run" / "result.safetensors")


def test_a_hole_in_a_clean_picture(files, capsys):
    assert restore(files, "--task", "inpaint", "--mask", str(files / "mask.png")) == 0
    result, run = saved(files), files / "run"
    measured = result.measurement
    assert measured.tasks == ("inpainting",) and measured.settings["inpainting.hole"] == "painted"
    hidden = measured.given.hidden.numpy()
    rows, columns = np.where(hidden)
    # pixels 10-20 of 40 rows and, in the centre square that begins at 10, 10-20 of 40 columns
    assert 3 <= rows.min() <= 4 and 7 <= rows.max() <= 8
    assert 3 <= columns.min() <= 4 and 7 <= columns.max() <= 8
    assert {"PSNR", "SSIM", "measurement error"} <= set(result.metrics)
    assert "PSNR" in capsys.readouterr().out
    settings = json.loads((run / "settings.json").read_text())
    assert settings["measurement"]["tasks"] == ["inpainting"]
    np.testing.assert_array_equal(np.asarray(Image.open(run / "target.png")), result.target)
    degraded = np.asarray(Image.open(run / "degraded.png"))
    assert abs(degraded[hidden > 0].astype(float) - 127.5).max() < 1
    assert (degraded == result.target)[hidden == 0].all()
    best = f"rank-1-seed-{result.seeds[0]}"
    drawn, known = (np.asarray(Image.open(run / f"{best}{e}.png")) for e in ("", "-known-pixels"))
    assert (known[hidden > 0] == drawn[hidden > 0]).all()
    assert (known == result.target)[hidden == 0].all()


def test_a_degraded_picture_has_no_truth(files, capsys):
    assert restore(files, "--degraded", "--mask", str(files / "mask.png")) == 0
    assert set(saved(files).metrics) == {"measurement error", "rim error"}
    assert "PSNR" not in capsys.readouterr().out


def test_a_thumbnail_tells_its_factor(files):
    Image.new("RGB", (4, 4), (200, 40, 90)).save(files / "small.png")
    assert restore(files, "--task", "super", "--degraded", picture="small.png") == 0
    measured = saved(files).measurement
    assert measured.settings["super-resolution.factor"] == 4 and measured.y.shape == (1, 3, 4, 4)


def test_tasks_after_one_another_with_their_knobs_and_seed(files):
    flags = ("--task", "super-resolution", "--task", "denoising")
    knobs = ("--super-resolution.factor", "2", "--denoising.sigma", "0.5", "--task-seed", "7")
    assert restore(files, *flags, *knobs) == 0
    measured = saved(files).measurement
    assert measured.tasks == ("super-resolution", "denoising") and measured.seed == 7
    assert measured.settings["super-resolution.factor"] == 2
    assert measured.settings["denoising.sigma"] == 0.5


def test_a_kernel_of_ones_own(files):
    assert restore(files, "--task", "deblur", "--kernel", str(files / "kernel.png")) == 0
    given = saved(files).measurement.given.kernel.numpy()
    np.testing.assert_array_equal(given, read_kernel(files / "kernel.png"))


def test_a_measurement_comes_back_without_its_truth(files):
    assert restore(files, "--task", "compressed-sensing") == 0
    first = saved(files)
    (files / "run" / "measurement.safetensors").rename(files / "y.safetensors")
    assert restore(files, picture="y.safetensors") == 0
    again = saved(files)
    assert first.truth is not None and again.truth is None
    np.testing.assert_array_equal(again.measurement.y, first.measurement.y)
    assert Measurement.load(files / "y.safetensors").tasks == ("compressed-sensing",)


@pytest.mark.slow
def test_a_hole_is_undone_by_what_was_measured_best_unless_told_otherwise(files, tiny):
    assert restore(files, quick=("--seeds", "2", "--budget", "0.2s")) == 0
    assert len(saved(files)) == 2
    assert saved(files).method == restoring(tiny, ["inpainting"]).method
    assert saved(files).measurement.tasks == ("inpainting",)


@pytest.mark.parametrize("task", TASKS)
def test_every_knob_of_a_task_is_a_flag(task, files, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["restore", "--task", task, "--help"])
    assert ended.value.code == 0
    help = capsys.readouterr().out
    assert all(f"--{name} " in help for name in TASKS[task].knobs())


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--task", "x"), "There is no task 'x'"),
        (("--task", "de"), "There is no task 'de'"),
        (("--task", "denoising", "--denoising.sigma", "0"), "σ = 0"),
        (("--task", "super", "--super-resolution.factor", "3"), "does not divide"),
        (("--task", "denoising", "--mask", "mask.png"), "no use for a hidden"),
        (("--task", "inpaint", "--mask", "kernel.png"), "not in shape"),
        (("--task", "inpaint", "--mask", "other.png"), "not in shape"),
        (("--task", "inpaint", "--mask", "empty.png"), "hides nothing"),
        (("--task", "inpaint", "--mask", "full.png"), "hides the whole picture"),
        (("--task", "compressed", "--degraded"), "starts from measured numbers"),
        (("--kernel", "photo.png", "--task", "deblur"), "too large"),
    ],
)
def test_what_does_not_fit_together_is_a_sentence(flags, words, files, capsys):
    Image.new("L", (60, 40), 0).save(files / "empty.png")
    Image.new("L", (60, 40), 255).save(files / "full.png")
    Image.new("L", (40, 40), 255).save(files / "other.png")
    flags = [str(files / flag) if flag.endswith(".png") else flag for flag in flags]
    assert restore(files, *flags) == 1
    assert words in capsys.readouterr().err


def test_a_measurement_names_its_task_itself(files, capsys):
    assert restore(files) == 0
    (files / "run" / "measurement.safetensors").rename(files / "y.safetensors")
    assert restore(files, "--task", "denoising", picture="y.safetensors") == 1
    assert "brings its task" in capsys.readouterr().err
