"""Reads a baked data set, also while the bake still grows it."""

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.errors import StudioError
from training.avatars import Attributes, attributes, codes, render


class BakedImages:
    """Pictures and codes of a folder that `python -m training bake` writes.

    `count` is the number of finished pictures at the last `refresh`. Raises StudioError when the
    folder holds no bake.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.refresh()
        self._images = np.load(self.folder / "images.npy", mmap_mode="r")
        self._codes = np.load(self.folder / "codes.npy", mmap_mode="r")

    def refresh(self) -> int:
        """Read again how many pictures are finished; returns `count`."""
        try:
            self.progress = json.loads((self.folder / "progress.json").read_text())
        except FileNotFoundError:
            raise StudioError(
                f"{self.folder} holds no baked pictures; run `python -m training bake "
                f"--out {self.folder}` first."
            ) from None
        count: int = self.progress["count"]
        self.count = count
        return count

    @property
    def resolution(self) -> int:
        return int(self._images.shape[-1])

    def images(self, indices: Tensor) -> Tensor:
        """indices int64 [n], below `count` -> uint8 [n, 3, r, r]."""
        return torch.from_numpy(self._images[self._checked(indices)])

    def codes(self, indices: Tensor) -> Tensor:
        """indices int64 [n], below `count` -> float32 [n, K]."""
        return torch.from_numpy(self._codes[self._checked(indices)])

    def attributes(self, indices: Tensor) -> Attributes:
        return attributes(self.codes(indices))

    def _checked(self, indices: Tensor) -> np.ndarray:
        if len(indices) and not 0 <= int(indices.min()) <= int(indices.max()) < self.count:
            raise IndexError(f"indices must lie in [0, {self.count})")
        return indices.cpu().numpy()


HELD_OUT_SEED = 1


def held_out(
    n: int, resolution: int = 64, seed: int = HELD_OUT_SEED, fast: bool = False
) -> tuple[Tensor, Tensor]:
    """n avatars that no training saw: uint8 [n, 3, r, r] and codes float32 [n, K].

    `fast` compiles the renderer first, which pays from some hundred pictures on.
    """
    chunk = 8
    u = codes(seed, torch.arange(-(-n // chunk) * chunk))
    drawn = [render(attributes(part), resolution, fast=fast).images for part in u.split(chunk)]
    return torch.cat(drawn)[:n], u[:n]
