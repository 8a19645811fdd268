"""rosinality's StyleGAN2 checkpoints: what `torch.save` made of {g_ema, latent_avg, ...}.

Only plain tensors are read (`torch.load(weights_only=True)`). Training files also hold the command
line's argparse.Namespace; a stub takes its place and keeps nothing of it.
"""

import re
import threading
import zipfile
from collections import OrderedDict
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from models import assemble
from models.errors import StudioError
from models.generators.stylegan2 import StyleGAN2
from models.readers.sentences import damaged, refused, torch_refusal
from models.readers.sniff import Format, sniff

_loading = threading.Lock()  # torch's list of allowed classes belongs to the whole process


class Namespace:
    """Stands where a file says argparse.Namespace: looks at the attributes and forgets them all but
    those that it names itself."""

    def __setstate__(self, state: object) -> None:
        if type(state) is not dict or any(type(name) is not str for name in state):
            raise UnpicklingError("a Namespace whose attributes are not named")
        for name, value in state.items():
            if not _plain(value):
                raise UnpicklingError(
                    f"a Namespace with {name!r} of the type {type(value).__name__}"
                )
            if hasattr(type(self), name):
                setattr(self, name, value)


def read(path: Path) -> StyleGAN2:
    """The generator of a rosinality file (`g_ema`, the averaged weights).

    Raises StudioError if the file is damaged, asks for more than tensors, or is not strictly a
    StyleGAN2: every key used, every key filled.
    """
    source, size = path.name, path.stat().st_size
    tensors = _tensors(load(path), source)
    settings = _settings(tensors, source)
    names = _names(settings["resolution"], settings["mapping_layers"])
    averaged = "latent_avg" in tensors
    if not averaged:  # training files have none
        tensors["latent_avg"] = torch.zeros(settings["w_dim"])
    model = assemble.generator(
        StyleGAN2, settings, _without_filters(tensors, source), names, source, size
    )
    if not averaged:
        model.mapping.w_avg.copy_(model.w_statistics()[0])
    return model


def load(path: Path, options: type[Namespace] = Namespace) -> Any:
    """What torch.save wrote, of containers, plain values and tensors on the CPU; an
    argparse.Namespace arrives as `options`. Raises StudioError for anything else, or for damage."""
    zipped = sniff(path) is Format.TORCH_ZIP
    try:
        if zipped:
            check_archive(path)
        with (
            _loading,
            torch.serialization.safe_globals([(options, "argparse.Namespace")]),
        ):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except UnpicklingError as error:
        raise refused(path.name, torch_refusal(error)) from None
    except Exception as error:  # torch fails on damaged bytes in many ways; all mean the same
        raise damaged(path.name, error) from error


def check_archive(path: Path) -> None:
    """torch stores tensors uncompressed, each in its own place; anything else could inflate."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise UnpicklingError("a compressed archive, which torch does not write")
    if sum(entry.file_size for entry in entries) > path.stat().st_size:
        raise UnpicklingError("an archive whose parts overlap")


def _tensors(file: Any, source: str) -> dict[str, Tensor]:
    """g_ema's tensors by name, and `latent_avg`."""
    weights: Any = file.get("g_ema") if type(file) in (dict, OrderedDict) else None
    if type(weights) not in (dict, OrderedDict):
        raise StudioError(
            f"{source} has no 'g_ema', the generator in rosinality's files: it holds other weights."
        )
    tensors = dict(dict.items(weights))
    if "latent_avg" in file:
        tensors["latent_avg"] = file["latent_avg"]
    for name, tensor in tensors.items():
        if type(name) is not str or type(tensor) not in (Tensor, torch.nn.Parameter):
            raise StudioError(f"{source}: {name!r} in 'g_ema' is not a tensor.")
    return tensors


def _settings(tensors: dict[str, Tensor], source: str) -> dict[str, Any]:
    """The constructor's arguments, by the shapes."""

    def shape(name: str, axes: int) -> torch.Size:
        if name not in tensors or tensors[name].ndim != axes:
            raise StudioError(f"{source} lacks {name!r}: 'g_ema' is not rosinality's StyleGAN2.")
        return tensors[name].shape

    def count(pattern: str) -> int:
        return sum(re.fullmatch(pattern, name) is not None for name in tensors)

    blocks = count(r"to_rgbs\.\d+\.bias")
    w_dim, z_dim = shape("style.1.weight", 2)
    channels = {4: shape("input.input", 4)[1]}
    for j in range(blocks):
        channels[8 << j] = shape(f"convs.{2 * j + 1}.conv.weight", 5)[1]
    return {
        "resolution": 4 << blocks,
        "z_dim": z_dim,
        "w_dim": w_dim,
        "channels": channels,
        "mapping_layers": count(r"style\.\d+\.weight"),
    }


def _names(resolution: int, mapping_layers: int) -> dict[str, str]:
    """Name in this project -> name in the file."""
    names = {"mapping.w_avg": "latent_avg", "synthesis.b4.const": "input.input"}
    for i in range(mapping_layers):
        for part in ("weight", "bias"):
            names[f"mapping.fc{i}.{part}"] = f"style.{i + 1}.{part}"
    layers = [("b4.conv1", "conv1"), ("b4.torgb", "to_rgb1")]
    convs = ["b4.conv1"]
    for j in range(resolution.bit_length() - 3):
        block = f"b{8 << j}"
        layers += [
            (f"{block}.conv0", f"convs.{2 * j}"),
            (f"{block}.conv1", f"convs.{2 * j + 1}"),
            (f"{block}.torgb", f"to_rgbs.{j}"),
        ]
        convs += [f"{block}.conv0", f"{block}.conv1"]
    for ours, theirs in layers:
        names |= {
            f"synthesis.{ours}.weight": f"{theirs}.conv.weight",
            f"synthesis.{ours}.affine.weight": f"{theirs}.conv.modulation.weight",
            f"synthesis.{ours}.affine.bias": f"{theirs}.conv.modulation.bias",
            f"synthesis.{ours}.bias": theirs
            + (".bias" if ours.endswith("torgb") else ".activate.bias"),
            f"synthesis.{ours}.noise_strength": f"{theirs}.noise.weight",
        }
    names |= {f"synthesis.{conv}.noise_const": f"noises.noise_{k}" for k, conv in enumerate(convs)}
    return names


def _without_filters(tensors: dict[str, Tensor], source: str) -> dict[str, Tensor]:
    """The tensors that are learnt; the filters beside them are checked and dropped."""
    learnt = {}
    for name, tensor in tensors.items():
        if re.fullmatch(r"convs\.\d+\.conv\.blur\.kernel|to_rgbs\.\d+\.upsample\.kernel", name):
            assemble.check_filter(tensor, 4.0, name, source)
        else:
            learnt[name] = tensor
    return learnt


def _plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(item is None or isinstance(item, str | int | float) for item in value)
    return value is None or isinstance(value, str | int | float)
