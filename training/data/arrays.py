"""Pictures kept as arrays, some of which count several times: real faces, of which few are in
colour.

A folder of them holds RESOLUTION.npy, uint8 [n, 3, r, r], a file a resolution, and weights.npy,
int64 [n]: how often each picture counts. `python -m training portraits` writes one.
"""

from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.errors import StudioError
from training.data.principal_components import gaussian_codes

CODES = 40  # principal components that make the code of a picture
WEIGHTS = "weights.npy"


class Arrays:
    """Every picture as often as its weight says, then all of them once more, mirrored.

    Raises StudioError if the folder lacks the resolution.
    """

    def __init__(self, folder: Path, resolution: int) -> None:
        file = folder / f"{resolution}.npy"
        if not file.is_file():
            sizes = sorted(int(f.stem) for f in folder.glob("*.npy") if f.stem.isdecimal())
            raise StudioError(
                f"{folder} holds no pictures of {resolution} pixels. Give --resolution one of "
                f"{', '.join(map(str, sizes))}."
            )
        self.resolution = resolution
        self._pictures = torch.from_numpy(np.load(file))
        self._weights = torch.from_numpy(np.load(folder / WEIGHTS))
        self._order = torch.arange(len(self._pictures)).repeat_interleave(self._weights)

    @property
    def count(self) -> int:
        return 2 * len(self._order)

    def images(self, indices: Tensor) -> Tensor:
        """indices int64 [n], below `count` -> uint8 [n, 3, r, r]."""
        which, mirrored = self._found(indices)
        x = self._pictures[which]
        return torch.where(mirrored[:, None, None, None], x.flip(3), x)

    def codes(self, indices: Tensor) -> Tensor:
        """indices int64 [n], below `count` -> float32 [n, CODES], about N(0, I)."""
        which, mirrored = self._found(indices)
        return self._codes[which + len(self._pictures) * mirrored]

    def description(self, indices: Tensor) -> Tensor:
        """[n, 1]: the weight, which tells rare kinds of pictures from others."""
        return self._weights[self._found(indices)[0]][:, None].float()

    def refresh(self) -> int:
        """The arrays are read once."""
        return self.count

    def _found(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Which picture [n], and whether mirrored [n]."""
        half = len(self._order)
        return self._order[indices % half], indices >= half

    @cached_property
    def _codes(self) -> Tensor:
        both = torch.cat([self._pictures, self._pictures.flip(3)])
        return gaussian_codes(both, CODES, self._weights.repeat(2))
