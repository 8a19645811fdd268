"""NVIDIA's StyleGAN2-ADA network pickles: {G, D, G_ema, ...}, of which G_ema is drawn.

The names of its tensors are this project's own; its architecture is read from the attributes that
the file recorded beside them.
"""

from pathlib import Path
from types import NoneType
from typing import Any

from torch import Tensor

from models import assemble
from models.errors import StudioError
from models.generators.stylegan2 import StyleGAN2
from models.readers.unpickle import read_pickle
from models.readers.values import Persistent

MAX_MODULES = 1000  # NVIDIA's generator of 1024 px has 87


def read(path: Path) -> StyleGAN2:
    """The generator of an NVIDIA pickle (`G_ema`, the averaged weights).

    Raises StudioError if the file is damaged, asks for more than data, or is not strictly a
    StyleGAN2: every key used, every key filled.
    """
    source, size = path.name, path.stat().st_size
    with path.open("rb") as file:
        content = read_pickle(file, source)
    network = content.get("G_ema") if isinstance(content, dict) else None
    if not isinstance(network, Persistent):
        raise StudioError(
            f"{source} has no 'G_ema', the generator in NVIDIA's network pickles: it holds"
            " something else."
        )
    tensors = _collect(network, source)
    settings = _settings(network, tensors, source)
    learnt = {}
    for name, tensor in tensors.items():
        if name.endswith(".resample_filter"):
            assemble.check_filter(tensor, 1.0, name, source)
        else:
            learnt[name] = tensor
    return assemble.generator(StyleGAN2, settings, learnt, {}, source, size)


def _collect(network: Persistent, source: str) -> dict[str, Tensor]:
    """The parameters and buffers of a module and of all modules in it, under dotted names."""
    tensors: dict[str, Tensor] = {}
    modules = [("", network)]
    for _ in range(MAX_MODULES):
        if not modules:
            return tensors
        prefix, module = modules.pop()
        for kind in ("_parameters", "_buffers"):
            for name, tensor in _get(module, kind, dict, prefix, source).items():
                if not isinstance(tensor, Tensor | None) or f"{prefix}{name}" in tensors:
                    raise StudioError(f"{source}: {prefix}{name} is not a tensor of its own.")
                if tensor is not None:
                    tensors[f"{prefix}{name}"] = tensor
        for name, child in _get(module, "_modules", dict, prefix, source).items():
            if not isinstance(child, Persistent | None):
                raise StudioError(f"{source}: {prefix}{name} is not a module.")
            if child is not None:
                modules.append((f"{prefix}{name}.", child))
    raise StudioError(f"{source} has more than {MAX_MODULES} modules: it is not a StyleGAN2.")


def _settings(network: Persistent, tensors: dict[str, Tensor], source: str) -> dict[str, Any]:
    """The constructor's arguments, as the file's attributes state them; widths by the shapes."""

    def get(path: str, *kinds: type) -> Any:
        *modules, attribute = path.split(".")
        module = network
        for name in modules:
            child = _get(module, "_modules", dict, path, source).get(name)
            if not isinstance(child, Persistent):
                raise StudioError(f"{source} has no {path!r}: it is not StyleGAN2-ADA's generator.")
            module = child
        return _get(module, attribute, kinds, path.removesuffix(attribute), source)

    resolution = get("img_resolution", int)
    if get("img_channels", int) != 3:
        raise StudioError(f"{source} draws pictures that are not RGB; only RGB can be projected.")
    sizes = [2**k for k in range(2, resolution.bit_length())]
    channels = {}
    for r in sizes:
        name = f"synthesis.b{r}.conv1.bias"
        if name not in tensors or tensors[name].ndim != 1:
            raise StudioError(f"{source} lacks {name!r}: it is not StyleGAN2-ADA's generator.")
        channels[r] = len(tensors[name])
        if get(f"synthesis.b{r}.architecture", str) != "skip":
            raise StudioError(f"{source} has blocks of another kind than StyleGAN2's skip blocks.")
    return {
        "resolution": resolution,
        "z_dim": get("z_dim", int),
        "w_dim": get("w_dim", int),
        "channels": channels,
        "mapping_layers": get("mapping.num_layers", int),
        "mapping_lr": get("mapping.fc0.bias_gain", int, float),
        "class_dim": get("c_dim", int),
        "conv_clamp": get("synthesis.b4.conv1.conv_clamp", int, float, NoneType),
    }


def _get(
    module: Persistent, attribute: str, kinds: type | tuple[type, ...], prefix: str, source: str
) -> Any:
    value = module.state.get(attribute)
    if not isinstance(value, kinds):
        raise StudioError(
            f"{source}: {prefix}{attribute} is of the type {type(value).__name__}: it is not"
            " StyleGAN2-ADA's generator."
        )
    return value
