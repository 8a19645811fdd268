"""A teacher with random weights, folders of pictures, and steps that are small."""

import zipfile
from pathlib import Path

import pytest
import torch
from PIL import Image
from torchvision.models import squeezenet1_1

from training.perceptual import distillation
from training.perceptual.teacher import Teacher


@pytest.fixture(scope="module")
def teacher_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SqueezeNet 1.1 with random weights."""
    path = tmp_path_factory.mktemp("teacher") / "squeezenet.pt"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torch.save(squeezenet1_1().state_dict(), path)
    return path


@pytest.fixture(scope="module")
def teacher(teacher_file: Path) -> Teacher:
    return Teacher(teacher_file)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of four small pictures."""
    monkeypatch.setattr(distillation, "SIZES", (32,))
    monkeypatch.setattr(distillation, "PIXELS", 5 * 32 * 32)
    monkeypatch.setattr(distillation, "PAINTED_SIZE", 32)
    monkeypatch.setattr(distillation, "CANVASES", 6)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps in float32: six times as fast on a core that only imitates bfloat16."""
    monkeypatch.setattr(distillation, "BFLOAT16", False)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Dark scans for training, bright ones held out."""
    with zipfile.ZipFile(tmp_path / "scans.zip", "w") as archive:
        for folder, level in (("train", 10), ("test", 240)):
            for index in range(5):
                Image.new("L", (64, 64), level).save(tmp_path / "scan.jpeg")
                archive.write(tmp_path / "scan.jpeg", f"{folder}/a/{index}.jpeg")
    return tmp_path / "scans.zip"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Every fourth of the photos is white."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(8):
        Image.new("RGB", (90, 70), "white" if index % 4 == 3 else "black").save(
            folder / f"{index}.png"
        )
    (folder / "SOURCES.txt").write_text("no photo")
    return folder
