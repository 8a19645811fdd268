"""Distances against closed forms and direct sums."""

import math

import pytest
import torch
from torch import Tensor

from training.loop import frechet


def normal(n: int, d: int, seed: int) -> Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def with_moments(mean: Tensor, covariance: Tensor, n: int = 50) -> Tensor:
    """n points whose sample mean and covariance are exactly these."""
    x = normal(n, len(mean), 0)
    x = x - x.mean(0)
    white = x @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(x.T))).T
    return white @ torch.linalg.cholesky(covariance).T + mean


def test_frechet_distance_of_commuting_gaussians() -> None:
    """Diagonal covariances: |m1 - m2|^2 + sum (s1 - s2)^2 over standard deviations."""
    m1, m2 = torch.tensor([0.0, 1.0, 2.0]).double(), torch.tensor([3.0, 1.0, 0.0]).double()
    s1, s2 = torch.tensor([1.0, 2.0, 0.5]).double(), torch.tensor([2.0, 0.3, 1.0]).double()
    x, y = with_moments(m1, s1.square().diag()), with_moments(m2, s2.square().diag())
    expected = (m1 - m2).square().sum() + (s1 - s2).square().sum()
    assert math.isclose(frechet.frechet_distance(x, y), float(expected), rel_tol=1e-9)


def test_frechet_distance_of_two_dimensions_by_the_closed_root() -> None:
    """For 2x2 matrices tr sqrt(M) = sqrt(tr M + 2 sqrt(det M)), no eigenvalues needed."""
    a = torch.tensor([[2.0, 0.7], [0.7, 1.0]]).double()
    b = torch.tensor([[1.0, -0.4], [-0.4, 3.0]]).double()
    zero = torch.zeros(2).double()
    m = a @ b
    root = (m.trace() + 2 * torch.linalg.det(m).sqrt()).sqrt()
    expected = a.trace() + b.trace() - 2 * root
    got = frechet.frechet_distance(with_moments(zero, a), with_moments(zero, b))
    assert math.isclose(got, float(expected), rel_tol=1e-9)


def test_frechet_distance_is_symmetric_zero_and_defined_for_few_points() -> None:
    x, y = normal(10, 30, 1), normal(12, 30, 2) + 1
    assert math.isclose(
        frechet.frechet_distance(x, y), frechet.frechet_distance(y, x), rel_tol=1e-6
    )
    assert abs(frechet.frechet_distance(x, x)) < 1e-5


def test_kernel_distance_is_the_unbiased_double_sum() -> None:
    x, y = normal(4, 3, 1), normal(5, 3, 2)

    def k(a: Tensor, b: Tensor) -> float:
        return (float(a @ b) / 3 + 1) ** 3

    within_x = [k(a, b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j]
    within_y = [k(a, b) for i, a in enumerate(y) for j, b in enumerate(y) if i != j]
    across = [k(a, b) for a in x for b in y]
    expected = sum(within_x) / 12 + sum(within_y) / 20 - 2 * sum(across) / 20
    assert math.isclose(frechet.kernel_distance(x, y), expected, rel_tol=1e-9)


def test_kernel_distance_tells_a_shift_from_chance() -> None:
    x, y = normal(300, 4, 1), normal(300, 4, 2)
    assert abs(frechet.kernel_distance(x, y)) < 0.1 * frechet.kernel_distance(x, y + 1)


def test_distances_name_their_features_and_stand_beside_the_floor() -> None:
    rng = torch.Generator().manual_seed(0)
    real = torch.rand(128, 3, 4, 4, generator=rng) * 2 - 1
    fake = real[:64] + 0.5

    def pooled(x: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(x, 2).flatten(1)

    got = frechet.distances("pooled pixels", pooled, real, fake)
    assert got.count == 64 and got.frechet > 2 * got.frechet_floor
    assert math.isclose(
        got.frechet_floor, frechet.frechet_distance(pooled(real[:64]), pooled(real[64:]))
    )
    assert "pooled pixels" in str(got) and "FID" not in str(got)
    with pytest.raises(ValueError, match="128 real pictures"):
        frechet.distances("pooled pixels", pooled, real[:64], fake)
