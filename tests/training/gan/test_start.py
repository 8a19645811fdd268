"""A generator that starts from others' weights: what fits is taken, also to grow; its mapping may
be laid anew."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from models.errors import StudioError
from models.readers import native
from tests.training.gan.test_command import SETTINGS, Toy, trainer
from training.gan import networks, pairing, start
from training.gan.trainer import Trainer

FAINT = {"synthesis.b16.torgb.weight", "synthesis.b16.torgb.bias"}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """An 8-pixel network's weights."""
    small = networks.generator(replace(SETTINGS, channels="4,4"), 8)
    with torch.no_grad():
        for p in small.parameters():
            p.add_(torch.randn(p.shape, generator=torch.Generator().manual_seed(5)))
    native.save(small, tmp_path / "small.safetensors", name="small", licence="Apache-2.0")
    return tmp_path / "small.safetensors"


def test_growing_keeps_what_was_learnt(saved: Path) -> None:
    larger = trainer(paired=False, start=str(saved))
    fresh = {k: v.clone() for k, v in larger.generator.state_dict().items()}
    larger.begin()
    held = native.load(saved).state_dict()
    for model in (larger.generator, larger.ema):
        for name, value in model.state_dict().items():
            new = fresh[name] * (start.NEW if name in FAINT else 1)
            assert torch.equal(value, held.get(name, new)), name


def test_a_network_that_does_not_fit_is_refused(saved: Path) -> None:
    other = networks.generator(replace(SETTINGS, channels="8,8", z_dim=5, w_dim=9), 8)
    with pytest.raises(StudioError, match="--start"):
        start.start(other, str(saved))


class Correlated(Toy):
    """Pictures whose brightness in three rows of cells is their code."""

    count = 400

    def __init__(self) -> None:
        rng = torch.Generator().manual_seed(0)
        self._codes = torch.randn(self.count, 3, generator=rng)
        cells = F.interpolate(self._codes[:, None, :, None].expand(-1, 3, -1, 3), size=16)
        self._images = (cells * 30 + 128).clamp(0, 255).to(torch.uint8)


@pytest.mark.slow
def test_a_relaid_mapping_is_gaussian_with_the_old_mean_and_covariance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(start, "DRAWN", 400)
    model = Trainer(replace(SETTINGS, mapping_layers=2, mapping_lr=1.0), Correlated(), "cpu")
    rng = torch.Generator().manual_seed(1)
    G = model.generator
    with torch.no_grad():
        mean, root = start._spread(G, rng)
        by_code, by_rest = start._axes(G, model.data, mean, root, rng)
    old = root @ root.T
    torch.testing.assert_close(by_code @ by_code.T + by_rest @ by_rest.T, old, rtol=1e-3, atol=1e-4)
    left, fixed = start.relay(G, model.data, model.q, rng, 300)
    assert left < 0.2 and 0 < fixed < 1
    torch.testing.assert_close(G.mapping.w_avg, mean, atol=0.1, rtol=0)
    with torch.no_grad():
        z = pairing.latents(model.data.codes(torch.arange(400)), model.q, rng)
        w = G.mapping(z)
    assert (w.mean(0) - mean).norm() < 0.3 * old.trace().sqrt()
    assert 0.6 < torch.cov(w.T).trace() / old.trace() < 1.2
