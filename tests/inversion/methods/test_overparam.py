"""Inversion of matrices: where it starts, what truncation does, and who can be searched so."""

import pytest
import torch

from inversion import METHODS, Inversion, invert, solve
from inversion.latents import Matrix, MatrixPlus, W
from inversion.priors import PNorm, TruncationTrick
from models.generators.overparam import Overparameterized
from tests.conftest import beginning, tiny_overparam
from tests.inversion.seeds import rngs


@pytest.fixture
def matrix() -> Overparameterized:
    return tiny_overparam()


def test_every_row_starts_at_the_mean_of_w(matrix):
    for latents, layers in ((Matrix(), ()), (MatrixPlus(), (matrix.num_ws,))):
        w = latents.start(matrix, rngs(3, 4))["w"]
        assert w.shape == (2, *layers, 8 * 8)
        expected = matrix.mapping.w_avg.expand(2, *layers, 8, 8)
        torch.testing.assert_close(matrix.matrices(w), expected)
    drawn = Matrix(spread=1.0).start(matrix, rngs(3))["w"]
    sample = matrix.map(matrix.sample_z(1, rngs(3)[0]))[:, 0]
    torch.testing.assert_close(drawn, sample)


def test_truncation_draws_w_to_its_mean_until_half_time(matrix):
    w, μ = torch.randn(2, 64, generator=rngs(0)[0]), matrix.w_mean()
    prior, theta = TruncationTrick(), {"w": w, "b0": torch.ones(1)}
    early = prior.constrain(theta, matrix, 0.49)
    torch.testing.assert_close(early["w"], 0.9 * w + 0.1 * μ)
    assert early["b0"] is theta["b0"]
    assert prior.constrain(theta, matrix, 0.5) is theta
    always = TruncationTrick(psi=0.5, until=1.0).constrain(theta, matrix, 0.999)
    torch.testing.assert_close(always["w"], (w + μ) / 2)


def test_a_run_is_adam_with_truncation_written_down(matrix, picture, pixels):
    """Six steps of the paper's update on its loss, by hand: W <- mu + 0.9 (W - mu) before each of
    the steps of the first half."""
    *_, last = solve(matrix, picture, "W", steps=6, perceptual=pixels)
    y = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
    μ = matrix.w_mean()
    w, losses = μ[None].clone().requires_grad_(), []
    adam = torch.optim.Adam([w], lr=0.05)
    for step in range(6):
        if 0 < step <= 3:
            with torch.no_grad():
                w.copy_(μ + 0.9 * (w - μ))
        loss = pixels(matrix.synthesize(w[:, None].expand(-1, matrix.num_ws, -1)), y)
        losses.append(float(loss.detach()))
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
    assert float(last.observed) == pytest.approx(losses[-1], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["W", "W+"])
def test_the_loss_falls_and_seeds_are_one_unless_they_are_spread(name, matrix, picture, pixels):
    run = list(solve(matrix, picture, name, seeds=3, steps=60, perceptual=pixels))
    assert run[-1].best.shape == (1,) and run[-1].best < 0.7 * run[0].observed
    random = {f"{name}.spread": 1.0, "truncation.psi": 1.0}
    apart = invert(matrix, picture, name, seeds=2, steps=3, settings=random, perceptual=pixels)
    images = apart.render(matrix, uint8=False)
    assert len(apart) == 2 and (images[0] - images[1]).abs().max() > 1e-3


def test_others_are_refused_in_a_sentence(tiny, matrix):
    for name in ("W", "W+"):
        assert METHODS[name].refuses(matrix) is None
        assert METHODS[name].refuses(tiny) == (
            f"{METHODS[name].title} searches {name}, which tiny lacks."
        )
    assert "searches b" in (METHODS["w"].refuses(matrix) or "")


NOISELESS = [name for name, row in METHODS.items() if "b" not in row.latents.spaces]


@pytest.mark.parametrize("name", NOISELESS)
def test_every_method_without_noises_serves_matrices(name, matrix, picture, pixels):
    begin = beginning(METHODS[name], matrix)
    result = invert(matrix, picture, name, seeds=2, steps=4, perceptual=pixels, **begin)
    assert result.codes.ws.shape[1:] == (matrix.num_ws, matrix.w_dim)
    assert torch.isfinite(torch.tensor(result.losses)).all()


@pytest.mark.parametrize("task", ["inpainting", "super-resolution", "colourisation"])
def test_every_task_is_undone_with_matrices(task, matrix, picture, pixels, tmp_path):
    result = invert(matrix, picture, "W", task=task, steps=3, perceptual=pixels)
    result.save(tmp_path / "r.safetensors")
    again = Inversion.load(tmp_path / "r.safetensors").render(matrix)
    assert (again == result.render(matrix)).all()


def test_heads_too_large_for_memory_are_refused_before_they_are_made(matrix):
    with torch.device("meta"):
        large = Overparameterized(resolution=256, channels={4 << i: 512 for i in range(7)})
    large.identity = matrix.identity
    reason = METHODS["sphinx (P_s)"].refuses(large)
    assert "370 million weights a seed" in reason and "Search W" in reason
    assert METHODS["sphinx (P_s)"].refuses(matrix) is METHODS["W"].refuses(large) is None


def test_the_p_norm_of_a_matrix_is_the_mean_of_its_rows(matrix):
    w = matrix.w_samples()[:16].view(2, 1, 64)
    whole = PNorm(1.0).penalty({"w": w}, matrix)
    rows = PNorm(1.0).penalty({"w": w.view(2, 8, 8)}, one_row(matrix))
    torch.testing.assert_close(whole, rows)


def one_row(matrix):
    """The same weights as a generator of vectors."""
    G = Overparameterized(**{**matrix.settings, "rows": 1})
    G.load_state_dict(matrix.state_dict())
    return G


def test_w_of_one_row_is_the_vector(matrix):
    G = one_row(matrix)
    assert not G.spaces & {"W", "W+"}
    assert W().start(G, rngs(0))["w"].shape == (1, 8)
