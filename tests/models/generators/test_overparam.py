"""The overparameterized generator against equation 2, and against StyleGAN2 where they meet."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.generators.layers import leaky
from models.generators.modulation import modulated_conv
from models.generators.overparam import Overparameterized
from models.generators.resample import upsample
from models.generators.stylegan2 import StyleGAN2
from models.readers import native

CHANNELS = {4: 8, 8: 6, 16: 4}
SHAPE = {"resolution": 16, "channels": CHANNELS, "z_dim": 5, "w_dim": 7, "mapping_layers": 2}


def network(rows: int | None = None) -> Overparameterized:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Overparameterized(**SHAPE, rows=rows).double()
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.data.normal_()
        model.mapping.w_avg.normal_()
    return model.requires_grad_(False)


def draw(model: Overparameterized, n: int = 2) -> Tensor:
    """ws whose matrices differ from layer to layer."""
    z = torch.randn(
        n, model.num_ws, model.z_dim, generator=torch.Generator().manual_seed(1)
    ).double()
    return model.map(z)


def reference(model: Overparameterized, ws: Tensor) -> Tensor:
    """Equation 2 written down for one output channel of one picture after another."""
    state = model.state_dict()
    W = ws.view(len(ws), model.num_ws, model.rows, 7)

    def conv(name: str, x: Tensor, k: int, up: bool, demodulate: bool) -> Tensor:
        weight = state[f"{name}.weight"]
        affine, bias = state[f"{name}.affine.weight"], state[f"{name}.affine.bias"]
        pictures = []
        for n in range(len(ws)):
            channels = []
            for i in range(len(weight)):
                s = affine @ W[n, k, i % model.rows] / math.sqrt(7) + bias
                theta = weight[i : i + 1] * s[None, :, None, None]
                if demodulate:
                    theta = theta / (theta.square().sum() + 1e-8).sqrt()
                else:
                    theta = theta / math.sqrt(x.shape[1])
                ones = torch.ones(1, x.shape[1], dtype=x.dtype)
                channels.append(modulated_conv(x[n : n + 1], theta, ones, demodulate=False, up=up))
            pictures.append(torch.cat(channels, 1))
        return torch.cat(pictures) + state[f"{name}.bias"][:, None, None] * demodulate

    x, rgb, layer = state["synthesis.b4.const"].expand(len(ws), -1, -1, -1), None, 0
    for size in (4, 8, 16):
        for name in ("conv1",) if size == 4 else ("conv0", "conv1"):
            x = leaky(conv(f"synthesis.b{size}.{name}", x, layer, name == "conv0", True))
            layer += 1
        colours = conv(f"synthesis.b{size}.torgb", x, layer, False, False)
        colours = colours + state[f"synthesis.b{size}.torgb.bias"][:, None, None]
        rgb = colours if rgb is None else upsample(rgb) + colours
    assert rgb is not None
    return rgb


@pytest.mark.parametrize("rows", [None, 12, 3, 1])
def test_synthesis_is_equation_2(rows: int | None) -> None:
    model = network(rows)
    assert model.rows == (8 if rows is None else rows)
    ws = draw(model)
    torch.testing.assert_close(model.synthesize(ws), reference(model, ws))


def test_one_row_is_stylegan2_bit_for_bit() -> None:
    model = network(1).float()
    plain = StyleGAN2(**SHAPE, noise=False)
    plain.load_state_dict(model.state_dict())
    noisy = StyleGAN2(**SHAPE)  # of strength 0
    noisy.load_state_dict({**noisy.state_dict(), **model.state_dict()})
    z = model.sample_z(3, torch.Generator().manual_seed(2))
    assert z.shape == (3, 5) and model.spaces == plain.spaces == noisy.spaces - {"b"}
    assert model.noise_shapes == model.sample_noises(2) == []
    for other in (plain, noisy):
        assert torch.equal(model.map(z), other.map(z))
        for psi in (1.0, 0.7):
            assert torch.equal(model.generate(z, truncation=psi), other.generate(z, truncation=psi))
        for a, b in zip(model.w_statistics(), other.w_statistics(), strict=True):
            assert torch.equal(a, b)


def test_equal_rows_draw_what_stylegan2_draws() -> None:
    model, plain = network(), StyleGAN2(**SHAPE, noise=False).double()
    plain.load_state_dict(model.state_dict())
    w = plain.map(plain.sample_z(2, torch.Generator().manual_seed(3)).double())
    torch.testing.assert_close(model.synthesize(w.repeat(1, 1, 8)), plain.synthesize(w))


def test_each_row_is_mapped_alone_and_rows_share_half() -> None:
    model = network()
    z = model.sample_z(20_000, torch.Generator().manual_seed(4)).double()
    shared, own = z[:, :5], z[:, 5:].view(-1, 8, 5)
    for i in (0, 7):
        row = model.mapping((own[:4, i] + shared[:4]) / math.sqrt(2))
        torch.testing.assert_close(model.matrices(model.map(z[:4]))[:, 3, i], row)
    Z = model.latents(z)
    covariance = torch.cov(Z.permute(1, 2, 0).flatten(0, 1))
    same = torch.eye(5, dtype=torch.float64).repeat(8, 8)
    expected = same / 2 + torch.eye(40, dtype=torch.float64) / 2
    torch.testing.assert_close(covariance, expected, atol=0.04, rtol=0)


def test_a_matrix_a_layer_maps_each_layer_alone() -> None:
    model = network()
    z = torch.randn(3, model.num_ws, model.z_dim, dtype=torch.float64)
    each = torch.stack([model.map(z[:, k])[:, k] for k in range(model.num_ws)], 1)
    torch.testing.assert_close(model.map(z), each)


def test_surplus_rows_are_dropped() -> None:
    """8, 6 and 4 channels: rows 6 and 7 are read at 4x4 alone, and the last torgb reads three."""
    model = network()
    ws = draw(model)
    for layer, read in ((0, 8), (1, 6), (2, 6), (3, 4), (4, 4), (5, 3)):
        for row in range(8):
            changed = model.matrices(ws.clone())
            changed[:, layer, row] += 1
            same = torch.equal(model.synthesize(changed.flatten(2)), model.synthesize(ws))
            assert same == (row >= read), (layer, row)


@pytest.mark.parametrize("size, up, k", [(4, False, 3), (4, True, 3), (16, False, 3), (16, True, 3),
                                         (4, False, 1), (16, False, 1)])  # fmt: skip
def test_small_and_large_maps_agree_with_the_weight_form(size: int, up: bool, k: int) -> None:
    rng = torch.Generator().manual_seed(5)
    shapes = ((2, 3, size, size), (4, 3, k, k), (2, 4, 3))
    leaves = [torch.randn(s, generator=rng, dtype=torch.float64).requires_grad_() for s in shapes]
    results = []
    for form in ("activation", "weight"):
        y = modulated_conv(*leaves, up=up, demodulate=k == 3, gain=1.5, form=form)
        first = torch.autograd.grad(y.square().sum(), leaves, create_graph=True)
        second = torch.autograd.grad(sum(g.square().sum() for g in first), leaves)
        results.append((y, *first, *second))
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b)


def test_statistics_are_those_of_a_row_and_the_mean_is_repeated() -> None:
    model = network().float()
    w = model.w_samples()
    assert w.shape == (10_000, 7) and (model.w_dim, model.row_dim) == (56, 7)
    mean, std = model.w_statistics()
    torch.testing.assert_close(mean, w.mean(0).repeat(8))
    torch.testing.assert_close(std, (w - w.mean(0)).norm(dim=1).square().mean().sqrt())
    many = model.matrices(model.map(model.sample_z(10_000))[:, 0])
    torch.testing.assert_close(many.mean((0, 1)), w.mean(0), atol=0.05, rtol=0)
    assert all(x.shape == (56,) for x in model.w_whitening())
    assert torch.equal(model.w_mean(), model.mapping.w_avg.repeat(8))
    z = model.sample_z(2)
    flat = model.synthesize(model.w_mean().expand(2, model.num_ws, -1))
    torch.testing.assert_close(model.generate(z, truncation=0.0), flat)


def test_the_file_tells_what_the_shapes_do_not(tmp_path: Path) -> None:
    model = network().float()
    plain = StyleGAN2(**SHAPE, noise=False)
    for name, each in (("matrix", model), ("vector", plain)):
        native.save(each, tmp_path / name, name=name, licence="", dtype=torch.float32)
    matrix, vector = (native.load(tmp_path / name) for name in ("matrix", "vector"))
    assert {k: v.shape for k, v in matrix.state_dict().items()} == {
        k: v.shape for k, v in vector.state_dict().items()
    }
    assert isinstance(matrix, Overparameterized) and matrix.rows == 8
    assert matrix.settings == model.settings and {"W", "W+"} <= matrix.spaces
    assert json.loads(matrix.identity.architecture)["class"] == "overparameterized"
    assert type(vector) is StyleGAN2 and not vector.spaces & {"W", "W+", "b"}
    z = model.sample_z(2)
    assert torch.equal(matrix.generate(z), model.generate(z))


def test_no_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="row"):
        Overparameterized(**SHAPE, rows=0)
