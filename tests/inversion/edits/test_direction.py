import json

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from inversion.editing import (
    Direction,
    difference,
    load_directions,
    of_catalog,
    orthogonal,
    read_published,
    save_directions,
)
from inversion.latents import Codes
from models import CATALOG
from models.errors import StudioError
from tests.inversion.conftest import result_of, toward


def test_directions_survive_their_file(tiny, tmp_path):
    given = [toward(tiny, "w", 1), toward(tiny, "w+", 2), toward(tiny, "z", 3)]
    save_directions(tmp_path / "d.safetensors", given)
    assert load_directions(tmp_path / "d.safetensors", tiny) == given
    assert given[0] != given[1] and given[0] != toward(tiny, "w", 2)


def test_directions_of_another_model_are_refused(tiny, other_tiny, tmp_path):
    save_directions(tmp_path / "d.safetensors", [toward(tiny)])
    with pytest.raises(StudioError, match="belongs to tiny .* not to other"):
        load_directions(tmp_path / "d.safetensors", other_tiny)


@pytest.mark.parametrize(
    "space, shape, words",
    [
        ("s", [8], "space 's'"),
        ("w", [6, 8], "shape"),
        ("w+", [8], "shape"),
        ("w", [8], "zero or not finite"),
    ],
)
def test_what_is_no_direction(tiny, space, shape, words):
    with pytest.raises(StudioError, match=words):
        Direction("d", space, torch.zeros(shape), tiny.identity, "")
    with pytest.raises(StudioError):
        Direction("d", "w", torch.full([8], torch.nan), tiny.identity, "")


def test_a_damaged_file_is_a_sentence(tiny, tmp_path):
    path = tmp_path / "d.safetensors"
    with pytest.raises(StudioError, match="no file"):
        load_directions(path)
    path.write_bytes(b"<html>quota exceeded</html>")
    with pytest.raises(StudioError, match="cut short"):
        load_directions(path)
    save_file({"0": torch.ones(8)}, path)
    with pytest.raises(StudioError, match="something else"):
        load_directions(path)
    save_directions(path, [toward(tiny)])
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        about = file.metadata()
    rows = json.loads(about["directions"])
    for change in ({"weights": 3}, {"space": "x"}):
        bad = json.dumps([rows[0] | change])
        save_file(tensors, path, about | {"directions": bad})
        with pytest.raises(StudioError):
            load_directions(path)
    save_file(tensors | {"1": torch.ones(8)}, path, about)
    with pytest.raises(StudioError, match="damaged"):
        load_directions(path)


def test_published_vectors_are_read_and_nothing_in_them_is_run(tiny, tmp_path):
    vector = torch.randn(1, 8, generator=torch.Generator().manual_seed(0))
    np.save(tmp_path / "smile.npy", vector.numpy())
    torch.save(vector, tmp_path / "age.pt")
    for name, file in (("smile", "smile.npy"), ("age", "age.pt")):
        direction = read_published(tmp_path / file, tiny, space="w")
        assert (direction.name, direction.space) == (name, "w")
        torch.testing.assert_close(direction.vector, vector[0])
    torch.save(torch.ones(6, 8), tmp_path / "layers.pt")
    assert read_published(tmp_path / "layers.pt", tiny).space == "w+"
    np.save(tmp_path / "wide.npy", np.ones(9, np.float32))
    with pytest.raises(StudioError, match=r"shape \[9\]"):
        read_published(tmp_path / "wide.npy", tiny)
    torch.save({"state": Direction}, tmp_path / "code.pt")
    np.save(tmp_path / "code.npy", np.array([object()]))
    for file in ("code.pt", "code.npy"):
        with pytest.raises(StudioError, match="asks for|no direction|was refused"):
            read_published(tmp_path / file, tiny)


def test_the_difference_of_two_results_leads_from_one_to_the_other(tiny):
    ws = torch.randn(2, 6, 8, generator=torch.Generator().manual_seed(0))
    a, b = (result_of(tiny, Codes(ws=w[None])) for w in ws)
    way = difference(tiny, a, b)
    assert way.space == "w+"
    torch.testing.assert_close(ws[0] + way.vector, ws[1])
    flat = [result_of(tiny, Codes(ws=w[None, :1].expand(1, 6, 8))) for w in ws]
    assert difference(tiny, *flat).space == "w"
    with pytest.raises(StudioError, match="same codes"):
        difference(tiny, a, a)


def test_an_orthogonal_direction_leaves_the_others_projections_alone(tiny):
    v, a, b = (toward(tiny, "w", seed, f"d{seed}") for seed in range(3))
    freed = orthogonal(v, [a, b])
    for other in (a, b):
        assert abs(float(freed.vector @ other.vector)) < 1e-5
    # and moves its own projection as before
    assert float(freed.vector @ v.vector) == pytest.approx(float(v.vector @ v.vector), rel=1e-5)
    assert orthogonal(v, []) == v
    with pytest.raises(StudioError, match="all but the same"):
        orthogonal(v, [v])
    with pytest.raises(StudioError, match="one space"):
        orthogonal(v, [toward(tiny, "w+")])


def test_published_directions_of_the_catalog_are_a_deviation_long(tiny, tmp_path):
    (row, *_) = [row for row in CATALOG.values() if row.kind == "directions"]
    given = torch.randn(1, 8, generator=torch.Generator().manual_seed(0))
    torch.save(given, tmp_path / "age.pt")
    (found,) = of_catalog(tiny, [(row, tmp_path / "age.pt")])
    assert found.name == "age" and found.space == "w" and row.repository in found.provenance
    unit = found.vector / found.vector.norm()
    torch.testing.assert_close(unit, given[0] / given.norm())
    torch.testing.assert_close(found.vector.norm(), (tiny.w_samples() @ unit).std())
    torch.save(torch.randn(6, 8), tmp_path / "rows.pt")
    with pytest.raises(StudioError, match="no vector of w"):
        of_catalog(tiny, [(row, tmp_path / "rows.pt")])
