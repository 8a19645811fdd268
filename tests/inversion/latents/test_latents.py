"""Laws that hold for every parametrisation."""

import pytest
import torch

from inversion.latents import Codes, Noises, W, WPlus, Z, ZPlus
from tests.inversion.seeds import rngs

LATENTS = {
    "z": Z(),
    "z+": ZPlus(),
    "w": W(spread=0.5),
    "w+": WPlus(spread=0.5),
    "w, b": W(spread=0.5) + Noises(),
    "z+, b": ZPlus() + Noises(),
}
EACH = pytest.mark.parametrize("latents", LATENTS.values(), ids=LATENTS)


@EACH
def test_a_seeds_start_does_not_depend_on_its_neighbours(latents, tiny):
    together = latents.start(tiny, rngs(3, 4, 5))
    alone = latents.start(tiny, rngs(5))
    assert together.keys() == alone.keys()
    for name in alone:
        torch.testing.assert_close(together[name][2:], alone[name])


@EACH
def test_seeds_differ(latents, tiny):
    theta = latents.start(tiny, rngs(1, 2))
    assert all((x[0] != x[1]).any() for x in theta.values())


@EACH
def test_every_searched_tensor_moves_the_picture(latents, tiny):
    theta = {k: x.clone().requires_grad_() for k, x in latents.start(tiny, rngs(0, 1)).items()}
    codes = latents.codes(tiny, theta)
    assert codes.ws.shape == (2, tiny.num_ws, tiny.w_dim)
    weights = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    (codes.synthesize(tiny) * weights).sum().backward()
    for name, x in theta.items():
        assert x.grad is not None and x.grad.flatten(1).abs().sum(1).gt(0).all(), name


@EACH
def test_codes_survive_as_named_tensors(latents, tiny):
    codes = latents.codes(tiny, latents.start(tiny, rngs(0, 1)))
    again = Codes.from_tensors(dict(codes.tensors()))
    assert torch.equal(again.synthesize(tiny), codes.synthesize(tiny))


def test_w_is_one_vector_and_w_plus_starts_equal_to_it(tiny):
    w = W(spread=1.0).codes(tiny, W(spread=1.0).start(tiny, rngs(0))).ws
    assert (w == w[:, :1]).all()
    torch.testing.assert_close(w, WPlus(spread=1.0).start(tiny, rngs(0))["w"])


def test_spread_zero_is_the_mean_of_w(tiny):
    torch.testing.assert_close(W().start(tiny, rngs(0))["w"][0], tiny.w_mean())


def test_z_codes_draw_what_generate_draws(tiny):
    z = Z().start(tiny, rngs(7))["z"]
    drawn = Z().codes(tiny, {"z": z}).synthesize(tiny)
    torch.testing.assert_close(drawn, tiny.generate(z))


def test_a_sum_has_the_spaces_and_knobs_of_its_parts():
    both = W() + Noises()
    assert both.spaces == ("w", "b")
    assert both.configure({"w.spread": 0.25}).knobs()["w.spread"].default == 0.25
