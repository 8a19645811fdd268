import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.svm import LinearSVC

from inversion import sampling
from inversion.directions.sefa import weights
from inversion.directions.supervised import C, normal
from inversion.editing import ganspace, movements, sefa, supervised
from models.errors import StudioError
from tests.conftest import tiny_biggan
from tests.models.published import tiny3


@pytest.fixture
def classes():
    return tiny_biggan()


def cosine(a, b):
    return abs(float(torch.cosine_similarity(a.double().flatten(), b.double().flatten(), 0)))


def test_components_are_scikit_learns(tiny):
    pca = PCA(n_components=4, svd_solver="full").fit(tiny.w_samples().double().numpy())
    for direction, axis, variance in zip(
        ganspace(tiny, 4), pca.components_, pca.explained_variance_, strict=True
    ):
        assert cosine(direction.vector, torch.from_numpy(axis)) > 1 - 1e-6
        assert float(direction.vector.norm()) == pytest.approx(np.sqrt(variance), rel=1e-5)


@pytest.mark.slow
def test_bigGANs_components_move_the_first_layer_by_its_own_components(classes):
    z = classes.sample_z(10_000, torch.Generator().manual_seed(0))
    c = classes.embeddings[:1].expand(len(z), -1)
    first = classes.gen_z(torch.cat([z, c], 1)).double()
    pca = PCA(n_components=3, svd_solver="full").fit(first.numpy())
    A = classes.gen_z.weight[:, : classes.z_dim].double()
    for direction, axis, variance in zip(
        ganspace(classes, 3), pca.components_, pca.explained_variance_, strict=True
    ):
        moved = A @ direction.vector.double()
        assert cosine(moved, torch.from_numpy(axis)) > 1 - 1e-6
        assert float(moved.norm()) == pytest.approx(np.sqrt(variance), rel=1e-4)
        assert direction.space == "z"


@pytest.mark.parametrize("layers", [None, (1, 3)])
def test_sefa_maximises_what_the_layers_see(tiny, layers):
    A = weights(tiny, layers).numpy()
    rows = [
        tiny.get_parameter(f"synthesis.b{r}.conv{k}.affine.weight").double() / np.sqrt(8)
        for r, k in ((4, 1), (8, 0), (8, 1), (16, 0), (16, 1))
    ]
    chosen = rows if layers is None else rows[1:4]
    np.testing.assert_allclose(A, torch.cat(chosen).numpy(), rtol=1e-6)
    values, vectors = np.linalg.eigh(A.T @ A)
    for k, direction in enumerate(sefa(tiny, 4, layers)):
        assert cosine(direction.vector, torch.from_numpy(vectors[:, -1 - k])) > 1 - 1e-6
        spread = (tiny.w_samples().double() @ torch.from_numpy(vectors[:, -1 - k])).std()
        assert float(direction.vector.norm()) == pytest.approx(float(spread), rel=1e-4)
    rng = np.random.default_rng(0)
    n = rng.normal(size=(1000, 8))
    seen = np.linalg.norm(n / np.linalg.norm(n, axis=1, keepdims=True) @ A.T, axis=1)
    assert seen.max() <= np.sqrt(values[-1]) * (1 + 1e-9)


def test_sefa_of_biggan_moves_z(classes):
    norms = [getattr(block, f"bn_{k}") for block in classes.layers for k in range(4)]
    rows = [classes.gen_z.weight, *(m.weight for x in norms for m in (x.scale, x.offset))]
    A = torch.cat(rows)[:, :8].double()
    top = torch.linalg.eigh(A.T @ A).eigenvectors[:, -1]
    [direction] = sefa(classes, 1)
    assert direction.space == "z" and cosine(direction.vector, top) > 1 - 1e-6


def test_sefa_of_stylegan3_counts_its_waves_as_the_first_layer():
    G = tiny3()
    names = ["input", "L0_36_8", "L1_36_7"]
    rows = [G.get_parameter(f"synthesis.{name}.affine.weight") / np.sqrt(12) for name in names]
    np.testing.assert_allclose(weights(G, (0, 2)), torch.cat(rows), rtol=1e-5)
    assert weights(G).shape == (4 + 8 + 8 + 7 + 6, 12)
    [direction] = sefa(G, 1, (1, 2))
    assert direction.space == "w"
    with pytest.raises(StudioError, match="only colours"):
        sefa(G, 1, (5, 5))


def test_what_there_is_not(tiny):
    for call in (lambda: ganspace(tiny, 9), lambda: sefa(tiny, 0), lambda: sefa(tiny, 2, (3, 9))):
        with pytest.raises(StudioError):
            call()
    with pytest.raises(StudioError, match="only colours"):
        sefa(tiny, 1, (5, 5))


@pytest.mark.parametrize("noise", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("width", [4, 64])
def test_planes_are_scikit_learns(width, noise):
    rng = torch.Generator().manual_seed(width)
    codes = torch.randn(600, width, generator=rng, dtype=torch.float64)
    label = codes[:, 0] + noise * torch.randn(600, generator=rng) > 0.5  # fewer than half
    x = (codes - codes.mean(0)) / codes.std(0).square().mean().sqrt()
    machine = LinearSVC(C=C, class_weight="balanced", dual=False, tol=1e-9)
    expected = machine.fit(x.numpy(), label.numpy()).coef_[0]
    expected /= np.linalg.norm(expected)
    np.testing.assert_allclose(normal(codes, label), expected, atol=1e-6)


def test_a_linear_attribute_is_recovered(plain, linear):
    directions = supervised(plain, linear, n=1200)
    assert [d.name for d in directions] == list(linear.names)
    for direction, axis in zip(directions, linear.normals, strict=True):
        towards = torch.cosine_similarity(direction.vector, axis, 0)
        assert float(towards) > 0.9, direction.name
    along = sampling.samples(plain, linear, 1200).searched @ directions[0].vector
    length = directions[0].vector.norm()
    assert float(along.std() / length) == pytest.approx(float(length), rel=1e-3)  # its unit


def test_attributes_can_be_chosen_and_unknown_ones_are_named(plain, linear):
    assert [d.name for d in supervised(plain, linear, ["second"], n=300)] == ["second"]
    with pytest.raises(StudioError, match="'third'.*first, second"):
        supervised(plain, linear, ["third"], n=300)


def test_samples_are_remembered_for_weights_and_reader(plain, linear, monkeypatch):
    first = sampling.samples(plain, linear, 64)
    monkeypatch.setattr(sampling, "read", lambda *a: pytest.fail("drawn again"))
    assert sampling.samples(plain, linear, 64) is first
    plain.identity = type(plain.identity)("other", "plain", "e" * 64, "")
    with pytest.raises(pytest.fail.Exception):
        sampling.samples(plain, linear, 64)


def test_movements_are_those_of_a_linear_attribute(plain, linear):
    directions = supervised(plain, linear, ["first", "second"], n=1200)
    moved = movements(plain, directions, linear, strength=0.5, count=16)
    assert moved.matrix.shape == (2, 3)
    for d in directions:
        expected = 0.5 * float(d.vector @ linear.normals[linear.names.index(d.name)])
        assert moved.own(d.name) == pytest.approx(expected, abs=1e-3)
        assert moved.strongest(d.name) == d.name and moved.others(d.name) < expected
