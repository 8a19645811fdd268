"""GANSpace (Härkönen et al. 2020): principal components as directions."""

from __future__ import annotations

import torch
from torch import Tensor

from inversion.edits.direction import Direction
from models.errors import StudioError
from models.generators.biggan import BigGAN
from models.generators.generator import Generator


@torch.no_grad()
def ganspace(G: Generator, count: int = 10) -> list[Direction]:
    """The first `count` principal components, strongest first, each as long as its deviation.

    Of w (section 3.1), from the samples of `Generator.w_samples`. BigGAN has no w: the components
    are those of its first dense layer's output, taken to z by regression (section 3.2), with the
    class held, on which in a linear layer they do not depend. Rows of a matrix are all distributed
    alike: a component is that of a row, and moves every row (Overparameterization, section 5.2).
    Raises StudioError for more components than there are axes.
    """
    width = G.z_dim if isinstance(G, BigGAN) else G.row_dim
    if not 0 < count <= width:
        raise StudioError(f"There are {width} components; choose 1 to {width}.")
    if isinstance(G, BigGAN):
        space, vectors = "z", first_layer(G)[:count]
        source = "the first layer's output, regressed to z"
    else:
        axes, deviations = principal(G.w_samples())
        vectors = (axes * deviations[:, None])[:count].repeat(1, G.rows)
        space, source = "w", "w"
    return [
        Direction(
            name=f"component {k + 1}",
            space=space,
            vector=v.float().cpu(),
            weights=G.identity,
            provenance=f"GANSpace: principal component {k + 1} of {source}",
        )
        for k, v in enumerate(vectors)
    ]


def principal(x: Tensor) -> tuple[Tensor, Tensor]:
    """x [n, d] -> axes [d, d], a unit vector a row, and deviations [d], largest first.

    The largest entry of each axis is positive, so that the sign is the same everywhere.
    """
    x = x.cpu().double()
    variances, axes = torch.linalg.eigh(torch.cov(x.T))
    axes, deviations = axes.T.flip(0), variances.flip(0).clamp(min=0).sqrt()
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
    return axes * largest.sign(), deviations


def first_layer(G: BigGAN) -> Tensor:
    """Rows u_k of length [z_dim]: z + a u_k moves the first layer's output by a deviations along
    its k-th principal component.

    With y the output, x = V^T (y - mean) its coordinates and U = argmin sum |U x_j - z_j|^2 over
    samples, u_k is column k of U times the deviation of coordinate k (equation 2).
    """
    rng = torch.Generator().manual_seed(0)
    z = G.sample_z(10_000, rng).cpu().double()
    # the class's part is held: it shifts the mean
    weight = G.gen_z.weight[:, : G.z_dim].cpu().double()
    # y = z weight^T lies in the span of an orthonormal Q with weight = Q R: its components are
    # those of z R^T, which is no wider than z
    _, R = torch.linalg.qr(weight)
    y = z @ R.T
    axes, deviations = principal(y)
    x = (y - y.mean(0)) @ axes.T
    U = torch.linalg.lstsq(x, z - z.mean(0)).solution  # [coordinates, z_dim]
    u = U * deviations[:, None]
    largest = u.gather(1, u.abs().argmax(1, keepdim=True))
    signed: Tensor = u * largest.sign()
    return signed
