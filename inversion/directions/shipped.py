"""The attributes' directions of a generator as a file beside its weights, so that nobody waits for
them to be found again. `python -m inversion directions MODEL --out FILE` writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import FiniteFloat

from inversion.directions.supervised import supervised
from inversion.edits.direction import DIRECTIONS, Direction, directions_of, save_directions
from inversion.evaluation.disentanglement import Movements, movements
from inversion.sampling import Reader
from models import tensor_file
from models.errors import StudioError
from models.generators.generator import Generator
from models.tensor_file import Header
from models.weights.checkpoint import EMBEDDED

DIGITS = 4  # of what each slider moves


class FoundHeader(Header):
    """What such a file says besides its directions.

    reader      sha256 of the reader's weights
    attributes  that it reads, a column of the matrix each
    strength    of the moves, in the directions' units
    matrix      what each direction moves, a row each, in standard deviations of the attributes
    """

    reader: str
    attributes: tuple[str, ...]
    strength: FiniteFloat
    matrix: tuple[tuple[FiniteFloat, ...], ...]


@dataclass(frozen=True)
class Found:
    """Directions of every attribute that a generator shows, what each of them moves, and the
    sha256 of the reader's weights that labelled the samples."""

    directions: tuple[Direction, ...]
    movements: Movements
    reader: str

    def save(self, path: str | Path) -> None:
        """Writes a file of directions; any program that loads those can read it."""
        about = FoundHeader(
            reader=self.reader,
            attributes=self.movements.attributes,
            strength=self.movements.strength,
            matrix=tuple(
                tuple(round(float(x), DIGITS) for x in row) for row in self.movements.matrix
            ),
        )
        save_directions(path, self.directions, {"found": about.text()})


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
    file = tensor_file.read(path, DIRECTIONS)
    directions = directions_of(file, G)
    if "found" not in file.metadata:
        raise StudioError(
            f"{file.name} does not say what its directions move. Open it as a file of directions,"
            " or find them again."
        )
    about = file.header(FoundHeader, "found")
    with file.assembling():
        matrix = torch.tensor(about.matrix)
        if matrix.shape != (len(directions), len(about.attributes)):
            raise ValueError("the matrix has a row a direction and a column an attribute")
    names = tuple(each.name for each in directions)
    moved = Movements(names, about.attributes, matrix, about.strength)
    labelled = about.reader
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
