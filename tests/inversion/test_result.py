import dataclasses
import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from inversion import METHODS, Inversion, invert
from models.errors import StudioError
from tests.conftest import beginning, tiny_overparam
from tests.ui import doubles


@pytest.fixture
def result(tiny, picture, pixels):
    return invert(tiny, picture, "(w+, b)", seeds=3, steps=4, seed=5, perceptual=pixels)


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_a_saved_result_draws_the_same_bytes(name, tiny, picture, pixels, tmp_path):
    G = tiny_overparam() if name in ("W", "W+") else tiny
    begin = beginning(METHODS[name], G)
    result = invert(G, picture, name, seeds=2, steps=4, perceptual=pixels, **begin)
    result.save(tmp_path / "r.safetensors")
    again = Inversion.load(tmp_path / "r.safetensors")
    drawn = result.render(G)
    assert drawn.dtype == np.uint8 and drawn.shape == (len(result), 16, 16, 3)
    np.testing.assert_array_equal(again.render(G), drawn)


def test_every_field_survives_the_file(result, tmp_path):
    result.save(tmp_path / "r.safetensors")
    again = Inversion.load(tmp_path / "r.safetensors")
    for field in dataclasses.fields(Inversion):
        if field.name == "codes":
            for (name, a), (_, b) in zip(
                result.codes.tensors(), again.codes.tensors(), strict=True
            ):
                assert torch.equal(a, b), name
        elif field.name == "target":
            np.testing.assert_array_equal(again.target, result.target)
        else:
            assert getattr(again, field.name) == getattr(result, field.name), field.name


def test_the_result_names_its_seeds_best_first_and_all_its_settings(result):
    assert set(result.seeds) == {5, 6, 7}
    assert set(result.metrics) == {"PSNR", "SSIM", "pooled pixels"}
    assert result.settings == METHODS["(w+, b)"].settings() | {"adam.steps": 4}


def test_metrics_are_those_of_the_rendered_bytes(result, tiny):
    drawn = result.render(tiny)[0] / 255.0
    mse = np.mean((drawn - result.target / 255.0) ** 2)
    assert result.metrics["PSNR"][0] == pytest.approx(-10 * np.log10(mse), rel=1e-4)


def test_float_rendering_is_before_rounding(result, tiny):
    images = result.render(tiny, uint8=False)
    assert images.dtype == torch.float32 and images.shape == (3, 3, 16, 16)
    levels = ((images.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    np.testing.assert_array_equal(levels, result.render(tiny))


def test_another_models_result_is_refused_by_name(result, other_tiny):
    with pytest.raises(StudioError, match="made with tiny .* not with other"):
        result.render(other_tiny)


def corrupted(path, change):
    """The file with its tensors and header changed in place."""
    tensors = load_file(path)
    import safetensors

    with safetensors.safe_open(path, "pt") as file:
        header = json.loads(file.metadata()["header"])
        form = file.metadata()["format"]
    change(tensors, header)
    save_file(tensors, path, {"format": form, "header": json.dumps(header)})


@pytest.mark.parametrize(
    "change",
    [
        lambda t, h: t.pop("ws"),
        lambda t, h: t.pop("target"),
        lambda t, h: t.update(ws=t["ws"][:1].clone()),
        lambda t, h: t.update(ws=t["ws"] * torch.nan),
        lambda t, h: t.update({"noises.7": t.pop("noises.0")}),
        lambda t, h: h.pop("seeds"),
        lambda t, h: h.update(losses=[1.0]),
        lambda t, h: h.update(metrics=["PSNR"]),
        lambda t, h: h.update(identity={"name": "x"}),
        lambda t, h: h.update(seeds=["a", "b", "c"]),
    ],
)
def test_a_file_whose_parts_do_not_fit_is_refused(change, result, tmp_path):
    path = tmp_path / "r.safetensors"
    result.save(path)
    corrupted(path, change)
    with pytest.raises(StudioError, match="damaged"):
        Inversion.load(path)


def test_other_files_are_refused(result, tmp_path):
    path = tmp_path / "r.safetensors"
    result.save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(StudioError, match="cut short"):
        Inversion.load(path)
    path.write_bytes(b"<html>quota exceeded</html>")
    with pytest.raises(StudioError, match="not a saved result"):
        Inversion.load(path)
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(StudioError, match="something else"):
        Inversion.load(path)
    with pytest.raises(StudioError, match="no file"):
        Inversion.load(tmp_path / "absent")


def test_a_result_that_cannot_be_written_is_a_sentence(result, tmp_path):
    with pytest.raises(StudioError, match="could not be written"):
        result.save(tmp_path / "no" / "such" / "folder" / "r.safetensors")


def test_a_reopened_result_is_rounded_as_it_was_wherever_its_tensors_lie(tmp_path, pixels):
    G = doubles.load("avatars")
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    result = invert(G, picture, "w+", seeds=4, steps=3, perceptual=pixels)
    drawn = result.render(G, uint8=False)
    for length in range(0, 64, 8):  # of the header, which decides where the tensors begin
        noted = dataclasses.replace(result, notes=("x" * length,))
        noted.save(tmp_path / "mine.safetensors")
        again = Inversion.load(tmp_path / "mine.safetensors")
        assert torch.equal(again.render(G, uint8=False), drawn)
