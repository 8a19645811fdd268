"""Files of every format with some bytes changed, left out or put in: a generator or a sentence."""

import random

import pytest
import torch
from safetensors.torch import save_file

from models import load
from models.errors import StudioError
from models.readers import native
from tests.models.published import (
    as_nvidia,
    as_nvidia3,
    as_rosinality,
    as_tensorflow,
    forge,
    tiny,
    tiny3,
)

FORMATS = {
    "archive": lambda p: torch.save(as_rosinality(tiny()), p),
    "stream": lambda p: torch.save(as_rosinality(tiny()), p, _use_new_zipfile_serialization=False),
    "nvidia": lambda p: forge(p, as_nvidia(tiny(class_dim=3))),
    "stylegan3": lambda p: forge(p, as_nvidia3(tiny3())),
    "tensorflow": lambda p: forge(p, as_tensorflow(tiny())),
    "safetensors": lambda p: save_file(dict(tiny().state_dict()), p),
    "our own": lambda p: native.save(tiny(), p, name="x", licence=""),
}


def mutated(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        edge = min(len(changed), 6000)  # where the structure is, not the numbers
        at = rng.choice(
            [rng.randrange(len(changed)), rng.randrange(edge), -1 - rng.randrange(edge)]
        )
        at %= len(changed)
        match rng.randrange(6):
            case 0 | 1:
                changed[at] = rng.randrange(256)
            case 2:
                changed[at] ^= 1 << rng.randrange(8)
            case 3:
                del changed[at : at + rng.choice([1, 2, 8, 100])]
            case 4:
                changed[at:at] = rng.randbytes(rng.choice([1, 2, 8]))
            case 5:
                changed[at : at + 4] = (2 ** rng.randrange(32) - 1).to_bytes(4, "little")
        changed = changed or bytearray(b"x")
    return bytes(changed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_a_generator_or_a_sentence(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    FORMATS[kind](tmp_path / "whole")
    data, rng, refused = (tmp_path / "whole").read_bytes(), random.Random(0), 0
    for _ in range(60):
        (tmp_path / "g").write_bytes(mutated(data, rng))
        try:
            load("./g")
        except StudioError as sentence:
            refused += 1
            assert str(sentence).rstrip().endswith((".", ").")), sentence
    assert refused > 10 and sorted(p.name for p in tmp_path.iterdir()) == ["g", "whole"]
