"""How near an answer comes to the picture that was asked for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from kornia.metrics import ssim as kornia_ssim
from numpy.typing import NDArray
from torch import Tensor

from inversion.losses import mean
from inversion.operators.measurement import Measurement
from inversion.pictures.images import Mask, Picture, to_tensor, to_weight
from models.perceptual.distance import Perceptual

__all__ = ["assess", "perceptual_distances", "psnr", "score", "ssim"]

FIDELITY = ("PSNR", "SSIM")
MEASUREMENT_ERROR, RIM_ERROR = "measurement error", "rim error"


def psnr(x: Tensor, y: Tensor, weight: Tensor | None = None) -> Tensor:
    """Peak signal-to-noise ratio in dB [n], of pictures [n, 3, H, W] in [-1, 1]; inf if equal.

    weight [1, 1, H, W] ≥ 0 weights the mean of squared errors.

    >>> x = torch.zeros(1, 3, 16, 16)
    >>> psnr(x, x + 0.2).round(decimals=3)
    tensor([20.])
    """
    return -10 * mean(((x - y) / 2).square(), weight).log10()


def ssim(x: Tensor, y: Tensor, weight: Tensor | None = None) -> Tensor:
    """Structural similarity [n], at most 1 (Wang et al. 2004): 11 × 11 Gaussian window, σ 1.5.

    The mean is over windows that lie inside the picture, weighted by weight [1, 1, H, W] at their
    centres; where that leaves none, over all windows of the mirrored picture.

    >>> x = torch.rand(1, 3, 16, 16)
    >>> ssim(x, x).round(decimals=4)
    tensor([1.])
    """
    x, y = torch.broadcast_tensors((x + 1) / 2, (y + 1) / 2)
    if weight is None:
        return mean(kornia_ssim(x, y, 11, padding="valid"))
    inside = weight[..., 5:-5, 5:-5]
    if inside.sum() > 0:
        return mean(kornia_ssim(x, y, 11, padding="valid"), inside)
    return mean(kornia_ssim(x, y, 11, padding="same"), weight)


@torch.no_grad()
def score(
    images: Tensor, target: Tensor, perceptual: Perceptual, weight: Tensor | None = None
) -> dict[str, list[float]]:
    """PSNR, SSIM and LPIPS, by what judges `perceptual`, under its own name; one number a picture.

    `images` [n, 3, H, W] and `target` [1, 3, H, W], in [-1, 1]; `weight` [1, 1, H, W] says where
    they are compared, everywhere when None.
    """
    return {
        "PSNR": psnr(images, target, weight).tolist(),
        "SSIM": ssim(images, target, weight).tolist(),
        **{each.name: each(images, target, weight).tolist() for each in perceptual.judges},
    }


def assess(
    shown: NDArray[np.uint8],
    target: Picture,
    perceptual: Perceptual,
    device: torch.device,
    mask: Mask | None = None,
    measurement: Measurement | None = None,
) -> dict[str, list[float]]:
    """All that can be said of pictures uint8 [n, H, W, 3]: their `score` against the target where
    the mask is True, everywhere when None, unless the target is no truth; and of a restoration the
    "measurement error", root mean square of A(x) − y in y's units, with the "rim error" of a hole
    (`inversion.operators.holes`)."""
    images = to_tensor(shown).to(device)
    metrics = {}
    if measurement is None or measurement.degraded:
        weight = None if mask is None else to_weight(mask).to(device)
        metrics = score(images, to_tensor(target).to(device), perceptual, weight)
    if measurement is not None:
        metrics[MEASUREMENT_ERROR] = measurement.errors(images)
        if (rims := measurement.rim_errors(images)) is not None:
            metrics[RIM_ERROR] = rims
    return metrics


def perceptual_distances(metrics: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Those of what `assess` gives that are perceptual distances to the truth, the first being the
    one that tables are made by; none where no truth is known."""
    others = (*FIDELITY, MEASUREMENT_ERROR, RIM_ERROR)
    return {name: values for name, values in metrics.items() if name not in others}
