"""Directions that others published: .npy and .pt files with nothing but one array."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inversion.editing.direction import Direction, fits
from models.errors import StudioError
from models.generator import Generator


def read_published(
    path: str | Path, G: Generator, name: str = "", space: str = "w"
) -> Direction:
    """The vector in a .npy or .pt file as a direction of `G`.

    Such a file does not say which weights it belongs to: whoever loads it vouches for that. A
    vector of one layer a row, [num_ws, w_dim], is taken for w+. Nothing in the file is run. Raises
    StudioError if it is no such file or its widths are not the generator's.
    """
    path = Path(path)
    vector = _array(path).float().squeeze()
    if vector.ndim == 2 and space == "w":
        space = "w+"
    direction = Direction(
        name=name or path.stem,
        space=space,
        vector=vector,
        weights=G.identity,
        provenance=f"read from {path.name}, which does not say for which weights",
        unit="the length it has in the file",
    )
    fits(direction, G)
    return direction


def _array(path: Path) -> Tensor:
    if not path.is_file():
        raise StudioError(f"There is no file {path}.")
    try:
        if path.suffix == ".npy":
            return torch.from_numpy(np.load(path, allow_pickle=False).copy())
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, ValueError, TypeError, RuntimeError, EOFError, pickle.UnpicklingError):
        found = None
    if not isinstance(found, Tensor):
        raise StudioError(
            f"{path.name} holds no bare array. Published directions are .npy or .pt files with one"
            " tensor, and this studio's own are .safetensors."
        )
    return found
