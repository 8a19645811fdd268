import json
import math
import warnings
from pathlib import Path

import lpips
import pytest
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.errors import StudioError
from models.perceptual.distance import Perceptual
from models.perceptual.embedded import EmbeddedPerceptual
from models.perceptual.lpips import LPIPS
from models.perceptual.trunks import read_file
from models.weights.checkpoint import EMBEDDED

SHIPPED = EMBEDDED / "perceptual.safetensors"


@pytest.fixture(scope="module")
def package() -> torch.nn.Module:
    """The published implementation over a random trunk."""
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore", UserWarning)
        torch.manual_seed(0)
        return lpips.LPIPS(net="vgg", pnet_rand=True, verbose=False)


@pytest.fixture(scope="module")
def trunk(package: torch.nn.Module) -> dict[str, Tensor]:
    """The same trunk under torchvision's names, with a classifier to be ignored."""
    named = {
        f"features.{name.split('.', 1)[1]}": value.clone()
        for name, value in package.net.state_dict().items()
    }
    return {**named, "head.fc.weight": torch.zeros(1)}


@pytest.fixture(scope="module")
def lpips_network(trunk: dict[str, Tensor]) -> LPIPS:
    return LPIPS(trunk)


@pytest.fixture(scope="module")
def embedded() -> EmbeddedPerceptual:
    return EmbeddedPerceptual.read(SHIPPED)


@pytest.fixture(
    params=[pytest.param("lpips_network", id="lpips", marks=pytest.mark.slow), "embedded"]
)
def network(request: pytest.FixtureRequest) -> Perceptual:
    """Each by a fixture of its own: what is built for LPIPS takes a second."""
    found: Perceptual = request.getfixturevalue(request.param)
    return found


def pictures(n: int, *size: int, seed: int = 0) -> Tensor:
    """Smooth random pictures with a little grain, in [-1, 1]."""
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.randn(n, 3, 6, 6, generator=rng)
    x = F.interpolate(coarse, size, mode="bicubic") * 0.4
    return (x + 0.05 * torch.randn(n, 3, *size, generator=rng)).clamp(-1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("dtype, tolerance", [(torch.float32, 1e-5), (torch.float64, 1e-9)])
@pytest.mark.parametrize("size", [(64, 64), (40, 57)])
def test_lpips_is_the_package_s(
    package: torch.nn.Module,
    lpips_network: LPIPS,
    size: tuple[int, int],
    dtype: torch.dtype,
    tolerance: float,
) -> None:
    x, y = pictures(2, *size).to(dtype), pictures(2, *size, seed=1).to(dtype)
    expected = package.to(dtype)(x, y).flatten()
    found = lpips_network.to(dtype)(x, y)
    lpips_network.float(), package.float()
    assert found.dtype == dtype
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=0)


@pytest.mark.slow
def test_large_pictures_are_averaged_down_to_256_first(
    package: torch.nn.Module, lpips_network: LPIPS
) -> None:
    x, y = pictures(1, 512, 384), pictures(1, 512, 384, seed=1)
    expected = package(F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)).flatten()
    torch.testing.assert_close(lpips_network(x, y), expected, rtol=1e-5, atol=0)


@pytest.mark.parametrize("size", [(16, 16), (8, 8), (17, 31), (4, 40)])
def test_small_and_odd_pictures_are_served(network: Perceptual, size: tuple[int, int]) -> None:
    distances = network(pictures(2, *size), pictures(2, *size, seed=1))
    assert distances.shape == (2,) and (distances > 0).all()


@pytest.mark.slow
def test_lpips_reads_the_hub_file(trunk: dict[str, Tensor], tmp_path: Path) -> None:
    save_file(trunk, tmp_path / "model.safetensors")
    read = LPIPS(read_file(tmp_path / "model.safetensors"))
    torch.testing.assert_close(
        read.net.state_dict()["slice5.28.weight"], trunk["features.28.weight"], rtol=0, atol=0
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "change, word",
    [
        ({"features.28.bias": None}, "lacks features.28.bias"),
        ({"features.30.weight": torch.zeros(1)}, "unexpected features.30.weight"),
        ({"features.5.bias": torch.zeros(64)}, "features.5.bias .* shape"),
    ],
)
def test_another_trunk_is_refused(
    trunk: dict[str, Tensor], change: dict[str, Tensor | None], word: str
) -> None:
    changed = {name: value for name, value in (trunk | change).items() if value is not None}
    with pytest.raises(StudioError, match=word):
        LPIPS(changed)


def test_a_broken_trunk_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_text("<!doctype html>")
    with pytest.raises(StudioError, match="no readable"):
        LPIPS(read_file(tmp_path / "model.safetensors"))
    with pytest.raises(StudioError, match="no readable"):
        read_file(tmp_path / "absent.safetensors")


@pytest.mark.slow
def test_building_lpips_leaves_the_global_generator_alone(trunk: dict[str, Tensor]) -> None:
    before = torch.get_rng_state()
    LPIPS(trunk)
    assert torch.equal(torch.get_rng_state(), before)


def resized(mask: Tensor, size: int) -> Tensor:
    """A square mask [H, H] under a triangle filter as wide as two samples of the coarser grid."""
    scale = len(mask) / size
    rows = torch.zeros(size, len(mask), dtype=mask.dtype)
    for i in range(size):
        for j in range(len(mask)):
            distance = abs((i + 0.5) * scale - (j + 0.5)) / max(scale, 1)
            rows[i, j] = max(0.0, 1 - distance)
    rows /= rows.sum(1, keepdim=True)
    return rows @ mask @ rows.T


@pytest.mark.slow
def test_weighted_distance_is_equation_1_written_out(network: Perceptual) -> None:
    network = network.double()
    x, y = pictures(2, 24, 24).double(), pictures(2, 24, 24, seed=1).double()
    mask = torch.rand(2, 1, 24, 24, generator=torch.Generator().manual_seed(2)).double()
    found = network(x, y, mask)
    for n in range(2):
        expected = 0.0
        maps = zip(network.features(x), network.features(y), network.channel_weights(), strict=True)
        for a, b, w in maps:
            m = resized(mask[n, 0], a.shape[-1])
            for h in range(a.shape[2]):
                for v in range(a.shape[3]):
                    difference = a[n, :, h, v] - b[n, :, h, v]
                    expected += float(m[h, v] / m.sum() * sum(w * difference**2))
        assert float(found[n]) == pytest.approx(expected, rel=1e-9)
    network.float()


def test_features_have_unit_length(network: Perceptual) -> None:
    for layer in network.features(pictures(2, 32, 32)):
        length = layer.norm(dim=1)
        assert ((length - 1).abs().lt(1e-4) | length.lt(1e-4)).all()


def test_a_weight_of_ones_is_no_weight(network: Perceptual) -> None:
    x, y = pictures(3, 40, 40), pictures(3, 40, 40, seed=1)
    torch.testing.assert_close(network(x, y, torch.ones(1, 1, 40, 40)), network(x, y))


def test_the_scale_of_a_weight_has_no_effect(network: Perceptual) -> None:
    x, y = pictures(2, 32, 32), pictures(2, 32, 32, seed=1)
    mask = torch.rand(2, 1, 32, 32, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(network(x, y, 1e-3 * mask), network(x, y, mask))
    assert not torch.allclose(network(x, y, mask.flip(0)), network(x, y, mask))


def test_a_weight_of_zeros_gives_zero(network: Perceptual) -> None:
    x, y = pictures(1, 32, 32), pictures(1, 32, 32, seed=1)
    assert network(x, y, torch.zeros(1, 1, 32, 32)).item() == 0


def test_a_thin_mask_is_not_lost(network: Perceptual) -> None:
    x, y = pictures(1, 64, 64), pictures(1, 64, 64, seed=1)
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 33:34, :] = 1
    distance = network(x, y, mask).item()
    assert math.isfinite(distance) and distance > 0.1 * network(x, y).item()


@pytest.mark.slow
def test_changes_beyond_the_receptive_field_of_the_mask_do_not_count(network: Perceptual) -> None:
    x, y = pictures(1, 48, 240), pictures(1, 48, 240, seed=1)
    mask = torch.zeros(1, 1, 48, 240)
    mask[..., :48] = 1
    far, near = y.clone(), y.clone()
    far[..., 200:] = 1 - far[..., 200:].abs()
    near[..., :20] = 1 - near[..., :20].abs()
    before = network(x, y, mask)
    torch.testing.assert_close(network(x, far, mask), before, rtol=1e-5, atol=1e-7)
    assert (network(x, near, mask) - before).abs().item() > 1e-3
    assert (network(x, far) - network(x, y)).abs().item() > 1e-4


@pytest.mark.slow
def test_one_target_serves_a_batch(network: Perceptual) -> None:
    x, y = pictures(3, 32, 32), pictures(1, 32, 32, seed=1)
    mask = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(3))
    for weight in (None, mask):
        one = network.compare(network.features(x), network.features(y), weight)
        each = torch.cat([network(x[i : i + 1], y, weight) for i in range(3)])
        assert one.shape == (3,)
        torch.testing.assert_close(one, network(x, y.expand(3, -1, -1, -1), weight))
        torch.testing.assert_close(one, each, rtol=1e-4, atol=1e-6)


def test_it_is_symmetric_and_zero_at_identity(network: Perceptual) -> None:
    x, y = pictures(2, 32, 32), pictures(2, 32, 32, seed=1)
    torch.testing.assert_close(network(x, y), network(y, x))
    assert (network(x, x) == 0).all() and (network(x, y) > 0).all()


@pytest.mark.parametrize("level", [None, -1.0, 0.0, 1.0])
def test_the_gradient_is_finite(network: Perceptual, level: float | None) -> None:
    """At the target itself and from flat pictures, where features may all be silent."""
    y = pictures(2, 32, 32)
    x = (y.clone() if level is None else torch.full_like(y, level)).requires_grad_()
    network(x, y).sum().backward()
    assert x.grad is not None and x.grad.isfinite().all()
    assert (x.grad.abs().max() == 0) == (level is None)


def test_silent_features_have_no_gradient() -> None:
    network = EmbeddedPerceptual()
    for parameter in network.stages.parameters():
        parameter.data.fill_(-1)
    x = torch.ones(1, 3, 32, 32, requires_grad=True)
    network(x, torch.zeros(1, 3, 32, 32)).sum().backward()
    assert x.grad is not None and x.grad.isfinite().all()


@pytest.mark.slow
def test_bfloat16_autocast_stays_close(network: Perceptual) -> None:
    x, y = pictures(1, 32, 32).requires_grad_(), pictures(1, 32, 32, seed=1)
    with torch.autocast("cpu", torch.bfloat16):
        low = network(x, y, torch.ones(1, 1, 32, 32))
        same = network(x, x)
    low.sum().backward()
    assert low.dtype == torch.float32 and (same == 0).all()
    assert x.grad is not None and x.grad.isfinite().all()
    torch.testing.assert_close(low, network(x, y), rtol=0.05, atol=0)


def test_half_precision_weights_give_numbers() -> None:
    network = EmbeddedPerceptual.read(SHIPPED)
    x, y = pictures(2, 64, 64), pictures(2, 64, 64, seed=1)
    full = network(x, y)
    half = network.half()(x.half(), y.half())
    torch.testing.assert_close(half, full, rtol=0.05, atol=0)


def test_the_embedded_file_is_what_it_says(embedded: EmbeddedPerceptual) -> None:
    assert SHIPPED.stat().st_size <= 8_000_000
    with safe_open(SHIPPED, "pt") as file:
        metadata = file.metadata()
        assert {file.get_tensor(name).dtype for name in file.keys()} == {torch.float16}  # noqa: SIM118
    assert metadata["format"] == "gan-inversion-studio" and metadata["licence"] == "Apache-2.0"
    assert json.loads(metadata["architecture"])["class"] == "perceptual"
    assert json.loads(metadata["training"])["pairs"] > 0
    assert "LPIPS" not in embedded.name
    assert all((head >= 0).all() for head in embedded.channel_weights())


def test_the_embedded_network_survives_its_file(tmp_path: Path) -> None:
    network = EmbeddedPerceptual(channels=(4, 8), depths=(1, 2)).half().float()
    network.save(tmp_path / "n.safetensors", "Apache-2.0", {"images": 1})
    x, y = pictures(1, 32, 32), pictures(1, 32, 32, seed=1)
    again = EmbeddedPerceptual.read(tmp_path / "n.safetensors")
    torch.testing.assert_close(again(x, y), network(x, y), rtol=1e-6, atol=0)


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "n.safetensors"
    file.write_text("<html>")
    with pytest.raises(StudioError, match="cut short"):
        EmbeddedPerceptual.read(file)
    save_file({"w": torch.zeros(1)}, file)
    with pytest.raises(StudioError, match="something else"):
        EmbeddedPerceptual.read(file)
    EmbeddedPerceptual(channels=(4,), depths=(1,)).save(file, "Apache-2.0", {})
    with safe_open(file, "pt") as opened:
        metadata = opened.metadata()
    save_file({"w": torch.zeros(1)}, file, metadata)
    with pytest.raises(StudioError, match="lacks the weights"):
        EmbeddedPerceptual.read(file)
