import copy
import dataclasses
import math

import pytest
import torch

from inversion.latents import Codes
from inversion.losses import L1, MSE
from inversion.operators.observation import observe
from inversion.pictures.images import to_uint8
from inversion.problem import Problem
from inversion.tuning.problem import (
    CHANGE,
    Changes,
    Tuning,
    Weights,
    relative_change,
    shares,
    sizes_in_use,
)
from models.errors import StudioError
from tests.conftest import PixelFeatures


def random_change(G, scale=1.0):
    rng = torch.Generator().manual_seed(0)
    return {
        name: scale * torch.randn(1, *G.get_parameter(name).shape, generator=rng)
        for name in ("synthesis.b8.conv0.weight", "synthesis.b4.const")
    }


def test_the_change_is_relative_to_the_weights_as_they_are_used(tiny):
    theta = random_change(tiny)
    fan_in = {"synthesis.b8.conv0.weight": 8 * 9, "synthesis.b4.const": 1}
    squares = sum(Δ.square().sum() / fan_in[n] for n, Δ in theta.items())
    whole = sum(tiny.get_parameter(n).square().sum() / fan_in[n] for n in theta)
    torch.testing.assert_close(
        relative_change(theta, shares(tiny, theta)), (squares / whole).sqrt()[None]
    )


def test_a_network_of_larger_weights_changes_as_much_by_as_many_steps(tiny):
    """The relative change is a pure number: weights in other units have the same."""
    large = copy.deepcopy(tiny)
    with torch.no_grad():
        for weight in large.parameters():
            weight.mul_(30)
    change = relative_change(random_change(tiny), shares(tiny, random_change(tiny)))
    torch.testing.assert_close(
        relative_change(random_change(tiny, 30.0), shares(large, random_change(tiny))), change
    )
    rates = [weights_of(G).start([torch.Generator()]).rates for G in (tiny, large)]
    assert rates[0].keys() == rates[1].keys()
    for name, rate in rates[0].items():
        assert rates[1][name] == pytest.approx(30 * rate)


def weights_of(G, penalty=5.0):
    """The problem of G's weights for one of its own pictures."""
    ws = G.map(G.sample_z(1, torch.Generator().manual_seed(0)))
    y = G.synthesize(ws).detach()
    operator = observe(to_uint8(y)[0], G.resolution).operator
    problem = Problem(G, Changes(Codes(ws)), operator, y, (MSE(),), (), PixelFeatures())
    return Weights.around(problem, Codes(ws), Tuning(penalty=penalty))


def test_what_is_minimised_is_the_loss_and_the_squared_change(tiny):
    weights, theta = weights_of(tiny), random_change(tiny, 0.1)
    look = weights.evaluate(theta, 0.0, [torch.Generator()])
    δ = relative_change(theta, weights.shares)
    torch.testing.assert_close(look.total, look.terms["mse"] + 5.0 * δ.square())
    torch.testing.assert_close(look.terms[CHANGE], 100 * δ)
    assert torch.equal(look.observed, look.total)


def test_weights_of_unit_variance_count_by_their_fan_in(tiny):
    sizes = sizes_in_use(tiny)
    assert sizes["synthesis.b8.conv1.weight"] == pytest.approx(1 / math.sqrt(8 * 9))
    assert sizes["synthesis.b8.torgb.weight"] == pytest.approx(1 / math.sqrt(8))
    assert sizes["synthesis.b8.conv1.affine.weight"] == pytest.approx(1 / math.sqrt(8))
    assert not any(name.endswith("bias") or name.endswith("const") for name in sizes)


def test_the_gradient_of_the_change_in_float64(tiny):
    rng = torch.Generator().manual_seed(0)

    def random(*shape):
        return torch.randn(shape, generator=rng, dtype=torch.float64).requires_grad_()

    names = ("synthesis.b8.conv0.weight", "synthesis.b4.const")
    xs = [random(1, *tiny.get_parameter(name).shape) for name in names]

    def squared(*xs):
        return relative_change(dict(zip(names, xs, strict=True)), shares(tiny, names)).square()

    assert torch.autograd.gradcheck(squared, xs)


def test_what_can_change_is_what_the_picture_depends_on(tiny):
    ws = tiny.map(tiny.sample_z(1, torch.Generator().manual_seed(0)))
    latents = Changes(Codes(ws))
    zeros = latents.centre(tiny, None)
    assert zeros.keys() == {n for n, _ in tiny.named_parameters() if n.startswith("synthesis.")}
    assert all(not x.any() and not x.requires_grad for x in zeros.values())
    with torch.no_grad():
        torch.testing.assert_close(latents.codes(tiny, zeros).synthesize(tiny), tiny.synthesize(ws))


def test_gradients_reach_the_changes_and_the_generator_stays(tiny):
    ws = tiny.map(tiny.sample_z(1, torch.Generator().manual_seed(0)))
    latents = Changes(Codes(ws))
    name = "synthesis.b16.torgb.bias"
    Δ = torch.zeros(1, 3, requires_grad=True)
    before = {n: p.clone() for n, p in tiny.named_parameters()}
    image = latents.codes(tiny, {name: Δ}).synthesize(tiny)
    (slope,) = torch.autograd.grad(image.sum(), Δ)
    torch.testing.assert_close(slope, torch.full((1, 3), 256.0))
    assert all(torch.equal(p, before[n]) and p.grad is None for n, p in tiny.named_parameters())


@pytest.mark.parametrize(("weight", "losses"), [(0.0, (MSE(), L1())), (3.0, (MSE(3.0), L1()))])
def test_the_squared_error_is_weighted_anew_or_left_as_it_was(tiny, weight, losses):
    problem = dataclasses.replace(weights_of(tiny).problem, losses=(MSE(), L1()))
    codes = Codes(tiny.map(tiny.sample_z(1, torch.Generator().manual_seed(0))))
    tuned = Weights.around(problem, codes, Tuning(mse=weight))
    assert tuned.problem.losses == losses


def test_settings_are_the_tunings_alone():
    assert set(Tuning().settings()) == {
        "tuning.steps", "tuning.lr", "tuning.penalty", "tuning.until", "tuning.mse",
    }  # fmt: skip
    with pytest.raises(StudioError, match="tuning.penalty"):
        Tuning().configure({"tuning.penalty": -1})
