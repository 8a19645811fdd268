"""Result files of version 0.1 still open, and still draw what they drew then."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inversion import Inversion
from models import load

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("name", ["project", "restore", "edit"])
def test_a_result_of_version_0_1_draws_its_picture(name: str) -> None:
    result = Inversion.load(FIXTURES / f"{name}.safetensors")
    with Image.open(FIXTURES / f"{name}.png") as image:
        drawn = np.asarray(image).astype(int)
    again = result.render(load("avatars"))[0]
    assert np.abs(again.astype(int) - drawn).max() <= 2  # sums are rounded by the machine
    assert bool(result.edits) == (name == "edit")
    assert (result.measurement is not None) == (name == "restore")
