import pytest
import torch
from torch import nn

from inversion import METHODS, Inversion, invert
from inversion.latents import Content
from inversion.latents.heads import ContentHead, StyleHead
from inversion.priors import Vicinal
from tests.inversion.seeds import rngs


def torchs_linear(theta, name, row, layer=None):
    weight, bias = theta[f"{name}.weight"][row], theta[f"{name}.bias"][row]
    if layer is not None:
        weight, bias = weight[layer], bias[layer]
    module = nn.Linear(weight.shape[1], weight.shape[0])
    module.load_state_dict({"weight": weight, "bias": bias})
    return module


def test_the_style_head_is_the_papers_network_for_each_seed_and_layer(tiny):
    theta = StyleHead(d=4).start(tiny, rngs(0, 1))
    ws = StyleHead(d=4).fields(tiny, theta)["ws"]
    relu = nn.ReLU()
    for row in range(2):
        bottleneck = nn.Sequential(
            *[m for i in range(3) for m in (torchs_linear(theta, f"ps.b{i}", row), relu)]
        )
        for layer in range(tiny.num_ws):
            decoder = [torchs_linear(theta, f"ps.d{i}", row, layer) for i in range(3)]
            w = nn.Sequential(decoder[0], relu, decoder[1], relu, decoder[2])(
                bottleneck(theta["z"][row, layer])
            )
            torch.testing.assert_close(ws[row, layer], w)


def test_the_content_head_is_three_convolutions_for_each_seed(tiny):
    theta = ContentHead().start(tiny, rngs(0, 1, 2))
    content = ContentHead().fields(tiny, theta)["content"]
    assert content.shape == (3, *tiny.content_shape)
    for row in range(3):
        x = theta["s"][row : row + 1]
        for i in range(3):
            x = nn.functional.conv2d(
                x, theta[f"pc.{i}.weight"][row], theta[f"pc.{i}.bias"][row], padding=1
            )
            x = x.relu() if i < 2 else x
        torch.testing.assert_close(content[row : row + 1], x)


def test_every_step_has_a_fresh_sample_of_each_seeds_own(tiny):
    theta = (StyleHead() + ContentHead()).start(tiny, rngs(0, 1))
    both = rngs(5, 6)
    first = Vicinal().perturb(theta, tiny, 0.0, both)
    second = Vicinal().perturb(theta, tiny, 0.5, both)
    assert not torch.equal(first["z"], second["z"]) and not torch.equal(first["s"], second["s"])
    alone = Vicinal().perturb({k: x[1:] for k, x in theta.items()}, tiny, 0.0, rngs(6))
    torch.testing.assert_close(first["z"][1:], alone["z"])
    assert torch.equal(first["ps.b0.weight"], theta["ps.b0.weight"])


@pytest.mark.slow
def test_the_answer_keeps_its_heads_and_the_sample_that_draws_it(tiny, picture, pixels, tmp_path):
    result = invert(tiny, picture, "sphinx", seeds=2, steps=20, perceptual=pixels)
    result.save(tmp_path / "sphinx.safetensors")
    again = Inversion.load(tmp_path / "sphinx.safetensors")
    assert (again.render(tiny) == result.render(tiny)).all()
    theta = {**again.codes.heads, "z": again.codes.z}
    torch.testing.assert_close(StyleHead().fields(tiny, theta)["ws"], again.codes.ws)


def test_the_content_starts_at_the_learnt_constant(tiny):
    theta = Content().start(tiny, rngs(0, 1))
    torch.testing.assert_close(theta["s"][1], tiny.get_parameter("synthesis.b4.const"))
    codes = METHODS["(w+, s)"].latents.codes(tiny, METHODS["(w+, s)"].latents.start(tiny, rngs(0)))
    torch.testing.assert_close(codes.synthesize(tiny), tiny.synthesize(codes.ws))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in METHODS if name.startswith("sphinx")])
def test_the_neighbourhood_of_the_answer_draws_the_picture_too(name, tiny, picture, pixels):
    """What the fresh samples are for: another sample costs little more than the kept one."""
    result = invert(
        tiny, picture, name, seeds=1, steps=100, settings={"adam.lr": 0.02}, perceptual=pixels
    )
    latents = METHODS[name].latents
    y = torch.from_numpy(picture).permute(2, 0, 1)[None] / 127.5 - 1
    theta = {**result.codes.heads, "z": result.codes.z}
    theta["s"] = torch.randn(1, *tiny.content_shape, generator=rngs(3)[0])
    theta |= {f"b{i}": b for i, b in enumerate(result.codes.noises or ())}
    fresh = Vicinal().perturb(theta, tiny, 1.0, rngs(9))
    start = latents.codes(tiny, latents.start(tiny, rngs(0))).synthesize(tiny)
    near = latents.codes(tiny, fresh).synthesize(tiny)
    assert pixels(near, y) < 0.6 * pixels(start, y)
