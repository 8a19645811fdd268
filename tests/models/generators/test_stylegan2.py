"""StyleGAN2's wiring: layer by layer against the definition, entries, noises, names."""

import math

import pytest
import torch
from torch import Tensor

from models.generators.generator import Features
from models.generators.layers import leaky, unit_moment
from models.generators.modulation import modulated_conv
from models.generators.resample import upsample
from models.generators.stylegan2 import StyleGAN2

CHANNELS = {4: 8, 8: 6, 16: 4}


def network(**changes: object) -> StyleGAN2:
    settings = {
        "resolution": 16,
        "channels": CHANNELS,
        "z_dim": 5,
        "w_dim": 7,
        "mapping_layers": 2,
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = StyleGAN2(**{**settings, **changes}).double()  # type: ignore[arg-type]
        for name, parameter in model.named_parameters():
            if name.endswith(("noise_strength", "bias")):
                parameter.data.normal_()
    return model.requires_grad_(False)


@pytest.fixture
def model() -> StyleGAN2:
    return network()


def draw(model: StyleGAN2, n: int = 2) -> Tensor:
    return model.map(model.sample_z(n, torch.Generator().manual_seed(1)).double())


def reference(model: StyleGAN2, ws: Tensor, noises: list[Tensor] | None = None) -> Tensor:
    """The synthesis network written down from figure 2 and the release's layer order, flat."""
    state = model.state_dict()
    maps = iter(noises) if noises is not None else None
    x, rgb = state["synthesis.b4.const"].expand(len(ws), -1, -1, -1), None
    layer = 0

    def style(name: str, k: int) -> Tensor:
        weight, bias = state[f"{name}.affine.weight"], state[f"{name}.affine.bias"]
        return ws[:, k] @ weight.T / math.sqrt(weight.shape[1]) + bias

    for size in (4, 8, 16):
        for conv in ("conv1",) if size == 4 else ("conv0", "conv1"):
            name = f"synthesis.b{size}.{conv}"
            up = conv == "conv0"
            x = modulated_conv(x, state[f"{name}.weight"], style(name, layer), up=up, form="weight")
            noise = state[f"{name}.noise_const"] if maps is None else next(maps)
            x = x + noise * state[f"{name}.noise_strength"]
            x = leaky(x + state[f"{name}.bias"][:, None, None])
            layer += 1
        name = f"synthesis.b{size}.torgb"
        weight = state[f"{name}.weight"] / math.sqrt(x.shape[1])
        colours = torch.einsum("nihw,oi,ni->nohw", x, weight[..., 0, 0], style(name, layer))
        colours = colours + state[f"{name}.bias"][:, None, None]
        rgb = colours if rgb is None else upsample(rgb) + colours
    assert rgb is not None
    return rgb


def test_synthesis_is_the_published_network(model: StyleGAN2) -> None:
    ws = torch.randn(2, model.num_ws, 7, generator=torch.Generator().manual_seed(2)).double()
    torch.testing.assert_close(model.synthesize(ws), reference(model, ws))


def test_given_noises_replace_the_constant_ones(model: StyleGAN2) -> None:
    ws = draw(model)
    noises = [n.double() for n in model.sample_noises(2, torch.Generator().manual_seed(3))]
    assert [tuple(n.shape[2:]) for n in noises] == model.noise_shapes
    torch.testing.assert_close(model.synthesize(ws, noises), reference(model, ws, noises))
    blocks = model.synthesis.values()
    convs = [c for b in blocks for c in (b.conv0, b.conv1) if c is not None]
    constant = [c.noise_const[None, None] for c in convs]
    torch.testing.assert_close(model.synthesize(ws, constant), model.synthesize(ws))


@pytest.mark.parametrize("stop", range(4))
def test_entering_at_any_block_gives_the_same_picture(model: StyleGAN2, stop: int) -> None:
    ws = draw(model)
    noises = [n.double() for n in model.sample_noises(2, torch.Generator().manual_seed(3))]
    start = model.features(ws, stop, noises)
    assert start.block == stop and (start.rgb is None) == (stop == 0)
    torch.testing.assert_close(
        model.synthesize(ws, noises, start=start), model.synthesize(ws, noises), rtol=0, atol=0
    )


def test_entry_without_skip_lacks_exactly_the_upsampled_skip(model: StyleGAN2) -> None:
    ws = draw(model)
    start = model.features(ws, 2)
    assert start.rgb is not None
    without = model.synthesize(ws, start=Features(2, start.x, None))
    torch.testing.assert_close(without + upsample(start.rgb), model.synthesize(ws))


def test_content_replaces_the_constant(model: StyleGAN2) -> None:
    ws = draw(model)
    const = model.state_dict()["synthesis.b4.const"]
    assert tuple(const.shape) == model.content_shape
    torch.testing.assert_close(model.synthesize(ws, content=const[None]), model.synthesize(ws))
    other = torch.randn(2, *model.content_shape, dtype=torch.float64)
    assert not torch.allclose(model.synthesize(ws, content=other), model.synthesize(ws))
    with pytest.raises(ValueError, match="either"):
        model.synthesize(ws, content=other, start=model.features(ws, 1))


def test_each_layer_reads_its_own_style(model: StyleGAN2) -> None:
    """Columns 0 to 5 all matter; the torgb of 4x4 shares ws[1] with the first convolution of 8x8,
    so features below block 1 read ws[:2] alone."""
    ws = draw(model).clone()
    assert model.num_ws == 6
    for k in range(model.num_ws):
        changed = ws.clone()
        changed[:, k] += 1
        assert not torch.allclose(model.synthesize(changed), model.synthesize(ws))
        same = torch.equal(model.features(changed, 1).x, model.features(ws, 1).x)
        assert same == (k != 0)
        rgb, before = model.features(changed, 1).rgb, model.features(ws, 1).rgb
        assert rgb is not None and before is not None
        assert torch.equal(rgb, before) == (k > 1)


def test_mapping_is_its_formula(model: StyleGAN2) -> None:
    z = torch.randn(3, 5, dtype=torch.float64)
    w = z / z.square().mean(1, keepdim=True).sqrt()
    for i in range(2):
        weight = model.state_dict()[f"mapping.fc{i}.weight"]
        bias = model.state_dict()[f"mapping.fc{i}.bias"]
        w = leaky(0.01 * (w @ weight.T / math.sqrt(weight.shape[1]) + bias))
    torch.testing.assert_close(model.map(z), w[:, None].expand(-1, 6, -1))


def test_z_plus_maps_each_layer_alone(model: StyleGAN2) -> None:
    z = torch.randn(3, model.num_ws, 5, dtype=torch.float64)
    each = torch.stack([model.map(z[:, k])[:, k] for k in range(model.num_ws)], 1)
    torch.testing.assert_close(model.map(z), each)


def test_conditional_mapping_embeds_the_class() -> None:
    model = network(class_dim=3)
    z, c = torch.randn(2, 5, dtype=torch.float64), torch.eye(3, dtype=torch.float64)[:2]
    weight, bias = (model.state_dict()[f"mapping.embed.{p}"] for p in ("weight", "bias"))
    x = torch.cat([unit_moment(z), unit_moment(c @ weight.T / math.sqrt(3) + bias)], 1)
    for i in range(2):
        x = model.mapping.get_submodule(f"fc{i}")(x)
    torch.testing.assert_close(model.map(z, c)[:, 0], x)
    plus = model.map(z[:, None].expand(-1, model.num_ws, -1), c)
    torch.testing.assert_close(plus, model.map(z, c))
    with pytest.raises(ValueError, match="class"):
        model.map(z)
    with pytest.raises(ValueError, match="class"):
        network().map(z, c)


def test_forms_agree_through_the_whole_network(model: StyleGAN2) -> None:
    ws = draw(model).requires_grad_()
    results = []
    for form in ("activation", "weight"):
        model.form = form  # type: ignore[assignment]
        x = model.synthesize(ws)
        results.append((x, *torch.autograd.grad(x.square().sum(), ws)))
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.slow
def test_the_whole_network_differentiates_twice() -> None:
    model = network(resolution=8, channels={4: 2, 8: 2})
    ws = draw(model, 1).clone().requires_grad_()
    assert torch.autograd.gradgradcheck(lambda ws: model.synthesize(ws)[..., :2, :2], ws)


def test_clamp_bounds_every_layer() -> None:
    model = network(conv_clamp=0.5)
    ws = draw(model)
    assert model.features(ws, 2).x.abs().max() <= 0.5
    assert network().features(ws, 2).x.abs().max() > 0.5


def test_names_are_those_of_the_release(model: StyleGAN2) -> None:
    per_conv = ["affine.bias", "affine.weight", "bias", "noise_const", "noise_strength", "weight"]
    per_rgb = ["affine.bias", "affine.weight", "bias", "weight"]
    expected = {"mapping.w_avg", "synthesis.b4.const"}
    expected |= {f"mapping.fc{i}.{p}" for i in range(2) for p in ("weight", "bias")}
    for size in (4, 8, 16):
        convs = ["conv1"] if size == 4 else ["conv0", "conv1"]
        expected |= {f"synthesis.b{size}.{c}.{p}" for c in convs for p in per_conv}
        expected |= {f"synthesis.b{size}.torgb.{p}" for p in per_rgb}
    assert set(model.state_dict()) == expected


def test_low_precision_changes_little(model: StyleGAN2) -> None:
    model.float()
    ws = model.map(model.sample_z(2, torch.Generator().manual_seed(1)))
    exact = model.synthesize(ws)
    model.precision = torch.bfloat16
    low = model.synthesize(ws)
    assert low.dtype == torch.float32
    assert 0 < float((low - exact).norm() / exact.norm()) < 0.05


@pytest.mark.parametrize("resolution, channels", [(12, CHANNELS), (16, {4: 8, 8: 8}), (2, {})])
def test_impossible_shapes_are_refused(resolution: int, channels: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="resolution|channels"):
        StyleGAN2(resolution=resolution, channels=channels)


def test_full_size_has_the_published_number_of_parameters() -> None:
    """StyleGAN2 config F at 1024: 30 370 060 trainable parameters, as the release prints."""
    widths = {4: 512, 8: 512, 16: 512, 32: 512, 64: 512, 128: 256, 256: 128, 512: 64, 1024: 32}
    model = StyleGAN2(resolution=1024, channels=widths)
    assert model.num_ws == 18 and len(model.noise_shapes) == 17
    assert sum(p.numel() for p in model.parameters()) == 30_370_060
