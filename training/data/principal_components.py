"""Gaussian codes for pictures that have none: principal components, made normal by their ranks."""

import torch
import torch.nn.functional as F
from torch import Tensor

THUMBNAIL = 32  # pixels a side at which they are computed


def gaussian_codes(images: Tensor, k: int, weights: Tensor | None = None) -> Tensor:
    """The first k principal components of pictures uint8 [n, h, w] or [n, c, h, w], at `THUMBNAIL`
    pixels, each mapped to N(0, 1) by its ranks: [n, k] float32. A picture counts as often as
    `weights` [n] says. The greatest weight of each axis is positive."""
    images = images if images.ndim == 4 else images[:, None]
    small = torch.cat(
        [
            F.adaptive_avg_pool2d(part.float(), min(THUMBNAIL, part.shape[-1])).flatten(1)
            for part in images.split(1024)
        ]
    )
    share = torch.ones(len(small)) if weights is None else weights.float()
    share = share / share.sum()
    small = small - share @ small
    covariance = ((small * share[:, None]).T @ small).double()
    axes = torch.linalg.eigh(covariance).eigenvectors.flip(1)[:, :k]
    axes = axes * axes.gather(0, axes.abs().argmax(0, keepdim=True)).sign()
    order = (small.double() @ axes).argsort(dim=0, stable=True)
    below = share.double()[order].cumsum(0) - share.double()[order] / 2
    quantiles = torch.empty_like(below).scatter_(0, order, below)
    normal: Tensor = torch.special.ndtri(quantiles)
    return normal.float()
