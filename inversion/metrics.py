"""How near an answer comes to the picture that was asked for."""

from __future__ import annotations

import torch
from kornia.metrics import ssim as kornia_ssim
from torch import Tensor

from models.perceptual import Perceptual


def psnr(x: Tensor, y: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB [n], of pictures [n, 3, H, W] in [-1, 1]; inf if equal."""
    mse = ((x - y) / 2).square().flatten(1).mean(1)
    return -10 * mse.log10()


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """Structural similarity [n], at most 1 (Wang et al. 2004): 11 × 11 Gaussian window, σ 1.5."""
    x, y = torch.broadcast_tensors((x + 1) / 2, (y + 1) / 2)
    return kornia_ssim(x, y, 11, padding="valid").flatten(1).mean(1)


@torch.no_grad()
def score(images: Tensor, target: Tensor, perceptual: Perceptual) -> dict[str, list[float]]:
    """PSNR, SSIM and the perceptual distance under its own name, one number a picture.

    `images` [n, 3, H, W] and `target` [1, 3, H, W], in [-1, 1].
    """
    return {
        "PSNR": psnr(images, target).tolist(),
        "SSIM": ssim(images, target).tolist(),
        perceptual.name: perceptual(images, target).tolist(),
    }
