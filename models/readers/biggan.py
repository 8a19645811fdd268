"""BigGAN-deep as the Hub has it: a folder of config.json and pytorch_model.bin.

The layout is that of the PyPI package pytorch-pretrained-biggan. Only plain tensors are read
(readers/unpickle.py). Spectral norm is divided out here, once; of the last convolution,
only the three channels that become the picture are kept.
"""

import json
from pathlib import Path
from typing import Any

from torch import Tensor

from models import assemble
from models.errors import StudioError
from models.generators.biggan import BigGAN
from models.readers.sniff import Format, sniff
from models.readers.unpickle import read_data

CONFIG, WEIGHTS = "config.json", "pytorch_model.bin"
IMAGENET = 1000  # classes; so many are taken for those of ImageNet, in their usual order
ATTENTION = {name: f"snconv1x1_{name}" for name in ("theta", "phi", "g")}
ATTENTION["o"] = "snconv1x1_o_conv"


def read(folder: Path) -> BigGAN:
    """The generator in a folder.

    Raises StudioError if a file is missing, damaged or asks for more than tensors, or if the
    weights are not strictly those of the network that config.json describes.
    """
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise StudioError(
                f"{folder} is a folder without {name}. BigGAN's holds {CONFIG} and {WEIGHTS}; for"
                " another kind of model, give the path of its file."
            )
    source = f"{folder.name}/{WEIGHTS}"
    settings = _settings(folder / CONFIG)
    tensors = _folded(_load(folder / WEIGHTS, source), source)
    names = _names(settings)
    rgb = names["conv_to_rgb.weight"], names["conv_to_rgb.bias"]
    for key in rgb:
        if key in tensors and tensors[key].ndim:
            tensors[key] = tensors[key][:3]
    if (key := names["class_vectors"]) in tensors:
        tensors[key] = tensors[key].T
    size = (folder / WEIGHTS).stat().st_size
    return assemble.generator(BigGAN, settings, tensors, names, source, size)


def _settings(path: Path) -> dict[str, Any]:
    """The constructor's arguments from config.json."""
    sniff(path)
    try:
        config = json.loads(path.read_bytes())
        settings = {
            "resolution": int(config["output_dim"]),
            "layers": [(bool(up), int(i), int(o)) for up, i, o in config["layers"]],
            "channel_width": int(config["channel_width"]),
            "num_classes": int(config["num_classes"]),
            "attention": int(config["attention_layer_position"]),
            "z_dim": int(config["z_dim"]),
            "class_dim": int(config["class_embed_dim"]),
            "eps": float(config["eps"]),
            "n_stats": int(config["n_stats"]),
        }
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise StudioError(
            f"{path} is not the configuration of a BigGAN-deep"
            f" ({type(error).__name__}: {error}). Get the folder again."
        ) from error
    if settings["num_classes"] == IMAGENET:
        settings["class_names"] = _imagenet()
    return settings


def _imagenet() -> list[str]:
    from torchvision.models import ResNet50_Weights  # type: ignore[import-untyped]  # no types

    return list(ResNet50_Weights.DEFAULT.meta["categories"])


def _load(path: Path, source: str) -> dict[str, Tensor]:
    """The tensors of a state dict by name."""
    form = sniff(path)
    if form not in (Format.TORCH_ZIP, Format.TORCH_LEGACY):
        raise StudioError(f"{source} is not what torch saves. Delete it and download it again.")
    file = read_data(path)
    if not isinstance(file, dict):
        raise StudioError(f"{source} holds no weights by name: it is another kind of file.")
    for name, tensor in file.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise StudioError(f"{source}: {name!r:.80} is not a tensor.")
    return {str(name): tensor for name, tensor in file.items()}


def _folded(tensors: dict[str, Tensor], source: str) -> dict[str, Tensor]:
    """Every triple (W, u, v) of spectral norm as W / (u W v) (Miyato et al. 2018, algorithm 1),
    under the name of its weight."""
    folded = dict(tensors)
    for key in tensors:
        if not key.endswith("_orig"):
            continue
        name = key.removesuffix("_orig")
        W, u, v = (folded.pop(f"{name}_{part}", None) for part in ("orig", "u", "v"))
        if u is None or v is None:
            raise StudioError(f"{source} lacks '{name}_{'u' if u is None else 'v'}'.")
        if W is None or W.ndim < 2 or u.shape != (len(W),) or v.shape != (W[0].numel(),):
            raise StudioError(f"{source}: the spectral norm of {name!r} has the wrong shape.")
        folded[name] = W / (u.double() @ W.flatten(1).double() @ v.double()).to(W)
    return folded


def _names(settings: dict[str, Any]) -> dict[str, str]:
    """Name in this project -> name in the file, folded, for every weight."""
    names = {"class_vectors": "embeddings.weight"}
    norm = ["running_means", "running_vars"]
    rest = [f"bn.{part}" for part in ("weight", "bias", *norm)]
    rest += [f"{layer}.{part}" for layer in ("gen_z", "conv_to_rgb") for part in ("weight", "bias")]
    index = 0
    for k in range(min(len(settings["layers"]), 64)):
        if k == settings["attention"]:
            at = f"layers.{index}"
            names |= {
                f"{at}.{ours}.weight": f"generator.{at}.{theirs}.weight"
                for ours, theirs in ATTENTION.items()
            }
            rest.append(f"{at}.gamma")
            index += 1
        for j in range(4):
            bn, conv = f"layers.{index}.bn_{j}", f"layers.{index}.conv_{j}"
            rest += [f"{bn}.{part}" for part in ("scale.weight", "offset.weight", *norm)]
            rest += [f"{conv}.weight", f"{conv}.bias"]
        index += 1
    return names | {name: f"generator.{name}" for name in rest}
