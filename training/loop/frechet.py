"""How far generated pictures are from real ones, as distances between sets of features.

Neither number means anything without the features' name and the floor: what two disjoint sets of
real pictures of the same size have between them. Computed in float64.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Extractor = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Distances:
    """Distances of `count` generated pictures from as many real ones, and of real from real."""

    features: str
    count: int
    frechet: float
    frechet_floor: float
    kernel: float
    kernel_floor: float

    def __str__(self) -> str:
        return (
            f"in {self.features} features, {self.count} pictures: Fréchet distance "
            f"{self.frechet:.3f} (real against real {self.frechet_floor:.3f}), kernel distance "
            f"{self.kernel:.5f} (real against real {self.kernel_floor:.5f})"
        )


def distances(features: str, extract: Extractor, real: Tensor, fake: Tensor) -> Distances:
    """real [2n, 3, h, w] and fake [n, 3, h, w] in [-1, 1]: the first half of the real pictures is
    compared with the fake ones and, for the floor, with the second half.

    `features` names what `extract` computes, [m, 3, h, w] -> [m, d].
    """
    n = len(fake)
    if len(real) != 2 * n:
        raise ValueError(f"{2 * n} real pictures are needed beside {n} generated ones")
    first, second = (embed(extract, part) for part in real.split(n))
    other = embed(extract, fake)
    return Distances(
        features,
        n,
        frechet_distance(first, other),
        frechet_distance(first, second),
        kernel_distance(first, other),
        kernel_distance(first, second),
    )


@torch.no_grad()
def embed(extract: Extractor, images: Tensor, batch: int = 64) -> Tensor:
    """images [n, 3, h, w] -> features [n, d] float64 on the CPU."""
    return torch.cat([extract(part).double().cpu() for part in images.split(batch)])


def frechet_distance(x: Tensor, y: Tensor) -> float:
    """Squared 2-Wasserstein distance of the Gaussians fitted to x [n, d] and y [m, d]:
    |m_x - m_y|^2 + tr(S_x + S_y - 2 (S_x S_y)^(1/2)) (Heusel et al. 2017, equation 6).

    The trace of the root is the sum of the roots of the eigenvalues of S_x^(1/2) S_y S_x^(1/2),
    which is symmetric, so that no root of an asymmetric matrix is needed.
    """
    x, y = x.double(), y.double()
    s_x, s_y = torch.cov(x.T), torch.cov(y.T)
    values, vectors = torch.linalg.eigh(s_x)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ s_y @ root).clamp(min=0).sqrt().sum()
    distance = (x.mean(0) - y.mean(0)).square().sum() + s_x.trace() + s_y.trace() - 2 * cross
    return float(distance)


def kernel_distance(x: Tensor, y: Tensor) -> float:
    """Unbiased squared maximum mean discrepancy of x [n, d] and y [m, d] under the kernel
    (a . b / d + 1)^3 (Binkowski et al. 2018, section 4); may be negative for equal distributions.
    """
    x, y = x.double(), y.double()
    d = x.shape[1]

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / d + 1) ** 3

    def within(a: Tensor) -> Tensor:
        k = kernel(a, a)
        return (k.sum() - k.trace()) / (len(a) * (len(a) - 1))

    return float(within(x) + within(y) - 2 * kernel(x, y).mean())
