"""Latents of known codes: exactly normal, and the code can be read back from the direction."""

import math

import torch

from training.gan import pairing


def drawn(n: int = 20_000, k: int = 5, d: int = 9) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    codes = torch.randn(n, k, generator=rng)
    return codes, pairing.latents(codes, pairing.rotation(d), rng)


def test_rotation_is_orthogonal_and_seeded() -> None:
    q = pairing.rotation(16)
    torch.testing.assert_close(q @ q.T, torch.eye(16))
    assert torch.equal(q, pairing.rotation(16)) and not torch.equal(q, pairing.rotation(16, 1))


def test_latents_are_standard_normal() -> None:
    """Means, covariances and fourth moments of every axis, and the moments of the norm, within five
    standard errors."""
    z = drawn()[1].double()
    n, d = z.shape
    error = 5 / math.sqrt(n)
    assert z.mean(0).abs().max() < error
    covariance = z.T @ z / n
    assert (covariance - torch.eye(d)).abs().max() < error * math.sqrt(2)
    assert (z.pow(4).mean(0) - 3).abs().max() < error * math.sqrt(96)
    norm = z.square().sum(1)
    assert abs(float(norm.mean()) - d) < error * math.sqrt(2 * d)
    assert abs(float(norm.var()) - 2 * d) < error * math.sqrt(8 * d * (d + 6))


def test_share_of_the_norm_is_independent_of_the_norm() -> None:
    """As for a Gaussian: had |u| been kept beside a fixed |z|, the two would be correlated."""
    codes, z = drawn()
    norm = z.square().sum(1)
    share = (z @ pairing.rotation(9).T)[:, :5].square().sum(1) / norm
    correlation = torch.corrcoef(torch.stack([norm, share]))[0, 1]
    assert abs(float(correlation)) < 5 / math.sqrt(len(z))
    assert abs(float(share.mean()) - 5 / 9) < 0.01


def test_direction_tells_the_code() -> None:
    """The direction of the code, and its norm by a monotone function of the share."""
    codes, z = drawn(500)
    part = (z / z.norm(dim=1, keepdim=True) @ pairing.rotation(9).T)[:, :5]
    cosine = torch.nn.functional.cosine_similarity(part, codes)
    torch.testing.assert_close(cosine, torch.ones(500))
    order = part.norm(dim=1).argsort()
    assert (codes.norm(dim=1)[order].diff() > -1e-4).all()
