"""What a generator will be, before its weights are here."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch

from models import network_file
from models.errors import StudioError
from models.generators.biggan import BigGAN
from models.generators.generator import Generator, Identity
from models.generators.stylegan2 import StyleGAN2
from models.readers.native import CLASSES
from models.weights.catalog import CATALOG
from models.weights.checkpoint import Checkpoint

IMAGENET = 1000


@cache
def outline(name: str) -> Generator:
    """The generator of a catalog name without weights, on the meta device: its resolution, spaces,
    classes and name are right; it draws nothing, and widths of a Hub row's layers are a guess.

    Raises StudioError when an embedded file is missing or damaged.
    """
    row = CATALOG[name]
    with torch.device("meta"):
        generator = _published(row) if row.embedded is None else _embedded(row.embedded)
    generator.identity = Identity(row.name, type(generator).__name__, "", row.licence)
    return generator


def _embedded(path: Path) -> Generator:
    try:
        settings = dict(network_file.header(path).architecture)
        return CLASSES[settings.pop("class")](**settings)
    except (StudioError, KeyError, TypeError, ValueError) as error:
        raise StudioError(f"{path.name} is missing or damaged. Get the project again.") from error


def _published(row: Checkpoint) -> Generator:
    """A network of the Hub: BigGAN's comes with its configuration beside it, StyleGAN2's alone."""
    size = row.resolution or 256
    doublings = size.bit_length() - 3
    if "config.json" in row.beside:
        from torchvision.models import ResNet50_Weights  # type: ignore[import-untyped]  # no types

        return BigGAN(
            resolution=size,
            layers=[(True, 1, 1)] * doublings,
            channel_width=4,
            num_classes=IMAGENET,
            class_names=ResNet50_Weights.DEFAULT.meta["categories"],
        )
    return StyleGAN2(resolution=size, channels={4 << i: 1 for i in range(doublings + 1)})
