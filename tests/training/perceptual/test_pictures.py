"""Where the pictures come from."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from models.errors import StudioError
from tests.training.perceptual.sources import rng
from training.perceptual.pictures import Families, Photos, Scans, Shapes, mixture


def test_scans_and_photos_hold_out_others(scans: Path, photos: Path) -> None:
    assert Scans(scans, held_out=True).draw(4, 32, rng()).min() > 0.8
    assert Photos(photos, held_out=True).draw(4, 32, rng()).min() > 0.99
    assert Photos(photos).draw(4, 32, rng()).max() < -0.99
    assert Scans(scans).draw(4, 32, rng()).shape == (4, 3, 32, 32)
    assert len(Scans(scans, most=2).pictures) <= 2


def test_no_pictures_is_an_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "scans.zip", "w"):
        pass
    with pytest.raises(StudioError, match="--scans"):
        Scans(tmp_path / "scans.zip")
    with pytest.raises(StudioError, match="--photos"):
        Photos(tmp_path)


def test_a_mixture_has_as_many_pictures_as_asked(scans: Path, photos: Path) -> None:
    x = mixture([Scans(scans), Photos(photos), Shapes()], 7, 40, rng())
    assert x.shape == (7, 3, 40, 40) and x.abs().max() <= 1
    assert not torch.equal(x[0], x[1])


@pytest.mark.slow
def test_families_are_rendered_once_and_drift_apart(tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "families.npy"
    rendered = Families.render(7, 1, cache).images
    assert rendered.shape == (1, Families.STEPS, 3, 64, 64) and rendered.dtype == torch.uint8
    first = rendered[0, 0].float()
    changes = [(member.float() - first).abs().mean() for member in rendered[0, 1:]]
    assert 0 < changes[0] < changes[-1]
    np.save(cache, np.zeros_like(rendered.numpy()))
    assert (Families.render(7, 1, cache).images == 0).all()


def test_family_pairs_are_of_one_family() -> None:
    images = torch.arange(3, dtype=torch.uint8)[:, None, None, None, None] * 100
    images = images + torch.arange(Families.STEPS, dtype=torch.uint8)[:, None, None, None]
    x, y = Families(images.expand(3, Families.STEPS, 3, 64, 64)).pairs(5, 4, 32, rng())
    family = ((x[:, 0, 0, 0] + 1) * 127.5).round()
    member = ((y[:, 0, 0, 0] + 1) * 127.5).round() - family.repeat(4)
    assert x.shape == (5, 3, 32, 32) and y.shape == (20, 3, 32, 32)
    assert set(family.tolist()) <= {0.0, 100.0, 200.0}
    assert ((member >= 1) & (member < Families.STEPS)).all()
