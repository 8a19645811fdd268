"""Directions that others published: .npy and .pt files with nothing but one array, and those that
the catalog knows where to get."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inversion.edits.direction import DEVIATION, Direction, fits
from models.errors import StudioError
from models.generators.generator import Generator
from models.weights.checkpoint import Checkpoint


def read_published(path: str | Path, G: Generator, name: str = "", space: str = "w") -> Direction:
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


def of_catalog(G: Generator, files: Sequence[tuple[Checkpoint, Path]]) -> list[Direction]:
    """Directions of w from files that the catalog lists (`models.published_directions` gets them),
    each made as long as the samples of w deviate along it. Raises StudioError if one does not fit.

    That they belong to these weights is the catalog's word: the files do not say.
    """
    samples = G.w_samples()
    found = []
    for row, path in files:
        read = read_published(path, G, row.title.split(" (")[0].casefold())
        if read.space != "w":
            raise StudioError(f"{row.title} is no vector of w. Open it as a file of directions.")
        v = read.vector.to(samples)
        v = v / v.norm()
        found.append(
            replace(
                read,
                vector=(v * (samples @ v).std()).cpu(),
                provenance=f"published at {row.repository}, {row.file}",
                unit=DEVIATION,
            )
        )
    return found


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
