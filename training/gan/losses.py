"""The terms of StyleGAN2's training, each a function of tensors, and one of ours.

Sources: Goodfellow et al. 2014 (non-saturating loss), Mescheder et al. 2018 (R1), Karras et al.
2020 section 3.1 (both regularisers evaluated lazily) and section 3.2 (path length).
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from models.generators.resample import downsample, upsample


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Mean of -log D(x) - log(1 - D(G(z))) for logits [n] of each."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """Mean of -log D(G(z)) for logits [n]: the non-saturating loss."""
    return F.softplus(-fake).mean()


def gradient_penalty(logits: Tensor, images: Tensor) -> Tensor:
    """R1: the mean over pictures of |grad_x D(x)|^2, for logits [n] of images [n, 3, h, w] that
    require a gradient. The loss is gamma / 2 times this."""
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean()


def path_lengths(images: Tensor, ws: Tensor, noise: Tensor) -> Tensor:
    """|J_w^T y| of each picture, [n], for y = noise / sqrt(h w), noise ~ N(0, 1) like images
    [n, 3, h, w], which were made from ws [n, num_ws, w_dim]: root of the mean over layers of the
    squared norm, as in the published training."""
    y = noise / math.sqrt(images.shape[2] * images.shape[3])
    (gradient,) = torch.autograd.grad((images * y).sum(), ws, create_graph=True)
    return gradient.square().sum(2).mean(1).sqrt()


def path_length_penalty(
    lengths: Tensor, mean: Tensor, decay: float = 0.01
) -> tuple[Tensor, Tensor]:
    """Mean of (length - a)^2 and the new a, the running mean of the lengths [n] (equation 4)."""
    mean = mean.lerp(lengths.detach().mean(), decay)
    return (lengths - mean).square().mean(), mean


def feature_distance(fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """L1 between two pictures' maps in the discriminator, each [n, c, h, w], averaged over the maps
    (feature matching: Wang et al. 2018, section 3.2)."""
    terms = [F.l1_loss(a.float(), b.float()) for a, b in zip(fake, real, strict=True)]
    return torch.stack(terms).mean()


def pyramid_distance(x: Tensor, y: Tensor, levels: int = 5) -> Tensor:
    """L1 between the Laplacian pyramids of x and y [n, 3, h, w]: the mean absolute difference of
    each band, summed over `levels` bands, the last of which is what remains.

    Each octave counts alike, so that edges are not drowned by large flat areas.
    """
    d, total = x - y, x.new_zeros([])
    for _ in range(levels - 1):
        low = downsample(d)
        total = total + (d - upsample(low)).abs().mean()
        d = low
    return total + d.abs().mean()
