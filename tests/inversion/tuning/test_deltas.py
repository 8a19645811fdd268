import copy

import pytest
import torch

from inversion.edits.apply import draw
from inversion.latents import Codes
from inversion.tuning.deltas import LEFT, RIGHT, compress, expand, tuned
from models.errors import StudioError


def changes(G, size=0.1, seed=0):
    """A random change of some weights, full rank."""
    rng = torch.Generator().manual_seed(seed)
    names = ("synthesis.b8.conv0.weight", "synthesis.b4.const", "synthesis.b8.conv1.noise_strength")
    return {name: size * torch.randn(G.get_parameter(name).shape, generator=rng) for name in names}


def test_a_change_of_low_rank_survives_and_is_smaller():
    rng = torch.Generator().manual_seed(0)
    for o, i in ((40, 90), (90, 40)):
        change = torch.randn(o, 3, generator=rng) @ torch.randn(3, i, generator=rng)
        deltas = compress({"w": change}, rank=5)
        assert deltas["w" + LEFT].shape == (o, 5) and deltas["w" + RIGHT].shape == (5, i)
        again = deltas["w" + LEFT].float() @ deltas["w" + RIGHT].float()
        torch.testing.assert_close(again, change, rtol=0, atol=5e-3)


def test_the_truncation_is_the_best_of_its_rank():
    change = torch.randn(30, 50, generator=torch.Generator().manual_seed(0))
    deltas = compress({"w": change}, rank=8)
    again = deltas["w" + LEFT].float() @ deltas["w" + RIGHT].float()
    lost = torch.linalg.svdvals(change)[8:].square().sum().sqrt()
    assert (again - change).norm() == pytest.approx(float(lost), rel=1e-3)


def test_small_weights_are_kept_whole_in_half_precision(tiny):
    given = changes(tiny)
    deltas = compress(given)
    assert deltas.keys() == given.keys()
    assert all(delta.dtype == torch.float16 for delta in deltas.values())
    for name, change in expand(deltas, tiny).items():
        torch.testing.assert_close(change, given[name], rtol=1e-3, atol=1e-6)


def test_strength_scales_the_change_and_leaves_the_generator(tiny):
    before = copy.deepcopy(tiny.state_dict())
    deltas = compress(changes(tiny))
    whole, half = tuned(tiny, deltas), tuned(tiny, deltas, 0.5)
    for name, change in expand(deltas, tiny).items():
        w = tiny.get_parameter(name)
        torch.testing.assert_close(whole.get_parameter(name), w + change)
        torch.testing.assert_close(half.get_parameter(name), w + change / 2)
    assert all(torch.equal(x, before[name]) for name, x in tiny.state_dict().items())
    assert tuned(tiny, deltas, 0.0) is tiny and tuned(tiny, None) is tiny


def test_the_first_row_alone_is_drawn_by_the_tuned_weights(tiny):
    ws = tiny.map(tiny.sample_z(3, torch.Generator().manual_seed(0)))
    deltas = compress(changes(tiny))
    with torch.no_grad():
        images = draw(tiny, Codes(ws), (), deltas)
        torch.testing.assert_close(images[1:], tiny.synthesize(ws)[1:])
        torch.testing.assert_close(images[:1], tuned(tiny, deltas).synthesize(ws[:1]))
        assert (images[0] - tiny.synthesize(ws)[0]).abs().max() > 0.01
        torch.testing.assert_close(draw(tiny, Codes(ws[:1]), (), deltas), images[:1])


@pytest.mark.parametrize(
    "deltas",
    [
        {"synthesis.b64.conv0.weight": torch.zeros(8, 8, 3, 3)},
        {"synthesis.b4.const": torch.zeros(8, 4)},
        {"synthesis.b4.const" + LEFT: torch.zeros(8, 2)},
        {"synthesis.b4.const" + RIGHT: torch.zeros(2, 16)},
        {
            "synthesis.b4.const" + LEFT: torch.zeros(4, 2),
            "synthesis.b4.const" + RIGHT: torch.zeros(2, 32),
        },
        {
            "synthesis.b4.const" + LEFT: torch.zeros(8, 2),
            "synthesis.b4.const" + RIGHT: torch.zeros(3, 16),
        },
        {
            "synthesis.b4.const" + LEFT: torch.zeros(()),
            "synthesis.b4.const" + RIGHT: torch.zeros(1),
        },
    ],
)
def test_a_change_that_does_not_fit_is_a_sentence(deltas, tiny):
    with pytest.raises(StudioError, match="do not fit tiny"):
        tuned(tiny, deltas, 0.0)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_outside_is_refused(strength, tiny):
    with pytest.raises(StudioError, match="between 0 and 1"):
        tuned(tiny, compress(changes(tiny)), strength)
