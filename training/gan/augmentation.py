"""DiffAugment (Zhao et al. 2020): what a discriminator sees of real and drawn pictures alike."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Augmentation:
    """One draw for a batch; the same draw treats a real and a drawn picture of a pair alike.

    colour  [3, n] in [0, 1): brightness, saturation, contrast
    shift   int64 [n, 2]: rows and columns, 0 to twice an eighth of the side
    hole    int64 [n, 2]: upper left corner, in pixels, of a square of half the side
    """

    colour: Tensor
    shift: Tensor
    hole: Tensor

    @classmethod
    def draw(cls, n: int, side: int, rng: torch.Generator) -> "Augmentation":
        """For n pictures of `side` pixels, on the device of rng."""
        device, quarter = rng.device, side // 4
        return cls(
            torch.rand(3, n, generator=rng, device=device),
            torch.randint(0, 2 * (side // 8) + 1, (n, 2), generator=rng, device=device),
            torch.randint(-quarter, side - quarter + 1, (n, 2), generator=rng, device=device),
        )

    def __call__(self, x: Tensor) -> Tensor:
        """x [n, 3, side, side] in [-1, 1] -> the same shape; differentiable."""
        n, _, side, _ = x.shape
        brightness, saturation, contrast = self.colour[..., None, None, None]
        x = x + (brightness - 0.5)
        grey = x.mean(1, keepdim=True)
        x = (x - grey) * (saturation * 2) + grey
        mean = x.mean((1, 2, 3), keepdim=True)
        x = (x - mean) * (contrast + 0.5) + mean
        padded = F.pad(x, [side // 8] * 4)
        parts = [
            padded[k, :, top : top + side, left : left + side]
            for k, (top, left) in enumerate(self.shift.tolist())
        ]
        return torch.stack(parts) * self._uncovered(side)

    def _uncovered(self, side: int) -> Tensor:
        """[n, 1, side, side]: 0 in the hole, 1 elsewhere."""
        places = torch.arange(side, device=self.hole.device)
        inside = places - self.hole[..., None]  # [n, 2, side]
        covered = (inside >= 0) & (inside < side // 2)
        return (~(covered[:, 0, :, None] & covered[:, 1, None, :])).float()[:, None]
