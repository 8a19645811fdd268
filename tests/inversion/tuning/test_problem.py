import math

import pytest
import torch

from inversion.latents import Codes
from inversion.losses import L1, MSE
from inversion.problem import Evaluation
from inversion.tuning.problem import Anchor, Changes, Tuning, sizes_in_use
from models.errors import StudioError


def test_the_penalty_is_the_squared_change_of_weights_as_they_are_used(tiny):
    rng = torch.Generator().manual_seed(0)
    theta = {
        name: torch.randn(1, *tiny.get_parameter(name).shape, generator=rng)
        for name in ("synthesis.b8.conv0.weight", "synthesis.b4.const")
    }
    conv, const = theta.values()
    expected = 5 * (conv.square().sum() / (8 * 9) + const.square().sum())
    torch.testing.assert_close(Anchor(5.0).penalty(theta, tiny), expected[None])


def test_weights_of_unit_variance_count_by_their_fan_in(tiny):
    sizes = sizes_in_use(tiny)
    assert sizes["synthesis.b8.conv1.weight"] == pytest.approx(1 / math.sqrt(8 * 9))
    assert sizes["synthesis.b8.torgb.weight"] == pytest.approx(1 / math.sqrt(8))
    assert sizes["synthesis.b8.conv1.affine.weight"] == pytest.approx(1 / math.sqrt(8))
    assert not any(name.endswith("bias") or name.endswith("const") for name in sizes)


def test_the_gradient_of_the_penalty_in_float64(tiny):
    rng = torch.Generator().manual_seed(0)

    def random(*shape):
        return torch.randn(shape, generator=rng, dtype=torch.float64).requires_grad_()

    a, b, c = random(1, 2, 8, 3, 3), random(1, 2, 4), random(1)
    names = ("synthesis.b8.conv0.weight", "synthesis.b4.const", "noise_strength")

    def penalty(*xs):
        return Anchor(1e3).penalty(dict(zip(names, xs, strict=True)), tiny)

    assert torch.autograd.gradcheck(penalty, (a, b, c))


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


def test_knobs_of_extra_losses_are_settings_too():
    tuning = Tuning(extra=(MSE(),))
    assert set(tuning.settings()) == {
        "tuning.steps", "tuning.lr", "tuning.penalty", "tuning.until", "mse.weight",
    }  # fmt: skip
    turned = tuning.configure({"mse.weight": 3, "tuning.until": 0.5, "adam.lr": 1})
    assert turned.extra == (MSE(3.0),) and turned.until == 0.5
    with pytest.raises(StudioError, match="tuning.penalty"):
        tuning.configure({"tuning.penalty": -1})
    assert Tuning(extra=(L1(),)).solver().steps == tuning.steps


@pytest.mark.parametrize(("watched", "value"), [(None, 3.0), ("mse", 1.0), ("perceptual", 3.0)])
def test_what_until_looks_at(watched, value):
    """One loss if it is there, all of them otherwise; never the penalty."""
    terms = {"mse": torch.tensor([1.0]), "l1": torch.tensor([2.0]), "weights": torch.tensor([9.0])}
    zero = torch.zeros(1)
    evaluation = Evaluation({}, zero, terms, zero, zero, 1)
    assert Tuning(watched=watched).nearness(evaluation) == value
