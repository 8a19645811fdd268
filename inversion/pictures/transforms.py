"""T: where an object sits in the frame, and in which colours (pix2latent, sections 3.3 and 3.4)."""

from __future__ import annotations

import math

import torch
from kornia import enhance
from torch import Tensor
from torch.nn import functional as F

DARKEST = 1e-3  # of [0, 1]; a power of less than 1 is infinitely steep at 0


def place(x: Tensor, placement: Tensor) -> Tensor:
    """Pictures x [n, 3, H, W], scaled about the middle of the frame and then shifted.

    `placement` [n, 3] is scale > 0, shift right and shift down, the shifts in fractions of the
    frame; (1, 0, 0) leaves x as it is. Where the picture does not reach, its border is repeated:
    an empty margin would have to fit too, so that shrinking never hides an error. Bilinear,
    differentiable in both.

    >>> x = torch.rand(1, 3, 8, 8)
    >>> torch.allclose(place(x, torch.tensor([[1.0, 0.0, 0.0]])), x, atol=1e-6)
    True
    """
    scale, shift = placement[:, :1], placement[:, 1:]
    # grid_sample asks where each place comes from, in [-1, 1]: the inverse, (p - 2·shift)/scale
    turn = torch.eye(2, dtype=x.dtype, device=x.device) / scale.unsqueeze(2)
    inverse = torch.cat([turn, (-2 * shift / scale).unsqueeze(2)], 2)
    grid = F.affine_grid(inverse, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def inverted(placement: Tensor) -> Tensor:
    """The placement [n, 3] that undoes this one."""
    scale, shift = placement[:, :1], placement[:, 1:]
    return torch.cat([1 / scale, -shift / scale], 1)


def unplace(y: Tensor, placement: Tensor) -> Tensor:
    """What the generator sees of y [n or 1, 3, H, W]: its part that the frame was placed on."""
    return place(y.expand(len(placement), -1, -1, -1), inverted(placement))


def recolour(x: Tensor, colour: Tensor) -> Tensor:
    """Pictures x [n, 3, H, W] in [-1, 1] in other colours; differentiable in both.

    `colour` [n, 5] is hue (-0.5 to 0.5 of the colour circle), brightness, gamma, saturation and
    contrast (factors, and an exponent; 2/3 to 3/2), applied in this order; (0, 1, 1, 1, 1) leaves
    x as it is. What of x lies outside [-1, 1] is taken off before and put back after.
    """
    hue, brightness, gamma, saturation, contrast = colour.unbind(1)
    levels = (x + 1) / 2
    inside = levels.clamp(DARKEST, 1)
    drawn = enhance.adjust_hue(inside, 2 * math.pi * hue)
    drawn = enhance.adjust_brightness_accumulative(drawn, brightness)
    drawn = enhance.adjust_gamma(drawn, gamma)
    drawn = enhance.adjust_saturation_with_gray_subtraction(drawn, saturation)
    drawn = enhance.adjust_contrast_with_mean_subtraction(drawn, contrast)
    return (drawn + levels - inside) * 2 - 1
