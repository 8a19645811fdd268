"""The terms of the loss against closed forms, in float64."""

import math

import torch
from torch import Tensor

from training.gan import losses


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_logistic_losses() -> None:
    real, fake = normal(5), normal(5, seed=1)
    p_real, p_fake = torch.sigmoid(real), torch.sigmoid(fake)
    expected = -(p_real.log().mean() + (1 - p_fake).log().mean())
    torch.testing.assert_close(losses.discriminator_loss(real, fake), expected)
    torch.testing.assert_close(losses.generator_loss(fake), -p_fake.log().mean())


def test_r1_of_a_quadratic_discriminator_and_its_gradient() -> None:
    """D(x) = a sum x^2 / 2 has gradient a x: the penalty is a^2 |x|^2, its derivative 2 a |x|^2."""
    x, a = normal(3, 3, 4, 4).requires_grad_(), normal(1).requires_grad_()
    penalty = losses.gradient_penalty(a * x.square().sum((1, 2, 3)) / 2, x)
    energy = x.detach().square().sum((1, 2, 3)).mean()
    torch.testing.assert_close(penalty, a.detach()[0] ** 2 * energy)
    (gradient,) = torch.autograd.grad(penalty, a)
    torch.testing.assert_close(gradient, 2 * a.detach() * energy)


def test_path_length_of_a_linear_generator_and_its_gradient() -> None:
    """x = A w for every layer's w: J^T y = A^T y, and the length is |A^T y| (mean over layers of
    its square, rooted); its gradient in A is closed too."""
    a = normal(3 * 4 * 4, 5).requires_grad_()
    ws = normal(2, 3, 5, seed=1).requires_grad_()
    images = torch.einsum("pd,nld->np", a, ws).unflatten(1, (3, 4, 4))
    noise = normal(2, 3, 4, 4, seed=2)
    y = noise.flatten(1) / math.sqrt(16)
    lengths = losses.path_lengths(images, ws, noise)
    expected = (y @ a.detach()).norm(dim=1)
    torch.testing.assert_close(lengths, expected)
    (gradient,) = torch.autograd.grad(lengths.sum(), a)
    closed = sum(torch.outer(v, v @ a.detach()) / e for v, e in zip(y, expected, strict=True))
    torch.testing.assert_close(gradient, closed)


def test_path_length_penalty_follows_a_running_mean() -> None:
    lengths = torch.tensor([1.0, 3.0], dtype=torch.float64)
    penalty, mean = losses.path_length_penalty(lengths, torch.tensor(0.0).double())
    assert math.isclose(float(mean), 0.02)
    assert math.isclose(float(penalty), ((1 - 0.02) ** 2 + (3 - 0.02) ** 2) / 2)


def test_feature_distance_averages_over_maps_not_over_elements() -> None:
    small, large = normal(1, 1, 2, 2), normal(1, 8, 16, 16, seed=1)
    got = losses.feature_distance([small + 2, large], [small, large])
    torch.testing.assert_close(got, torch.tensor(1.0))


def test_pyramid_distance_counts_each_band() -> None:
    x = normal(2, 3, 16, 16)
    assert losses.pyramid_distance(x, x) == 0
    d = normal(2, 3, 16, 16, seed=1)
    one_band = losses.pyramid_distance(x + d, x, levels=1)
    torch.testing.assert_close(one_band, d.abs().mean())
    assert losses.pyramid_distance(x + d, x, levels=3) > one_band


def test_pyramid_distance_weighs_a_shifted_edge_more_than_pixels_do() -> None:
    """A checkerboard and a flat offset of the same mean absolute value: the flat one lives in the
    last band alone, the other in the first, and both count about once."""
    flat = torch.full((1, 3, 32, 32), 0.1, dtype=torch.float64)
    signs = torch.ones(32, dtype=torch.float64)
    signs[1::2] = -1
    board = (0.1 * torch.outer(signs, signs)).expand(1, 3, 32, 32)
    zero = torch.zeros_like(flat)
    ratio = losses.pyramid_distance(board, zero, 4) / losses.pyramid_distance(flat, zero, 4)
    assert 0.4 < float(ratio) < 1.2
