"""This project's own networks in files: the weights, and in the metadata what is needed to build
the network and to say where it comes from. `load` and `save` of each kind of network call these."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from pydantic import Json
from torch import nn

from models import assemble, tensor_file
from models.errors import StudioError
from models.tensor_file import Header, Kind

NETWORK = Kind(
    "", 1, "one of this studio's networks (.safetensors)", "Choose another file, or get it again."
)
N = TypeVar("N", bound=nn.Module)


@dataclass(frozen=True)
class Weights:
    """The generator that an encoder was trained for; sha256 is "" where only a name is known."""

    name: str
    sha256: str


class NetworkHeader(Header):
    """A network file's metadata, every value a text.

    architecture   JSON: "class", and the arguments of its constructor
    name, licence  of the weights
    training       JSON: whatever the training wants remembered
    for_generator  JSON: name and sha256 of the generator that an encoder was trained for
    """

    format: str
    architecture: Json[dict[str, Any]]
    name: str | None = None
    licence: str = ""
    training: Json[dict[str, Any]] | None = None
    for_generator: Json[Weights] | None = None


def write(
    network: nn.Module,
    path: str | Path,
    *,
    architecture: Mapping[str, Any],
    name: str,
    licence: str,
    training: Mapping[str, Any] | None = None,
    for_generator: Weights | None = None,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Writes the weights as `dtype`, atomically. Raises StudioError if that is impossible."""
    about = {
        "architecture": json.dumps(dict(architecture)),
        "name": name,
        "licence": licence,
        "training": json.dumps(dict(training or {})),
    }
    if for_generator is not None:
        about["for_generator"] = json.dumps(asdict(for_generator))
    weights = {name: x.detach().to("cpu", dtype) for name, x in network.state_dict().items()}
    tensor_file.write(path, NETWORK, weights, about)


def header(path: str | Path) -> NetworkHeader:
    """What a file says of its network. Raises StudioError for a file that holds none."""
    return _header(Path(path).name, tensor_file.read_metadata(path, NETWORK))


def load(
    path: str | Path, classes: Mapping[str, Callable[..., N]], noun: str
) -> tuple[N, NetworkHeader]:
    """The network of one of these classes in a file, float32 on the CPU, in evaluation mode, its
    weights fixed, and what the file says of it.

    Raises StudioError, in a sentence each, if the file is no network's, holds a network of another
    class (`noun` is what was looked for), or does not fill it exactly.
    """
    path = Path(path)
    file = tensor_file.read(path, NETWORK)
    about = _header(path.name, file.metadata)
    settings = dict(about.architecture)
    kind = settings.pop("class", None)
    if not isinstance(kind, str) or kind not in classes:
        raise StudioError(
            f"{path.name} holds no {noun} that this version can build, but a network of the class"
            f" {kind!r}. Choose another file, or update the studio."
        )
    size = path.stat().st_size
    try:
        network = assemble.generator(classes[kind], settings, file.tensors, {}, path.name, size)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _strange(path.name, error) from error
    return network.requires_grad_(False).eval(), about


def _header(name: str, metadata: Mapping[str, str]) -> NetworkHeader:
    try:
        return NetworkHeader.model_validate(metadata)
    except ValueError as error:
        raise _strange(name, error) from error


def _strange(name: str, error: Exception) -> StudioError:
    return StudioError(
        f"{name} describes a network that this version cannot build ({error}). Update the studio,"
        " or choose another file."
    )
