"""Our own checkpoint: one .safetensors with the weights and, as metadata, what is needed to build
the network and to say where it comes from.

metadata: format "gan-inversion-studio"; architecture, JSON of the constructor's arguments and the
class; name; licence; training, JSON of whatever the training wants remembered.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from models.errors import StudioError
from models.generators.biggan import BigGAN
from models.generators.generator import Generator, Identity
from models.generators.overparam import Overparameterized
from models.generators.stylegan2 import StyleGAN2
from models.readers import assemble

FORMAT = "gan-inversion-studio"
CLASSES: dict[str, type[Generator]] = {
    "stylegan2": StyleGAN2,
    "overparameterized": Overparameterized,
    "biggan": BigGAN,
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
    """Write the generator's weights as `dtype`, atomically: a reader never sees half a file."""
    metadata = {
        "architecture": architecture(generator),
        "name": name,
        "licence": licence,
        "training": json.dumps(dict(training or {})),
    }
    write(generator, path, metadata, dtype)


def write(
    network: nn.Module, path: str | Path, metadata: Mapping[str, str], dtype: torch.dtype
) -> None:
    """Write any network's weights as `dtype`, with the metadata and this format's mark."""
    tensors = {k: v.detach().to("cpu", dtype).contiguous() for k, v in network.state_dict().items()}
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    save_file(tensors, partial, {"format": FORMAT, **metadata})
    partial.replace(path)


def architecture(generator: Generator) -> str:
    """JSON of the generator's class, by its name in CLASSES, and of its constructor's arguments."""
    kind = next(k for k, cls in CLASSES.items() if type(generator) is cls)
    return json.dumps({"class": kind, **generator.settings})


def load(path: str | Path) -> Generator:
    """The generator in the file, float32 on the CPU, in evaluation mode, its weights fixed.

    Raises StudioError if the file is no safetensors file, not of this format, of an unknown
    architecture, or if one weight is missing, left over or of the wrong shape.
    """
    path = Path(path)
    metadata, tensors = contents(path)
    try:
        settings = json.loads(metadata["architecture"])
        cls = CLASSES[settings.pop("class")]
        generator = assemble.generator(cls, settings, tensors, {}, path.name, path.stat().st_size)
    except (KeyError, TypeError, ValueError) as error:
        raise StudioError(
            f"{path.name} describes a network that this version cannot build ({error}). "
            "Update the studio, or choose another model file."
        ) from error
    generator.identity = Identity(
        name=metadata.get("name", path.stem),
        architecture=metadata["architecture"],
        sha256=sha256(path),
        licence=metadata.get("licence", ""),
    )
    return generator.requires_grad_(False).eval()


def training_record(path: str | Path) -> dict[str, Any]:
    """What the training noted in the file. Raises StudioError as `load` does."""
    record: dict[str, Any] = json.loads(contents(Path(path))[0].get("training", "{}"))
    return record


def sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of the file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Metadata and tensors of a file in this format. Raises StudioError if it is none."""
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118 (not a dict)
    except FileNotFoundError as error:
        raise StudioError(f"There is no model file at {path}. Check the path.") from error
    except (SafetensorError, OSError) as error:
        raise StudioError(
            f"{path.name} is not a readable safetensors file ({error}). Get the file again."
        ) from error
    if metadata.get("format") != FORMAT:
        raise StudioError(
            f"{path.name} is a safetensors file, but not one of this studio's networks: "
            f'its metadata lacks format "{FORMAT}". Choose another model file.'
        )
    return metadata, tensors
