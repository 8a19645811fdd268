import math

import numpy as np
import pytest
import torch
from scipy.optimize import brentq

from inversion import METHODS, Inversion, invert, solve
from inversion.latents import Start
from inversion.latents.layers import Layers, Whitened, entered, l1_ball
from inversion.priors import Geodesic, Sphere
from inversion.solvers.rounds import Rounds, RoundsState, flattened
from tests.conftest import tiny_biggan
from tests.inversion.seeds import rngs


@pytest.mark.parametrize("radius", [0.3, 2.0, 50.0])
def test_the_l1_projection_satisfies_its_optimality_conditions(radius):
    """The minimiser of ‖x − v‖² over the ball is a soft threshold, whose level is a root."""
    v = torch.randn(4, 3, 5, generator=rngs(0)[0], dtype=torch.float64)
    projected = l1_ball(v, radius)
    for row, got in zip(v.flatten(1), projected.flatten(1), strict=True):
        if row.abs().sum() <= radius:
            torch.testing.assert_close(got, row)
            continue
        level = brentq(
            lambda θ, row=row: float((row.abs() - θ).clamp(min=0).sum()) - radius,
            0,
            float(row.abs().max()),
        )
        torch.testing.assert_close(got, row.sign() * (row.abs() - level).clamp(min=0))


def test_a_round_begins_with_the_pictures_that_the_one_before_it_ended_with(tiny):
    latents = Layers()
    theta = latents.start(tiny, rngs(0, 1))
    start = Start(theta, theta, rngs(0, 1))
    before = latents.codes(tiny, theta).synthesize(tiny)
    for k in range(1, tiny.num_blocks):
        start = latents.deeper(tiny, start)
        assert entered(start.theta) == k
        assert start.rates[f"rgb{k}"] == 0 < start.rates[f"x{k}"]
        torch.testing.assert_close(latents.codes(tiny, start.theta).synthesize(tiny), before)
    assert latents.deeper(tiny, start) is None


@pytest.mark.slow
def test_rounds_go_on_from_the_best_and_reach_the_layers(tiny, picture, pixels):
    run = list(solve(tiny, picture, "ilo", seeds=2, steps=60, perceptual=pixels))
    best = torch.stack([it.best for it in run])
    assert (best.diff(dim=0) <= 1e-6).all()
    result = run[-1].result()
    assert result.codes.block is not None and set(result.codes.block.tolist()) == {2}
    free = METHODS["ilo"].configure({"ilo.ball": 0.0, "layers.maps": 1.0})
    first = free.configure({"ilo.rounds": 1})
    both = [
        invert(tiny, picture, row, seeds=2, steps=60, perceptual=pixels) for row in (free, first)
    ]
    assert both[0].losses[0] < both[1].losses[0]


def test_biggans_layers_are_discarded_too(pixels):
    G = tiny_biggan()
    picture = np.random.default_rng(0).integers(0, 256, (G.resolution, G.resolution, 3), np.uint8)
    options = {"task": "inpainting", "seeds": 2, "perceptual": pixels}
    run = list(solve(G, picture, "ilo", steps=40, **options))
    result = run[-1].result()
    assert set(result.codes.block.tolist()) == {G.num_blocks - 1} and result.codes.c is not None
    assert (run[-1].best < run[0].observed).all()


@pytest.mark.slow
def test_a_feature_map_is_saved_and_drawn_again(tiny, picture, pixels, tmp_path):
    result = invert(tiny, picture, "ilo", seeds=2, steps=40, perceptual=pixels)
    result.save(tmp_path / "ilo.safetensors")
    again = Inversion.load(tmp_path / "ilo.safetensors")
    assert (again.render(tiny) == result.render(tiny)).all()


def test_the_deviation_stays_within_the_balls(tiny, picture, pixels):
    method = METHODS["ilo"].configure({"ilo.ball": 1e-4, "ilo.rounds": 2, "ilo.flat": False})
    solver, latents = method.solver, Layers()
    theta = latents.start(tiny, rngs(0))
    start = latents.deeper(tiny, Start(theta, theta, rngs(0)))
    state = RoundsState(start, None, round=1)
    far = {name: x + 1 for name, x in start.theta.items()}
    near = solver._within(state, far)
    moved = {name: float((near[name] - start.theta[name]).abs().sum()) for name in ("x1", "z")}
    channels, styles = start.theta["x1"].shape[1], start.theta["z"][0].numel()
    spread = float(tiny.features(tiny.w_mean().expand(1, tiny.num_ws, -1), 1).x.std())
    assert moved["x1"] == pytest.approx(0.1 * channels / 512 * spread, rel=1e-2)
    assert moved["z"] == pytest.approx(0.01 * styles / (18 * 512), rel=0.1)  # of numbers near 1


def test_a_map_moves_in_units_of_its_own_deviation(tiny):
    latents = Layers(maps=0.5)
    theta = latents.start(tiny, rngs(0))
    first = latents.deeper(tiny, Start(theta, theta, rngs(0)))
    other = latents.start(tiny, rngs(7, 8))
    again = latents.deeper(tiny, Start(other, other, rngs(7, 8)))
    assert first.rates["x1"] == 0.5 * first.spreads["x1"] > 0
    assert first.spreads == again.spreads, "whatever the seeds draw"
    second = latents.deeper(tiny, first)
    assert set(second.spreads) == {"x2"} and "x1" not in second.rates


def test_a_loss_that_no_longer_falls_is_flat():
    falling = [torch.tensor([2.0**-k]) for k in range(40)]
    assert not flattened(falling)
    assert flattened(falling[:10] + [torch.tensor([0.001])] * 30)
    assert Rounds(steps=10).with_steps(7).steps == 7


def test_whitened_styles_have_the_statistics_of_w(tiny):
    z = torch.randn(2000, tiny.num_ws, tiny.w_dim, generator=rngs(0)[0])
    ws = Whitened().fields(tiny, {"z": z})["ws"]
    mean, std = tiny.w_statistics()
    torch.testing.assert_close(ws.mean((0, 1)), mean, atol=0.1 * float(std), rtol=0)


def test_the_sphere_holds_latents_and_noises_at_their_norm(tiny):
    theta = Sphere().constrain({"z": torch.randn(2, 4, 8), "b0": 3 * torch.randn(2, 1, 4, 4)}, tiny)
    torch.testing.assert_close(theta["z"].norm(dim=2), torch.full((2, 4), math.sqrt(8)))
    torch.testing.assert_close(theta["b0"].flatten(1).norm(dim=1), torch.full((2,), 4.0))


def test_the_geodesic_distance_is_the_angle_between_layers(tiny):
    z = torch.randn(3, 5, 8, generator=rngs(0)[0], dtype=torch.float64)
    z = z / z.norm(dim=2, keepdim=True)
    penalty = Geodesic(1.0).penalty({"z": z}, tiny)
    for row, got in zip(z, penalty, strict=True):
        angles = [torch.arccos(row[i] @ row[j]) for i in range(5) for j in range(i + 1, 5)]
        torch.testing.assert_close(got, 64 * torch.stack(angles).square().mean())
    theta = {"z": z.requires_grad_()}
    assert torch.autograd.gradcheck(lambda x: Geodesic(1.0).penalty({"z": x}, tiny), theta["z"])
