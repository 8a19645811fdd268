import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from inversion import Degradation, invert
from inversion.operators.measurement import Measurement
from inversion.operators.observation import observe
from models.errors import StudioError


@pytest.fixture
def measurement(picture) -> Measurement:
    settings = {"compressed-sensing.percent": 30.0}
    return observe(picture, 16, Degradation("compressed-sensing", settings, 3)).measurement


@pytest.fixture
def file(measurement, tmp_path):
    measurement.save(tmp_path / "m.safetensors")
    return tmp_path / "m.safetensors"


def test_a_file_brings_its_operator(measurement, file, picture, tiny, pixels):
    again = Measurement.load(file)
    x = torch.rand(2, 3, 16, 16)
    assert torch.equal(again.operator()(x), measurement.operator()(x))
    assert not again.degraded
    options = {"seeds": 2, "steps": 5, "perceptual": pixels}
    there = invert(tiny, again, "w+", **options)
    asked = Degradation("compressed-sensing", measurement.settings, seed=3)
    here = invert(tiny, picture, "w+", degradation=asked, **options)
    assert torch.equal(there.codes.ws, here.codes.ws)
    assert set(there.metrics) == {"measurement error"}


def test_a_tensor_is_a_measurement(measurement, picture):
    task = Degradation("compressed-sensing", measurement.settings, 3, degrade=False)
    for y in (measurement.y, measurement.y[0]):
        assert torch.equal(observe(y, 16, task).y, measurement.y)
    for y, words in (
        (measurement.y[:, 1:], "belongs to another operator"),
        (measurement.y * torch.nan, "not finite"),
    ):
        with pytest.raises(StudioError, match=words):
            observe(y, 16, task)
    with pytest.raises(StudioError, match="degrade=False"):
        observe(measurement.y, 16, replace(task, degrade=True))
    with pytest.raises(StudioError, match="measured numbers, not from a picture"):
        observe(picture, 16, task)


def test_a_measurement_of_another_operator_is_refused(file):
    measurement = Measurement.load(file)
    with pytest.raises(StudioError, match="made by another operator .Compressed sensing"):
        observe(measurement, 16, Degradation("mri"))
    with pytest.raises(StudioError, match="16 pixels a side"):
        observe(measurement, 64)
    with pytest.raises(StudioError, match="no settings"):
        same = Degradation("compressed-sensing", {"compressed-sensing.percent": 30.0})
        observe(measurement, 16, same)
    with pytest.raises(StudioError, match="no settings"):
        hidden = Degradation("inpainting", hidden=np.ones((16, 16), bool))
        observe(measurement, 16, hidden)


def changed(file, change):
    tensors = load_file(file)
    with safe_open(file, "pt") as opened:
        metadata = opened.metadata()
    header = json.loads(metadata["header"])
    change(tensors, header)
    save_file(tensors, file, metadata | {"header": json.dumps(header)})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t, h: t.update(y=t["y"][:, 1:].clone()), "another operator"),
        (lambda t, h: t.pop("state.rows"), "another operator"),
        (lambda t, h: h.update(resolution=32), "another operator"),
        (lambda t, h: t.pop("y"), "damaged"),
        (lambda t, h: t.update(y=t["y"] * torch.nan), "damaged"),
        (lambda t, h: h.pop("tasks"), "damaged"),
        (lambda t, h: h.update(tasks=["alchemy"]), "operator of your own"),
        (lambda t, h: h.update(settings={"mri.centre": 1}), "no setting"),
    ],
)
def test_a_file_whose_parts_do_not_fit_is_refused(change, words, file):
    changed(file, change)
    with pytest.raises(StudioError, match=words):
        Measurement.load(file).operator()


def test_other_files_are_refused(file, tmp_path):
    file.write_bytes(file.read_bytes()[:-50])
    with pytest.raises(StudioError, match="cut short"):
        Measurement.load(file)
    save_file({"x": torch.zeros(1)}, file)
    with pytest.raises(StudioError, match="something else"):
        Measurement.load(file)
    with pytest.raises(StudioError, match="no file"):
        Measurement.load(tmp_path / "absent")


def test_one_that_cannot_be_written_is_a_sentence(measurement, tmp_path):
    with pytest.raises(StudioError, match="could not be written"):
        measurement.save(tmp_path / "no" / "folder" / "m.safetensors")


def test_the_file_does_not_hold_the_picture(measurement, file, picture):
    assert set(load_file(file)) == {"y", "state.signs", "state.filter", "state.rows"}
    shown = measurement.picture()
    assert shown.shape == (16, 16, 3) and shown.dtype == np.uint8
    assert np.abs(shown.astype(float) - picture).mean() > 20
