"""Perceptual distances: pictures compared by the features of a network.

`LPIPS` (lpips.py) is the published one. `EmbeddedPerceptual` (embedded.py) is this project's own,
small and quick; its numbers are not LPIPS.

    distance = load_perceptual("lpips-vgg")
    target = distance.features(photo)                       # once
    loss = distance.compare(distance.features(x), target)   # each step, [n]
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LARGEST = 256  # px: the size at which the papers measure LPIPS
SMALLEST = 16  # px: four halvings must leave a pixel


class Perceptual(nn.Module):
    """A distance between pictures; subclasses say which maps it compares, and how it weighs them.

    Pictures are [n, 3, H, W] in [-1, 1] of any size. A longer side above 256 px is reduced to 256
    by area averaging, a shorter side below `smallest` is enlarged to it; nothing else is resized.
    Numbers come out in float32 (float64 for a float64 network) also under autocast: the
    convolutions run in half precision there, the normalisation and the differences do not.
    """

    name: str
    smallest = SMALLEST
    near: float = 0.06  # of pictures much the same: where PTI's code ends (LPIPS, AlexNet)

    @property
    def judges(self) -> "tuple[Perceptual, ...]":
        """The distances that an answer is measured by when this one was searched: LPIPS where it is
        at hand (`models.load_perceptual` sees to that), else this one."""
        return (self._judges() if self._judges else ()) or (self,)

    @property
    def judge(self) -> "Perceptual":
        """The first of the judges, which tables are made by."""
        return self.judges[0]

    def judged_by(self, judges: "Callable[[], tuple[Perceptual, ...]]") -> None:
        """Says what finds the judges, once they are asked for; none of them means this distance."""
        self._judges = judges

    _judges: "Callable[[], tuple[Perceptual, ...]] | None" = None

    def layers(self, x: Tensor) -> list[Tensor]:
        """The maps [n, C, h, w] that are compared, not yet normalised, of sizes 16 to 256 px."""
        raise NotImplementedError

    def channel_weights(self) -> list[Tensor]:
        """w of equation 1 squared, as LPIPS stores it: [C] >= 0 for each layer."""
        raise NotImplementedError

    def features(self, x: Tensor) -> list[Tensor]:
        """x [n, 3, H, W] in [-1, 1] -> one map [n, C, h, w] a layer, of unit length over channels.

        A place where every channel is silent has length 0, and a gradient of 0, never NaN.
        """
        return [unit(layer) for layer in self.layers(fit(x, self.smallest))]

    def pooled(self, x: Tensor) -> Tensor:
        """Every layer's features averaged over places: [n, 3, H, W] -> [n, d]."""
        return torch.cat([layer.mean((2, 3)) for layer in self.features(x)], 1)

    def compare(
        self, a: Sequence[Tensor], b: Sequence[Tensor], weight: Tensor | None = None
    ) -> Tensor:
        """The distance [n] between two results of `features`; either may be a batch of one.

        weight [n or 1, 1, H, W] >= 0 says where to look (pix2latent, appendix B, equation 1): it is
        resized bilinearly to each layer (with antialiasing, or a thin mask would fall between the
        samples) and divided by its sum. Its scale has no effect, a weight of ones is no weight, and
        one of zeros everywhere gives 0. A layer sees as far as its receptive field: changes outside
        the mask count up to that far from its edge.
        """
        distances = []
        for one, other, w in zip(a, b, self.channel_weights(), strict=True):
            with torch.autocast(one.device.type, enabled=False):
                squares = (one - other).square()
                if weight is None:
                    mean = squares.mean((2, 3))
                else:
                    m = F.interpolate(
                        weight.to(one.dtype), one.shape[2:], mode="bilinear", antialias=True
                    )
                    M = m.sum((2, 3)).clamp_min(torch.finfo(m.dtype).tiny)
                    mean = (m * squares).sum((2, 3)) / M
                distances.append(mean @ w.to(mean.dtype))
        return torch.stack(distances).sum(0)

    def forward(self, x: Tensor, y: Tensor, weight: Tensor | None = None) -> Tensor:
        """The distance [n] of x [n, 3, H, W] from y [n or 1, 3, H, W], as `compare` has it."""
        return self.compare(self.features(x), self.features(y), weight)


def fit(x: Tensor, smallest: int = SMALLEST) -> Tensor:
    """x with its longer side at most 256 px (area), its shorter at least `smallest` (bilinear)."""
    height, width = x.shape[2:]
    if (longer := max(height, width)) > LARGEST:
        size = [max(1, round(side * LARGEST / longer)) for side in (height, width)]
        x = F.interpolate(x, size, mode="area")
    if min(x.shape[2:]) < smallest:
        size = [max(side, smallest) for side in x.shape[2:]]
        x = F.interpolate(x, size, mode="bilinear")
    return x


def unit(x: Tensor) -> Tensor:
    """x [n, C, h, w] divided by its length over the channels, in float32 or float64.

    The root is taken of a sum that is never 0; 1e-20 is lpips's own 1e-10 squared.
    """
    with torch.autocast(x.device.type, enabled=False):
        x = x if x.dtype == torch.float64 else x.float()
        return x * torch.rsqrt(x.square().sum(1, keepdim=True) + 1e-20)
