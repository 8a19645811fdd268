"""Codes from elsewhere on the page: a run goes on from them, and a file of others is named."""

import numpy as np
import pytest
import torch

from inversion.latents import Codes
from inversion.pictures.images import to_uint8
from models.errors import StudioError
from studio.messages import Job
from studio.presets import decided
from studio.runs import Studio
from tests.inversion.conftest import result_of


@pytest.fixture
def codes(tiny):
    """w+ [1, 6, 8] that no search begins at."""
    return tiny.map(tiny.sample_z(1, torch.Generator().manual_seed(3))) + 0.1


def job(picture, **more):
    return Job(picture, "tiny", "w+", 1, 0, {"adam.steps": 1}, **more)


def test_a_run_goes_on_from_a_file(tiny, codes, pixels, tmp_path):
    np.savez(tmp_path / "projected_w.npz", w=codes.numpy())
    picture = to_uint8(tiny.synthesize(codes))[0]
    studio = Studio(lambda name, progress=None, device="": tiny, lambda *a, **k: pixels)
    found = []
    for start in (None, str(tmp_path / "projected_w.npz")):
        *_, last = studio.frames(job(picture, start=start))
        found.append(last.outcome.result.metrics["PSNR"][0])
    assert found[1] > found[0] + 5
    with pytest.raises(StudioError, match="no file"):
        list(studio.frames(job(picture, start=str(tmp_path / "none.npz"))))


def test_a_wish_with_codes_is_the_method_that_goes_on_from_them(tiny, codes, pixels):
    picture = to_uint8(tiny.synthesize(codes))[0]
    noises = tuple(torch.randn(1, 1, h, w) for h, w in tiny.noise_shapes)
    for start, method in ((Codes(codes), "w+"), (Codes(codes, noises=noises), "(w+, b)")):
        asked = decided(job(picture, wish="closest"), tiny, None, pixels, start)
        assert asked.method == method and asked.encoder is None


def test_a_file_of_others_is_not_opened_as_a_result(tiny, codes, tmp_path):
    np.savez(tmp_path / "projected_w.npz", w=codes.numpy())
    with pytest.raises(StudioError, match="Choose the model on the tab Project"):
        list(Studio().reopen(str(tmp_path / "projected_w.npz")))
    result_of(tiny, Codes(codes)).save(tmp_path / "result.safetensors")
    with pytest.raises(StudioError, match="model called tiny, which is not listed"):
        list(Studio().reopen(str(tmp_path / "result.safetensors")))
