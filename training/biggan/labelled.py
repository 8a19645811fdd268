"""Pictures with a class and a Gaussian code, for class-conditional training."""

import io
import zipfile
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from models.errors import StudioError
from training.avatars import SPECIES
from training.data.baked import BakedImages
from training.data.principal_components import gaussian_codes

SCAN_CODES = 40  # principal components that make the code of a scan


class Labelled(Protocol):
    """What class-conditional training asks of its data."""

    class_names: tuple[str, ...]
    licence: str

    @property
    def count(self) -> int: ...
    def images(self, indices: Tensor) -> Tensor:
        """uint8 [n, 3, r, r]."""
        ...

    def codes(self, indices: Tensor) -> Tensor:
        """float32 [n, K], about N(0, I) within each class."""
        ...

    def classes(self, indices: Tensor) -> Tensor:
        """int64 [n]."""
        ...


class Species:
    """Baked avatars by species; the code is what is left without the species' votes."""

    class_names: tuple[str, ...] = SPECIES
    licence = "Apache-2.0"

    def __init__(self, folder: Path) -> None:
        self.baked = BakedImages(folder)

    @property
    def count(self) -> int:
        return self.baked.count

    def images(self, indices: Tensor) -> Tensor:
        return self.baked.images(indices)

    def codes(self, indices: Tensor) -> Tensor:
        return self.baked.codes(indices)[:, len(SPECIES) :]

    def classes(self, indices: Tensor) -> Tensor:
        return self.baked.codes(indices)[:, : len(SPECIES)].argmax(1)


class Scans:
    """Grey scans from a zip of train/CLASS/*.jpeg. Raises StudioError if there are none.

    Nobody knows their codes, so they are made: principal components of each class's pictures, each
    made Gaussian by its ranks.
    """

    licence = "CC BY-SA 4.0"

    def __init__(self, path: Path) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                names = sorted(n for n in archive.namelist() if n.startswith("train/"))
                files = [name for name in names if name.endswith((".jpeg", ".jpg", ".png"))]
                pictures = [_grey(archive.read(name)) for name in files]
        except (OSError, zipfile.BadZipFile) as error:
            raise StudioError(f"{path} cannot be read ({error}). Give the scans' zip.") from error
        if not pictures:
            raise StudioError(f"{path} has no pictures in train/. Give the scans' zip.")
        self.class_names = tuple(sorted({name.split("/")[1] for name in files}))
        self._classes = torch.tensor([self.class_names.index(n.split("/")[1]) for n in files])
        self._images = torch.from_numpy(np.stack(pictures))
        self._codes = torch.empty(len(files), SCAN_CODES)
        for label in range(len(self.class_names)):
            own = self._classes == label
            self._codes[own] = gaussian_codes(self._images[own], SCAN_CODES)

    @property
    def count(self) -> int:
        return len(self._images)

    def images(self, indices: Tensor) -> Tensor:
        return self._images[indices][:, None].expand(-1, 3, -1, -1)

    def codes(self, indices: Tensor) -> Tensor:
        return self._codes[indices]

    def classes(self, indices: Tensor) -> Tensor:
        return self._classes[indices]


def emphasis(data: Labelled, count: int = 4096) -> Tensor:
    """[classes] float32: what a class's distances are multiplied by, so that a faint class (CT of
    the trunk differs by 7 grey levels from its mean, a chest film by 41) counts like a stark one.
    The mean over classes of the mean absolute deviation from the class's mean picture, divided by
    the class's own, from the first `count` pictures of a fixed shuffle."""
    order = torch.randperm(data.count, generator=torch.Generator().manual_seed(0))[:count]
    classes = data.classes(order)
    spread = torch.ones(len(data.class_names))
    for label in classes.unique():
        own = data.images(order[classes == label]).float()
        spread[label] = (own - own.mean(0)).abs().mean()
    return spread.mean() / spread


def _grey(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image.convert("L"))
