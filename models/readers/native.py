"""This project's own generators: one .safetensors with the weights and what is needed to build the
network and to say where it comes from (models/network_file.py)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from models import network_file
from models.generators.biggan import BigGAN
from models.generators.generator import Generator, Identity
from models.generators.overparam import Overparameterized
from models.generators.stylegan2 import StyleGAN2
from models.generators.stylegan3 import StyleGAN3
from models.tensor_file import sha256

CLASSES: dict[str, type[Generator]] = {
    "stylegan2": StyleGAN2,
    "overparameterized": Overparameterized,
    "biggan": BigGAN,
    "stylegan3": StyleGAN3,
}


def save(
    generator: Generator,
    path: str | Path,
    *,
    name: str,
    licence: str,
    training: Mapping[str, Any] | None = None,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Writes the generator's weights as `dtype`, atomically: a reader never sees half a file.
    Raises StudioError if that is impossible."""
    network_file.write(
        generator,
        path,
        architecture=json.loads(architecture(generator)),
        name=name,
        licence=licence,
        training=training,
        dtype=dtype,
    )


def architecture(generator: Generator) -> str:
    """JSON of the generator's class, by its name in CLASSES, and of its constructor's arguments."""
    kind = next(k for k, cls in CLASSES.items() if type(generator) is cls)
    return json.dumps({"class": kind, **generator.settings})


def load(path: str | Path) -> Generator:
    """The generator in the file, float32 on the CPU, in evaluation mode, its weights fixed.

    Raises StudioError if the file is no safetensors file, not of this format, of an unknown
    architecture, or if one weight is missing, left over or of the wrong shape.
    """
    generator, about = network_file.load(path, CLASSES, "generator")
    generator.identity = Identity(
        name=about.name or Path(path).stem,
        architecture=json.dumps(about.architecture),
        sha256=sha256(path),
        licence=about.licence,
    )
    return generator


def training_record(path: str | Path) -> dict[str, Any]:
    """What the training noted in the file. Raises StudioError as `load` does."""
    return network_file.header(path).training or {}
