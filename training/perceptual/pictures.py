"""Where the pictures come from that teach and examine the perceptual distance.

A source draws [n, 3, size, size] in [-1, 1]. What it holds out for the examination is another
instance: other photos, the test part of the scans, avatars of another seed.
"""

import io
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from models.errors import StudioError
from training.avatars import attributes, codes, render


class Source(Protocol):
    def draw(self, n: int, size: int, rng: torch.Generator) -> Tensor: ...


class Baked(Protocol):
    """What is asked of training.data.baked.BakedImages."""

    @property
    def count(self) -> int: ...
    def images(self, indices: Tensor) -> Tensor: ...


class Avatars:
    """Baked avatars, half of them looked at from nearer."""

    def __init__(self, baked: Baked) -> None:
        self.baked = baked

    def draw(self, n: int, size: int, rng: torch.Generator) -> Tensor:
        images = self.baked.images(torch.randint(self.baked.count, (n,), generator=rng))
        return torch.stack([_zoomed(image, size, rng, nearest=0.6) for image in images])


class Scans:
    """Medical scans from a zip of folders train/ and test/; half of the former are tinted."""

    def __init__(self, path: Path, held_out: bool = False, most: int = 3000) -> None:
        """Keeps at most `most` pictures, evenly spread. Raises StudioError if there are none."""
        self.tint = not held_out
        with zipfile.ZipFile(path) as archive:
            folder = "test/" if held_out else "train/"
            names = sorted(name for name in archive.namelist() if name.startswith(folder))
            names = names[:: max(1, -(-len(names) // most))]
            self.pictures = [_decode(io.BytesIO(archive.read(name))) for name in names]
        if not self.pictures:
            raise StudioError(f"{path} has no pictures in {folder}. Give another zip to --scans.")

    def draw(self, n: int, size: int, rng: torch.Generator) -> Tensor:
        x = _pick(self.pictures, n, size, rng, nearest=0.6)
        if not self.tint:
            return x
        colours = torch.rand(2, n, 3, 1, 1, generator=rng) * 2 - 1
        tinted = torch.lerp(colours[0], colours[1], (x + 1) / 2)
        return torch.where(torch.rand(n, 1, 1, 1, generator=rng) < 0.5, tinted, x)


class Photos:
    """Random crops of the photos in a folder; every fourth photo is held out."""

    def __init__(self, folder: Path, held_out: bool = False) -> None:
        """Raises StudioError if the folder holds too few photos."""
        files = sorted(f for f in folder.iterdir() if f.suffix.lower() in {".jpg", ".jpeg", ".png"})
        chosen = [f for index, f in enumerate(files) if (index % 4 == 3) == held_out]
        if not chosen:
            raise StudioError(f"{folder} holds fewer than four photos. Give another to --photos.")
        self.pictures = [_decode(file) for file in chosen]

    def draw(self, n: int, size: int, rng: torch.Generator) -> Tensor:
        return _pick(self.pictures, n, size, rng, nearest=0.25)


class Shapes:
    """Ellipses before clouds of 1/f noise: needs no data."""

    def draw(self, n: int, size: int, rng: torch.Generator) -> Tensor:
        x = torch.zeros(n, 3, size, size)
        for octave in range(1, 6):
            cells = min(2**octave, size)
            cloud = torch.randn(n, 3, cells, cells, generator=rng) / octave
            x += 0.4 * F.interpolate(cloud, (size, size), mode="bicubic")
        places = F.affine_grid(torch.eye(2, 3).expand(n, 2, 3), [n, 3, size, size], False)
        for _ in range(4):
            centre = torch.rand(n, 1, 1, 2, generator=rng) * 2 - 1
            radii = torch.exp(torch.randn(n, 1, 1, 2, generator=rng) * 0.5 - 1.2)
            inside = ((places - centre) / radii).square().sum(-1) < 1
            paint = torch.rand(n, 3, 1, 1, generator=rng) * 2 - 1
            x = torch.where(inside[:, None], paint + 0.2 * x, x)
        return x.clamp(-1, 1)


class Families:
    """Avatars that turn into another by degrees: the change of identity.

    images [n, steps, 3, 64, 64] uint8; member k of a family has the code cos(a) u + sin(a) v with
    a = k / (steps - 1) of a right angle, so that each is as likely an avatar as any.
    """

    STEPS = 6

    def __init__(self, images: Tensor) -> None:
        self.images = images

    @classmethod
    def render(cls, seed: int, n: int, cache: Path) -> "Families":
        """Families of a seed, kept in `cache` (.npy); some 10 pictures a second."""
        if cache.exists() and len(kept := np.load(cache)) >= n:
            return cls(torch.from_numpy(kept[:n]))
        u, v = codes(seed, torch.arange(2 * n)).chunk(2)
        angles = torch.linspace(0, math.pi / 2, cls.STEPS)[None, :, None]
        mixed = (angles.cos() * u[:, None] + angles.sin() * v[:, None]).flatten(0, 1)
        pictures = torch.cat([render(attributes(part)).images for part in mixed.split(16)])
        images = pictures.unflatten(0, (n, cls.STEPS))
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.save(cache, images.numpy())
        return cls(images)

    def draw(self, n: int, size: int, rng: torch.Generator) -> Tensor:
        """The first members of n families at random."""
        return self.pairs(n, 1, size, rng)[0]

    def pairs(self, n: int, others: int, size: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """First members [n, 3, size, size] and, of each family, other members [n * others, ...]."""
        families = torch.randint(len(self.images), (n,), generator=rng)
        members = torch.randint(1, self.STEPS, (others, n), generator=rng)
        x = self.images[families, 0].float() / 127.5 - 1
        y = self.images[families, members].flatten(0, 1).float() / 127.5 - 1
        return _resized(x, size), _resized(y, size)


def mixture(sources: Sequence[Source], n: int, size: int, rng: torch.Generator) -> Tensor:
    """About n / len(sources) pictures of each, n in all."""
    shares = torch.randint(len(sources), (n,), generator=rng).bincount(minlength=len(sources))
    drawn = [
        source.draw(int(share), size, rng)
        for source, share in zip(sources, shares, strict=True)
        if share
    ]
    return torch.cat(drawn)[torch.randperm(n, generator=rng)]


def _decode(file: Path | io.BytesIO) -> Tensor:
    with Image.open(file) as image:
        return torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)


def _pick(
    pictures: list[Tensor], n: int, size: int, rng: torch.Generator, nearest: float
) -> Tensor:
    chosen = torch.randint(len(pictures), (n,), generator=rng).tolist()
    return torch.stack([_zoomed(pictures[index], size, rng, nearest) for index in chosen])


def _zoomed(image: Tensor, size: int, rng: torch.Generator, nearest: float) -> Tensor:
    """A square crop [3, size, size] of `nearest` to 1 of the short side, half of them mirrored."""
    turn, zoom, down, right = torch.rand(4, generator=rng).tolist()
    height, width = image.shape[1:]
    short = min(height, width)
    side = max(round(short * nearest ** max(0.0, 2 * zoom - 1)), min(short, size))
    top, left = round(down * (height - side)), round(right * (width - side))
    crop = image[None, :, top : top + side, left : left + side].float() / 127.5 - 1
    crop = _resized(crop, size)[0]
    return crop.flip(2) if turn < 0.5 else crop


def _resized(x: Tensor, size: int) -> Tensor:
    return F.interpolate(x, (size, size), mode="bilinear", antialias=True)
