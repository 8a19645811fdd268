"""A picture turned, enlarged and shifted in its frame, as the out-of-domain sets are made."""

from __future__ import annotations

import torch
from kornia.geometry.transform import get_rotation_matrix2d, warp_affine
from torch import Tensor


def warp(
    x: Tensor,
    degrees: float = 0.0,
    scale: float = 1.0,
    shift: tuple[float, float] = (0.0, 0.0),
) -> Tensor:
    """Pictures x [n, 3, H, W], turned counter-clockwise and scaled about the middle, then shifted
    right and down, in fractions of the frame. What comes in from outside repeats the border.
    """
    n, _, height, width = x.shape
    centre = x.new_tensor([[(width - 1) / 2, (height - 1) / 2]]).expand(n, -1)
    turn = get_rotation_matrix2d(centre, x.new_full((n,), degrees), x.new_full((n, 2), scale))
    move = x.new_tensor([shift[0] * width, shift[1] * height])
    matrix = torch.cat([turn[:, :, :2], turn[:, :, 2:] + move[:, None]], 2)
    return warp_affine(x, matrix, (height, width), padding_mode="border")
