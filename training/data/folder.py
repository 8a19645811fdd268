"""A folder of pictures as training data: FFHQ, for example."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from models.errors import StudioError

KINDS = {".png", ".jpg", ".jpeg", ".webp"}


class Folder:
    """Every picture in a folder and below, its middle square at `resolution` pixels.

    Read when asked for, in the order of their names. Raises StudioError if there is none, or if
    no network draws pictures of that size.
    """

    def __init__(self, path: Path, resolution: int) -> None:
        if resolution < 8 or resolution & (resolution - 1):
            raise StudioError(f"--resolution is {resolution}. Give a power of two from 8 on.")
        self.path, self.resolution = path, resolution
        self.files = sorted(f for f in path.rglob("*") if f.suffix.lower() in KINDS)
        if not self.files:
            raise StudioError(f"There are no pictures in {path}. Give another folder to --data.")

    @property
    def count(self) -> int:
        return len(self.files)

    def images(self, indices: Tensor) -> Tensor:
        """indices int64 [n] -> uint8 [n, 3, r, r]."""
        return torch.stack([self._read(self.files[i]) for i in indices.tolist()])

    def codes(self, indices: Tensor) -> Tensor:
        raise StudioError(f"The pictures in {self.path} have no codes. Train with --no-paired.")

    def description(self, indices: Tensor) -> Tensor:
        return self.codes(indices)

    def refresh(self) -> int:
        """The folder is read once."""
        return self.count

    def _read(self, file: Path) -> Tensor:
        size = (self.resolution, self.resolution)
        with Image.open(file) as image:
            square = ImageOps.fit(image.convert("RGB"), size, Image.Resampling.LANCZOS)
        return torch.from_numpy(np.array(square)).permute(2, 0, 1)
