"""From a baked picture's code to a latent of the generator, so that pictures have known latents.

The renderer drew each picture from a Gaussian code u [K]. The mapping network sees only the
direction of z, so u must be readable from it, and z must still be N(0, I) in d dimensions. In polar
coordinates, with Q a fixed random orthogonal matrix and eps ~ N(0, I) in d - K dimensions:

    z = R [sqrt(B) u / |u|, sqrt(1 - B) eps / |eps|] Q

B ~ Beta(K/2, (d - K)/2), the share of a Gaussian's squared norm that K of its coordinates hold,
is the monotone function of |u|^2 ~ chi2_K that has this distribution; R^2 ~ chi2_d likewise of
|eps|^2. So z ~ N(0, I) exactly, and u follows from z / |z|. (With plain z = [u, eps] Q the norm of
eps would blur every attribute by 1 / sqrt(2 d).) No axis of z is an attribute, yet the direction of
each is known: row k of Q.
"""

import numpy as np
import torch
from scipy import special  # type: ignore[import-untyped]  # scipy ships no types
from torch import Tensor


def rotation(dim: int, seed: int = 0) -> Tensor:
    """A random orthogonal matrix [dim, dim] float32, the same on every machine to rounding:
    QR of a Gaussian matrix, with the sign convention that makes it Haar-distributed."""
    rng = torch.Generator().manual_seed(seed)
    gaussian = torch.randn(dim, dim, generator=rng, dtype=torch.float64)
    q, r = torch.linalg.qr(gaussian)
    signed: Tensor = (q * r.diagonal().sign()).float()
    return signed


def latents(codes: Tensor, q: Tensor, generator: torch.Generator) -> Tensor:
    """codes [n, K] ~ N(0, I) -> z [n, d] ~ N(0, I) on the device of q [d, d], d > K; eps from the
    generator."""
    (n, k), d = codes.shape, len(q)
    eps = torch.randn(n, d - k, generator=generator, device=generator.device)
    u_norm, eps_norm = codes.norm(dim=1).cpu().double(), eps.norm(dim=1).cpu().double()
    share = special.betaincinv(
        k / 2, (d - k) / 2, special.gammainc(k / 2, np.square(u_norm.numpy()) / 2)
    )
    radius = np.sqrt(
        2
        * special.gammaincinv(d / 2, special.gammainc((d - k) / 2, np.square(eps_norm.numpy()) / 2))
    )
    scale_u = torch.from_numpy(radius * np.sqrt(share)) / u_norm
    scale_eps = torch.from_numpy(radius * np.sqrt(1 - share)) / eps_norm
    parts = [codes.to(q) * scale_u[:, None].to(q), eps.to(q) * scale_eps[:, None].to(q)]
    return torch.cat(parts, 1) @ q
