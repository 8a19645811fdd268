"""Result files of version 0.1 still open, and still draw what they drew then. The heads of `sphinx`
are narrow and `tuned` keeps the change of two layers, so that the files stay small."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inversion import Inversion
from models import load

FIXTURES = Path(__file__).parent / "fixtures"
KINDS = {  # of edits that each holds
    "project": [],
    "restore": [],
    "edit": ["local"],
    "sphinx": [],
    "tuned": ["retune"],
    "biggan": ["move", "class", "toward", "mix", "local"],
}


@pytest.mark.parametrize("name", KINDS)
def test_a_result_of_version_0_1_draws_its_picture(name: str) -> None:
    result = Inversion.load(FIXTURES / f"{name}.safetensors")
    with Image.open(FIXTURES / f"{name}.png") as image:
        drawn = np.asarray(image).astype(int)
    again = result.render(load("species" if name == "biggan" else "avatars"))[0]
    assert np.abs(again.astype(int) - drawn).max() <= 2  # sums are rounded by the machine
    assert [edit.key for edit in result.edits] == KINDS[name]
    assert (result.measurement is not None) == (name == "restore")
    assert (result.codes.heads is not None) == (name == "sphinx")
    assert (result.deltas is not None) == (name == "tuned")
