"""From a baked picture's code to a latent of the generator, so that pictures have known latents.

The renderer drew each picture from a Gaussian code u [K]. With Q a fixed random orthogonal matrix,

    z = [u, eps] Q,   eps ~ N(0, I),   so z ~ N(0, I) exactly,

because a rotation keeps the normal distribution. No axis of z is an attribute of the picture, yet
the direction of each is known: row k of Q.
"""

import torch
from torch import Tensor


def rotation(dim: int, seed: int = 0) -> Tensor:
    """A random orthogonal matrix [dim, dim] float32, the same on every machine to rounding:
    QR of a Gaussian matrix, with the sign convention that makes it Haar-distributed."""
    rng = torch.Generator().manual_seed(seed)
    gaussian = torch.randn(dim, dim, generator=rng, dtype=torch.float64)
    q, r = torch.linalg.qr(gaussian)
    return (q * r.diagonal().sign()).float()


def latents(codes: Tensor, q: Tensor, generator: torch.Generator) -> Tensor:
    """codes [n, K] ~ N(0, I) -> z [n, z_dim] ~ N(0, I), z_dim >= K the size of q."""
    n, k = codes.shape
    eps = torch.randn(n, len(q) - k, generator=generator, device=generator.device)
    return torch.cat([codes, eps.to(codes)], 1) @ q.to(codes)
