"""Devices: a name that is there, or a sentence; and exact numbers on the CPU."""

import re
from pathlib import Path

import pytest
import torch

from models import load, load_encoder, load_estimator, load_perceptual
from models.devices import available
from models.errors import StudioError

ROOT = Path(__file__).parents[2]


def test_what_there_always_is():
    assert available("cpu") == "cpu" == available("cpu:0")[:3]
    assert available(torch.device("cpu")) == "cpu"


@pytest.mark.parametrize("name", ["gpu", "", "CUDA", "cuda:x", "cuda:", "cuda:-1", "xpu", "meta"])
def test_names_that_are_none(name):
    with pytest.raises(StudioError, match=f"no device {name!r}.*mps"):
        available(name)


@pytest.mark.parametrize(
    ("built", "there", "count", "name", "words"),
    [
        (None, False, 0, "cuda", "built without CUDA"),
        ("12.8", False, 0, "cuda:1", "nvidia-smi"),
        ("12.8", True, 1, "cuda:1", "has one, cuda:0"),
        ("12.8", True, 2, "cuda:7", "has 2, cuda:0 to cuda:1"),
        ("12.8", True, 2, "cuda:1", None),
        ("12.8", True, 1, "cuda", None),
    ],
)
def test_an_nvidia_gpu(monkeypatch, built, there, count, name, words):
    monkeypatch.setattr(torch.version, "cuda", built)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    if words is None:
        assert available(name) == name
    else:
        with pytest.raises(StudioError, match=words):
            available(name)


@pytest.mark.parametrize(("built", "words"), [(False, "built without it"), (True, "too old")])
def test_apples_gpu(monkeypatch, built, words):
    monkeypatch.setattr(torch.backends.mps, "is_built", lambda: built)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(StudioError, match=words):
        available("mps")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert available("mps") == "mps"


@pytest.mark.parametrize("loader", [load, load_encoder, load_estimator, load_perceptual])
def test_every_loader_asks_first(loader):
    with pytest.raises(StudioError, match="no device 'gpu'"):
        loader("embedded" if loader is load_perceptual else "avatars", device="gpu")


def test_exact_numbers_are_made_on_the_cpu_alone():
    """Apple's GPU has no float64; to ask it for one ends every method that does."""
    elsewhere = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for floor in ("models", "inversion", "studio")
        for path in (ROOT / floor).rglob("*.py")
        for line in path.read_text().splitlines()
        if "readers" not in path.parts
        and "generator=self.rng" not in line
        and re.search(r"(?<!cpu\(\))\.double\(\)|\.to\(torch\.float64|dtype=torch\.float64", line)
    ]
    assert not elsewhere, elsewhere
