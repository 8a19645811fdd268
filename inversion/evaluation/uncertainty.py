"""Maps over many answers: where they differ from one another, and where from what was measured.

An ill-posed task has many answers. Where they differ, the measurement says little and the generator
made the picture up; where they agree, that is not proof: all come from one generator.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from inversion.operators import Operator
from inversion.pictures.images import Picture
from models.errors import StudioError


def spread(pictures: Tensor) -> Tensor:
    """Standard deviation over n ≥ 2 answers [n, C, H, W], pixel by pixel, as [H, W].

    The square root of the mean variance of a pixel's channels (variance with n − 1), in units of
    the pictures; of pictures in [-1, 1], 2 is from black to white. Raises StudioError for one.

    >>> spread(torch.stack([torch.zeros(3, 4, 4), torch.ones(3, 4, 4)])).shape
    torch.Size([4, 4])
    """
    if len(pictures) < 2:
        raise StudioError("One answer has no spread. Run two seeds or more.")
    return pictures.var(0).mean(0).sqrt()


@torch.no_grad()
def misfit(A: Operator, x: Tensor, y: Tensor) -> Tensor:
    """How far A(x) is from y where one looks, [n, H, W], of pictures x [n, 3, H, W].

    Both are seen as pictures first (`Operator.picture`: a thumbnail enlarged, measured numbers
    taken back); the root mean square of their difference over channels. 0 in a hole.
    """
    return (A.picture(A(x)) - A.picture(y)).square().mean(1).sqrt()


def heat(levels: Tensor, top: float | None = None) -> Picture:
    """A map [H, W] ≥ 0 as a picture, uint8 [H, W, 3]: 0 dark, `top` (its largest value when None)
    bright, in a scale whose lightness rises evenly (viridis)."""
    top = float(levels.max()) if top is None else top
    share = (levels / top if top > 0 else levels).clamp(0, 1).mul(255).round()
    grey = share.to(torch.uint8).cpu().numpy()
    return np.asarray(
        cv2.cvtColor(cv2.applyColorMap(grey, cv2.COLORMAP_VIRIDIS), cv2.COLOR_BGR2RGB)
    )
