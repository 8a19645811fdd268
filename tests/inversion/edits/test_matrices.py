"""Edits of overparameterized generators: every row moves alike, and rows can be mixed."""

import pytest
import torch
from sklearn.decomposition import PCA

from inversion import Inversion
from inversion.editing import Direction, Move, between, ganspace, sefa, supervised
from inversion.editing.between_results import mix_with
from inversion.sampling import draw
from models.errors import StudioError
from tests.conftest import tiny_overparam
from tests.inversion.conftest import result_of


class Brightness:
    """Reads how bright the upper and the lower half are."""

    names = ("above", "below")
    std = torch.ones(2)

    def __init__(self, weights):
        self.identity = weights

    def kind(self, kind):
        return [0, 1] if kind == "number" else []

    def __call__(self, x):
        return torch.stack([half.mean((1, 2, 3)) for half in x.chunk(2, 2)], 1)


@pytest.fixture
def matrix():
    return tiny_overparam()


def apart(G, *edits, n=2):
    """ws of results before and after edits, as matrices [n, layers, rows, d]."""
    codes = draw(G, n, seed=3)
    result = result_of(G, codes)
    for edit in edits:
        codes = edit.apply(G, codes)
    return G.matrices(result.codes.ws), G.matrices(codes.ws)


def test_components_are_those_of_a_row_and_move_every_row(matrix):
    pca = PCA(n_components=3, svd_solver="full").fit(matrix.w_samples().double().numpy())
    found = ganspace(matrix, 3)
    for direction, axis in zip(found, pca.components_, strict=True):
        rows = direction.vector.view(8, 8)
        assert (rows == rows[0]).all()
        cosine = torch.cosine_similarity(rows[0].double(), torch.from_numpy(axis), 0)
        assert abs(float(cosine)) > 1 - 1e-6
    before, after = apart(matrix, Move(found[0], 2.0, (1, 2)))
    moved = (after - before)[0]
    torch.testing.assert_close(moved[1], (2 * found[0].vector).view(8, 8))
    assert not moved[0].any() and not moved[3:].any()
    with pytest.raises(StudioError, match="8 components"):
        ganspace(matrix, 9)


def test_sefa_and_examples_give_directions_of_whole_matrices(matrix):
    reader = Brightness(matrix.identity)
    found = [*sefa(matrix, 2), *supervised(matrix, reader, n=300)]
    assert [d.name for d in found[2:]] == ["above", "below"]
    for direction in found:
        rows = direction.vector.view(8, 8)
        assert (rows == rows[0]).all()
    codes = draw(matrix, 64, seed=9)
    read = [
        reader(Move(found[2], strength).apply(matrix, codes).synthesize(matrix))[:, 0].mean()
        for strength in (-2.0, 2.0)
    ]
    assert read[1] > read[0]


def test_rows_are_mixed_in_the_layers_asked_for(matrix, tmp_path):
    other = result_of(matrix, draw(matrix, 1, seed=4))
    edit = mix_with(matrix, other, (0, 3), name="B", rows=(2, 4))
    assert edit.text == "styles of B, layers 0 to 3, rows 2 to 4"
    before, after = apart(matrix, edit)
    theirs = matrix.matrices(other.codes.ws)
    for layer in range(matrix.num_ws):
        for row in range(8):
            source = theirs if layer <= 3 and 2 <= row <= 4 else before
            assert torch.equal(after[:, layer, row], source[:, layer, row].expand(2, 8))
    result = result_of(matrix, draw(matrix, 1, seed=3)).edit([edit])
    result.save(tmp_path / "r.safetensors")
    again = Inversion.load(tmp_path / "r.safetensors")
    assert (again.render(matrix) == result.render(matrix)).all()
    whole = mix_with(matrix, other, None, rows=(0, 7)).apply(matrix, draw(matrix, 1, seed=3))
    mixed = mix_with(matrix, other, None).apply(matrix, draw(matrix, 1, seed=3))
    assert torch.equal(whole.ws, mixed.ws)


@pytest.mark.parametrize("rows", [(-1, 2), (3, 2), (0, 8)])
def test_rows_that_there_are_not_are_refused(matrix, rows):
    other = result_of(matrix, draw(matrix, 1, seed=4))
    with pytest.raises(StudioError, match="from 0 to 7"):
        mix_with(matrix, other, None, rows=rows).apply(matrix, draw(matrix, 1))


def test_a_generator_of_vectors_has_no_rows_to_mix(tiny):
    other = result_of(tiny, draw(tiny, 1, seed=4))
    with pytest.raises(StudioError, match="no matrix latent"):
        mix_with(tiny, other, None, rows=(0, 0)).apply(tiny, draw(tiny, 1))


def test_what_lies_between_matrices_is_a_matrix(matrix):
    a, b = (draw(matrix, 1, seed=s) for s in (1, 2))
    only = [type(each)(ws=each.ws.clone()) for each in (a, b)]
    middle = between(matrix, *only, torch.tensor([0.0, 0.5, 1.0]))
    torch.testing.assert_close(middle.ws[1], (a.ws[0] + b.ws[0]) / 2)
    step = Direction("way", "w", b.ws[0, 0] - a.ws[0, 0], matrix.identity, "difference")
    moved = Move(step, 0.5).apply(matrix, only[0])
    torch.testing.assert_close(moved.ws, middle.ws[1:2])
