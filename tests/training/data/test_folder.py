"""Pictures of a folder: their middle squares, in the order of their names."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.errors import StudioError
from training.data.folder import Folder


def test_middle_squares_in_the_order_of_names(tmp_path: Path) -> None:
    wide = np.zeros((8, 16, 3), np.uint8)
    wide[:, 4:12] = (200, 100, 50)  # its middle square
    (tmp_path / "deeper").mkdir()
    Image.fromarray(wide).save(tmp_path / "b.png")
    Image.new("L", (8, 8), 30).save(tmp_path / "deeper" / "c.png")
    Image.new("RGB", (4, 4), (1, 2, 3)).save(tmp_path / "a.png")
    (tmp_path / "notes.txt").write_text("no picture")
    data = Folder(tmp_path, 8)
    images = data.images(torch.tensor([1, 2, 0]))
    assert data.count == 3 and images.shape == (3, 3, 8, 8) and images.dtype == torch.uint8
    assert images[0, :, 4, 4].tolist() == [200, 100, 50]
    assert (images[0] == images[0, :, :1, :1]).all()
    assert (images[1] == 30).all() and images[2, :, 0, 0].tolist() == [1, 2, 3]


def test_no_pictures_and_no_codes_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no pictures"):
        Folder(tmp_path, 8)
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    with pytest.raises(StudioError, match="--no-paired"):
        Folder(tmp_path, 8).codes(torch.tensor([0]))
