import json

import pytest
import torch
from safetensors.torch import save_file

from models import load_estimator
from models.encoders.estimator import Estimator, Reading, save
from models.errors import StudioError

READINGS = (
    Reading("yaw", "number", 3.0, 20.0, 0.9),
    Reading("glasses", "part", 0.25, 0.43),
    Reading("cat", "class", 0.5, 0.5),
    Reading("owl", "class", 0.5, 0.5),
)


@pytest.fixture
def estimator():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Estimator(readings=READINGS, widths=(8, 8)).requires_grad_(False).eval()


def pictures(n, side=32):
    return torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_values_are_in_the_attributes_own_units(estimator):
    x = pictures(3)
    values, raw = estimator(x), estimator.raw(x)
    torch.testing.assert_close(values[:, 0], 3 + 20 * raw[:, 0])
    torch.testing.assert_close(values[:, 1], raw[:, 1].sigmoid())
    torch.testing.assert_close(values[:, 2:].sum(1), torch.ones(3))
    assert estimator.names == ("yaw", "glasses", "cat", "owl")
    assert estimator(pictures(1, 48)).shape == (1, 4)  # of any size


def test_it_survives_its_file(estimator, tmp_path):
    save(estimator, tmp_path / "e.safetensors", name="estimator-toys", licence="Apache-2.0")
    again = load_estimator(tmp_path / "e.safetensors")
    assert again.readings == READINGS and again.identity.name == "estimator-toys"
    assert len(again.identity.sha256) == 64
    torch.testing.assert_close(again(pictures(2)), estimator(pictures(2)), rtol=1e-2, atol=2e-2)


def test_files_that_are_no_estimator(estimator, tmp_path):
    with pytest.raises(StudioError, match="read the attributes of pictures by ffhq"):
        load_estimator("ffhq-1024")
    path = tmp_path / "e.safetensors"
    path.write_bytes(b"<html>")
    with pytest.raises(StudioError, match="cut short"):
        load_estimator(path)
    about = {"format": "gan-inversion-studio", "architecture": json.dumps({"class": "encoder"})}
    save_file({"x": torch.ones(1)}, path, about)
    with pytest.raises(StudioError, match="no estimator"):
        load_estimator(path)
    about["architecture"] = json.dumps({"class": "estimator", "readings": [{"name": 1}]})
    save_file({"x": torch.ones(1)}, path, about)
    with pytest.raises(StudioError, match="cannot build"):
        load_estimator(path)


@pytest.mark.slow
def test_the_embedded_one_reads_what_its_card_says():
    """Held-out avatars, whose attributes are known: better than the mean where it says so."""
    from training.avatars import attributes
    from training.data.baked import held_out

    estimator = load_estimator("avatars")
    assert load_estimator("avatars-overparam").identity == estimator.identity
    images, codes = held_out(24)
    values, known = estimator(images.float() / 127.5 - 1), attributes(codes)
    sure = [r.name for r in estimator.readings if r.kind == "number" and r.score > 0.8]
    assert {"yaw", "light_azimuth", "cloth_hue"} <= set(sure)
    for name in sure:
        k = estimator.names.index(name)
        error = (values[:, k] - getattr(known, name)).square().mean() / estimator.std[k] ** 2
        assert float(error) < 0.5, name
    species = values[:, estimator.kind("class")].argmax(1)
    assert int((species == known.species).sum()) >= 22
