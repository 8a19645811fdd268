"""Real portraits as arrays: what is held out, what counts how often, and codes that are normal."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.errors import StudioError
from training.data import portraits
from training.data.arrays import CODES, Arrays
from training.gan.command import opened

NAMES = [f"{k}.jpg" for k in range(60)]
COLOURED = 20


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 random pictures of 32 pixels, the first 20 in colour; the last is the first once more."""
    path = tmp_path_factory.mktemp("zip") / "portraits.zip"
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as out:
        table = ["file,colour"]
        for k, name in enumerate(NAMES):
            seed = 0 if k == len(NAMES) - 1 else k
            pixels = np.random.default_rng(seed).integers(256, size=(32, 32, 3), dtype=np.uint8)
            noise = rng.integers(3, size=pixels.shape, dtype=np.uint8)
            data = io.BytesIO()
            Image.fromarray(pixels // 2 + noise).save(data, "PNG")
            out.writestr(name, data.getvalue())
            table.append(f"{name},{int(k < COLOURED)}")
        out.writestr("portraits.csv", "\n".join(table))
    return path


def test_held_out_pictures_and_their_doubles_are_not_trained_on(
    archive: Path, tmp_path: Path
) -> None:
    assert portraits.prepare(archive, tmp_path, NAMES[:4]) == (55, 4)
    data, held = Arrays(tmp_path, 32), Arrays(tmp_path / "held-out", 32)
    assert data.count == 2 * (3 * (COLOURED - 4) + 39) and held.count == 2 * 3 * 4
    _, pictures, _ = portraits.read(archive)
    first = torch.from_numpy(pictures[0]).permute(2, 0, 1)
    assert torch.equal(held.images(torch.tensor([0]))[0], first)
    for part in torch.arange(data.count).split(50):
        assert not (data.images(part).float() - first).abs().mean((1, 2, 3)).lt(5).any()
    assert opened(tmp_path, 16).images(torch.tensor([3])).shape == (1, 3, 16, 16)
    with pytest.raises(StudioError, match="16, 32"):
        Arrays(tmp_path, 64)


def test_the_second_half_is_the_first_mirrored_with_codes_of_its_own(
    archive: Path, tmp_path: Path
) -> None:
    portraits.prepare(archive, tmp_path, NAMES[:1])
    data = Arrays(tmp_path, 16)
    half = torch.arange(data.count // 2)
    assert torch.equal(data.images(half).flip(3), data.images(half + len(half)))
    assert torch.equal(data.images(torch.tensor([0])), data.images(torch.tensor([2])))  # colour
    codes = data.codes(torch.arange(data.count))
    assert codes.shape == (data.count, CODES) and codes.isfinite().all()
    assert codes.mean(0).abs().max() < 0.02 and (codes.std(0) - 1).abs().max() < 0.05
    assert not torch.equal(codes[: len(half)], codes[len(half) :])
    assert data.description(torch.tensor([0, data.count - 1]))[:, 0].tolist() == [3, 1]


def test_a_file_that_is_no_such_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no zip")
    with pytest.raises(StudioError, match="--zip"):
        portraits.read(tmp_path / "a.zip")


def test_the_list_of_the_held_out() -> None:
    names = portraits.HELD_OUT.read_text().split()
    assert len(names) == len(set(names)) == 300
