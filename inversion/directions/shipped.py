"""The attributes' directions of a generator as a file beside its weights, so that nobody waits for
them to be found again. `python -m inversion directions MODEL --out FILE` writes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import safetensors
import torch

from inversion.directions.supervised import supervised
from inversion.edits.direction import Direction, load_directions, save_directions
from inversion.evaluation.disentanglement import Movements, movements
from inversion.sampling import Reader
from models.errors import StudioError
from models.generators.generator import Generator
from models.weights.checkpoint import EMBEDDED

DIGITS = 4  # of what each slider moves


@dataclass(frozen=True)
class Found:
    """Directions of every attribute that a generator shows, what each of them moves, and the
    sha256 of the reader's weights that labelled the samples."""

    directions: tuple[Direction, ...]
    movements: Movements
    reader: str

    def save(self, path: str | Path) -> None:
        """Writes a file of directions; any program that loads those can read it."""
        about = {
            "reader": self.reader,
            "attributes": self.movements.attributes,
            "strength": self.movements.strength,
            "matrix": [[round(float(x), DIGITS) for x in row] for row in self.movements.matrix],
        }
        save_directions(path, self.directions, {"found": json.dumps(about)})


def find(
    G: Generator,
    reader: Reader,
    n: int = 1500,
    progress: Callable[[float], object] = lambda done: None,
) -> Found:
    """Directions by n samples, see `supervised`, and what they move, see `movements`."""
    directions = supervised(G, reader, n=n, progress=lambda f: progress(0.5 * f))
    if not directions:
        raise StudioError(f"{G.identity.name} shows none of the attributes that are read.")
    moved = movements(G, directions, reader, progress=lambda f: progress(0.5 + 0.5 * f))
    return Found(tuple(directions), moved, reader.identity.sha256)


def load(path: str | Path, G: Generator, reader: Reader) -> Found:
    """Reads what `Found.save` wrote. Raises StudioError for any other or damaged file, and where it
    was found for other weights of the generator or the reader than these."""
    directions = load_directions(path, G)
    with safetensors.safe_open(str(path), "pt") as file:
        metadata = file.metadata()
    try:
        about = json.loads(metadata["found"])
        matrix = torch.tensor(about["matrix"], dtype=torch.float32)
        attributes = tuple(str(name) for name in about["attributes"])
        if matrix.shape != (len(directions), len(attributes)) or not matrix.isfinite().all():
            raise ValueError("inconsistent")
        names = tuple(each.name for each in directions)
        moved = Movements(names, attributes, matrix, float(about["strength"]))
        labelled = str(about["reader"])
    except (KeyError, TypeError, ValueError):
        raise StudioError(
            f"{Path(path).name} does not say what its directions move. Open it as a file of"
            " directions, or find them again."
        ) from None
    if labelled != reader.identity.sha256:
        raise StudioError(
            f"The directions in {Path(path).name} were labelled by other weights"
            f" ({labelled[:8]}) than those of {reader.identity.name}"
            f" ({reader.identity.sha256[:8]}). Find them again with `python -m inversion directions"
            f" {G.identity.name}`."
        )
    return Found(tuple(directions), moved, labelled)


def shipped(G: Generator, reader: Reader) -> Found | None:
    """Those that lie beside an embedded generator; None where there are none, or none for exactly
    these weights, so that they must be found."""
    try:
        return load(EMBEDDED / f"directions-{G.identity.name}.safetensors", G, reader)
    except StudioError:
        return None
