"""Files that were damaged at random end in an answer or in a sentence, and in nothing else."""

import json
import random
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from inversion import Inversion
from inversion.directions.shipped import Found
from inversion.directions.shipped import load as load_found
from inversion.edits.direction import load_directions
from inversion.edits.file import KINDS
from inversion.edits.interpolation import constants, entered
from inversion.edits.local import Local
from inversion.edits.moves import ChangeClass, Move, Retune, Truncate
from inversion.edits.other_result import Mix, Toward
from inversion.evaluation.disentanglement import Movements
from inversion.operators import Degradation
from inversion.operators.measurement import Measurement
from inversion.operators.observation import observe
from inversion.sampling import draw
from inversion.tuning.deltas import compress
from models.errors import StudioError
from tests.conftest import tiny_biggan, tiny_stylegan2
from tests.inversion.conftest import Linear, result_of, toward

COUNT = 120  # files of each kind
Open = Callable[[Path], object]
VALUES = [
    None, True, -1, 0, 3, 10**30, 0.5, float("nan"), float("inf"), "", "w", "\0", [], [1, 2], {},
    [[]], {"kind": "local"}, "\ud83d\ude00", -(2**63),
]  # fmt: skip


def whole(G: Any, folder: Path) -> Inversion:
    """A result with all that one can hold."""
    rng = torch.Generator().manual_seed(0)
    picture = torch.randint(0, 256, (16, 16, 3), generator=rng, dtype=torch.uint8).numpy()
    codes, other = draw(G, 2, seed=3), draw(G, 1, seed=4)
    mask = np.zeros((16, 16), bool)
    mask[4:9, 3:12] = True
    name, weight = next((n, p) for n, p in G.named_parameters() if p.ndim == 4)
    sensed = Degradation("compressed-sensing", {"compressed-sensing.percent": 30.0}, seed=3)
    edits = [
        Move(toward(G, "w", 1), 0.5, (0, 2), (toward(G, "w", 2),)),
        Truncate(0.9),
        Mix(other, G.identity, "other", (1, 2)),
        Toward(other, G.identity, "other", 0.25),
        Local((Move(toward(G, "w+", 5), 1.0),), mask),
        Retune(0.5),
    ]
    noises = tuple(x.expand(2, -1, -1, -1) for x in constants(G))

    result = replace(
        result_of(G, replace(codes, noises=noises)),
        target=picture,
        mask=mask,
        deltas=compress({name: torch.randn(weight.shape, generator=rng)}, rank=2),
        measurement=observe(picture, 16, sensed).measurement,
        settings={"adam.lr": 0.1, "adam.steps": 3, "a": True, "b": "text"},
    )
    return result.edit(edits)


def kinds(folder: Path) -> dict[str, tuple[Path, Open]]:
    """A file of each kind, and what is done with it."""
    G, B, reader = tiny_stylegan2(), tiny_biggan(), Linear()
    result = whole(G, folder)
    result.save(folder / "result")
    result_of(G, entered(G, draw(G, 2, seed=1), 1)).save(folder / "entered")
    classed = result_of(B, draw(B, 2, seed=3))
    classed.edit([ChangeClass.to(B, 1, 0.5), Move(toward(B, "z"), 1.0)]).save(folder / "classes")
    assert result.measurement is not None
    result.measurement.save(folder / "measurement")
    found = (toward(G, "w", 1, "first"), toward(G, "z", 2, "second"))
    moved = Movements(("first", "second"), reader.names, torch.ones(2, 3), 2.0)
    Found(found, moved, reader.identity.sha256).save(folder / "directions")

    def measured(path: Path) -> object:
        measurement = Measurement.load(path)
        return measurement.picture(), measurement.errors(torch.zeros(1, 3, 16, 16))

    def opened(path: Path) -> object:
        result = Inversion.load(path)
        if result.measurement is not None:
            result.measurement.operator()
        return result.render(B if "classes" in path.name else G), json.dumps(result.header())

    def moving(path: Path) -> object:
        return load_directions(path, G), load_found(path, G, reader)

    uses: dict[str, Open] = {"measurement": measured, "directions": moving}
    names = ("result", "entered", "classes", "measurement", "directions")
    return {name: (folder / name, uses.get(name, opened)) for name in names}


def changed(value: Any, rng: random.Random) -> Any:
    """JSON with one value, or one name, replaced or gone."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.15:
            return {k: v for k, v in value.items() if k != key}
        if rng.random() < 0.1:
            return {(k + "x" if k == key else k): v for k, v in value.items()}
        return value | {key: changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        if rng.random() < 0.3:
            return value[:at] + value[at + 1 :] if rng.random() < 0.5 else value + value[at:]
        return [changed(x, rng) if i == at else x for i, x in enumerate(value)]
    return rng.choice(VALUES)


def of_header(path: Path, rng: random.Random) -> None:
    """Another value somewhere in the JSON."""
    with safe_open(path, "pt") as file:
        about = file.metadata()
    key = rng.choice([name for name in about if name != "format"])
    text = json.dumps(changed(json.loads(about[key]), rng))
    save_file(load_file(path), path, about | {key: text})


def of_tensors(path: Path, rng: random.Random) -> None:
    """A tensor of another name, shape, type or value, or none."""
    with safe_open(path, "pt") as file:
        about = file.metadata()
    tensors = load_file(path)
    name = rng.choice(list(tensors))
    x = tensors.pop(name)
    changes: list[Callable[[], dict[str, torch.Tensor]]] = [
        lambda: {},
        lambda: {name + "x": x},
        lambda: {name: x[:1].clone() if x.ndim else x[None]},
        lambda: {name: x[..., :1].clone() if x.ndim else x[None]},
        lambda: {name: x[None]},
        lambda: {name: x.flatten()},
        lambda: {name: x.new_zeros(0)},
        lambda: {name: x.new_zeros(())},
        lambda: {name: torch.cat([x, x]) if x.ndim else x},
        lambda: {name: x.double()},
        lambda: {name: x.half()},
        lambda: {name: x.long()},
        lambda: {name: x.bool()},
        lambda: {name: torch.full_like(x, 100)},
        lambda: {name: x.float() * torch.nan},
        lambda: {name: x.cfloat()},
        lambda: {name: x.to(torch.float8_e4m3fn)},
    ]
    save_file(tensors | rng.choice(changes)(), path, about)


def of_bytes(path: Path, rng: random.Random) -> None:
    """Bytes that are others, missing or too many, in the JSON oftener than in the tensors."""
    content = bytearray(path.read_bytes())
    end = struct.unpack("<Q", content[:8])[0] + 8 if rng.random() < 0.7 else len(content)
    for _ in range(rng.choice([1, 1, 3, 20])):
        at = rng.randrange(min(end, len(content)))
        change = rng.random()
        if change < 0.7:
            content[at] = rng.choice([rng.randrange(256), *b"0123456789-.,\"'[]{}"])
        elif change < 0.85:
            del content[at : at + rng.choice([1, 8, 1000])]
        else:
            content[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice([1, 8])))
    path.write_bytes(content)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")  # overflow in what a file made huge
@pytest.mark.parametrize("kind", ["result", "entered", "classes", "measurement", "directions"])
def test_a_damaged_file_ends_in_an_answer_or_a_sentence(kind: str, tmp_path: Path) -> None:
    path, use = kinds(tmp_path)[kind]
    use(path)
    content, rng = path.read_bytes(), random.Random(kind)
    refused = 0
    for i in range(COUNT):
        damaged = tmp_path / f"{kind}-{i}"
        damaged.write_bytes(content)
        how = rng.choice([of_header, of_header, of_tensors, of_bytes])
        how(damaged, rng)
        try:
            use(damaged)
        except StudioError as error:
            refused += 1
            assert str(error)[-1] in ".)" and len(str(error)) > 20, str(error)
        except Exception as error:
            raise AssertionError(f"{damaged.name} by {how.__name__}: {error!r}") from error
        damaged.unlink()
    assert COUNT // 3 < refused < COUNT


def test_every_kind_of_edit_is_damaged(tmp_path: Path) -> None:
    kinds(tmp_path)
    edits = [
        edit for name in ("result", "classes") for edit in Inversion.load(tmp_path / name).edits
    ]
    assert {type(edit) for edit in edits} == set(KINDS)
