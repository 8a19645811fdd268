"""Direction: a way to go in a latent space, of the weights it was found for, and its file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from pydantic import TypeAdapter
from torch import Tensor

from models import tensor_file
from models.errors import StudioError
from models.generators.generator import Generator, Identity
from models.tensor_file import Header, Kind, TensorFile

DIRECTIONS = Kind("directions", 1, "a file of directions", "Choose another .safetensors file.")
SPACES = ("w", "w+", "z", "c")
MAX_DIRECTIONS = 10_000  # directions in a file
LEAST = 0.05  # of a direction's length that must be left when others are projected out
DEVIATION = "one standard deviation of the samples along it"


@dataclass(frozen=True, eq=False)
class Direction:
    """A vector that edits add to codes, times a strength.

    name        what it changes, as far as anyone knows
    space       "w": the same for every layer; "w+": one a layer; "z"; "c", the class vector
    vector      [w_dim], [num_ws, w_dim], [z_dim], [class_dim], float32 on the CPU
    weights     the generator it belongs to
    provenance  how it was found
    unit        what a strength of 1 is

    Raises StudioError for an unknown space, a vector of another shape or one that is not finite.
    """

    name: str
    space: str
    vector: Tensor
    weights: Identity
    provenance: str
    unit: str = DEVIATION

    def __post_init__(self) -> None:
        if self.space not in SPACES:
            raise StudioError(
                f"The direction {self.name!r} is of the space {self.space!r}; directions are of"
                f" {', '.join(SPACES)}."
            )
        v = self.vector
        if v.ndim != (2 if self.space == "w+" else 1) or not v.is_floating_point():
            raise StudioError(
                f"The direction {self.name!r} has the shape {list(v.shape)}, which is none of"
                f" {self.space}."
            )
        if not v.isfinite().all() or not v.any():
            raise StudioError(f"The direction {self.name!r} is zero or not finite. Find it again.")

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Direction)
            and self.header() == other.header()
            and torch.equal(self.vector, other.vector)
        )

    def __hash__(self) -> int:
        return hash((self.name, self.space, self.weights.sha256, self.provenance))

    def header(self) -> DirectionHeader:
        """All but the vector, as files have it."""
        return DirectionHeader(
            name=self.name,
            space=self.space,
            provenance=self.provenance,
            unit=self.unit,
            weights=self.weights,
        )

    def check(self, weights: Identity) -> None:
        """Raises StudioError if it belongs to other weights."""
        mine = self.weights
        if mine.sha256 != weights.sha256:
            raise StudioError(
                f"The direction {self.name!r} belongs to {mine.name} (weights {mine.sha256[:8]}),"
                f" not to {weights.name} ({weights.sha256[:8]}). Find it again for this model."
            )


class DirectionHeader(Header):
    """What a file says of a direction; its vector is a tensor."""

    name: str
    space: str
    provenance: str
    unit: str
    weights: Identity

    def direction(self, vector: Tensor) -> Direction:
        """With its vector. Raises StudioError where they do not fit."""
        return Direction(
            self.name, self.space, vector.float(), self.weights, self.provenance, self.unit
        )


HEADERS = TypeAdapter(tuple[DirectionHeader, ...])


def save_directions(
    path: str | Path, directions: Sequence[Direction], about: Mapping[str, str] | None = None
) -> None:
    """Writes directions to one .safetensors file, in order; `about` is added to its metadata.
    Raises StudioError if that is impossible."""
    tensors = {str(i): d.vector.clone() for i, d in enumerate(directions)}
    headers = json.dumps([d.header().as_dict() for d in directions])
    tensor_file.write(path, DIRECTIONS, tensors, {**(about or {}), "directions": headers})


def load_directions(path: str | Path, G: Generator | None = None) -> list[Direction]:
    """Reads what `save_directions` wrote; with a generator, only if all belong to it.

    Raises StudioError for any other or damaged file, and for directions of another model.
    """
    return directions_of(tensor_file.read(path, DIRECTIONS), G)


def directions_of(file: TensorFile, G: Generator | None = None) -> list[Direction]:
    """Those of a file that was read. Raises StudioError as `load_directions` does."""
    with file.assembling():
        headers = HEADERS.validate_json(file.metadata["directions"])
        if len(headers) != len(file.tensors) or len(headers) > MAX_DIRECTIONS:
            raise ValueError("as many vectors as headers are needed")
        found = [header.direction(file.tensors[str(i)]) for i, header in enumerate(headers)]
    for direction in found if G is not None else ():
        fits(direction, G)
    return found


def fits(direction: Direction, G: Generator | None) -> None:
    """Raises StudioError unless the direction belongs to the generator and has its widths."""
    if G is None:
        return
    direction.check(G.identity)
    wanted = {"w": [G.w_dim], "w+": [G.num_ws, G.w_dim], "z": [G.z_dim], "c": [G.class_dim]}
    if list(direction.vector.shape) != wanted[direction.space]:
        raise StudioError(
            f"The direction {direction.name!r} has the shape {list(direction.vector.shape)};"
            f" {direction.space} of {G.identity.name} is {wanted[direction.space]}."
        )


def orthogonal(direction: Direction, others: Sequence[Direction]) -> Direction:
    """`direction` with the span of the others projected out (InterFaceGAN, section 3.3: conditional
    manipulation). It goes as far along the original as that did, so that a strength means the same.

    Raises StudioError for directions of other weights or spaces, or if next to nothing is left.

    >>> who = Identity("toy", "toy", "0" * 64, "")
    >>> def toy(name, *v):
    ...     return Direction(name, "w", torch.tensor(v), who, "made up")
    >>> orthogonal(toy("smile", 1.0, 1.0), [toy("age", 0.0, 1.0)]).vector
    tensor([2., 0.])
    """
    for other in others:
        other.check(direction.weights)
        if other.vector.shape != direction.vector.shape:
            raise StudioError(
                f"{other.name!r} is of {other.space}, {direction.name!r} of {direction.space}:"
                " only directions of one space can be kept apart."
            )
    v = direction.vector.cpu().double().flatten()
    left = v - _projected(v, [other.vector.cpu().double().flatten() for other in others])
    if left.norm() < LEAST * v.norm():
        raise StudioError(
            f"{direction.name!r} is all but the same as what is to be held still"
            f" ({', '.join(other.name for other in others)}). Hold less still."
        )
    left = left * (v @ v) / (left @ v)
    held = ", ".join(other.name for other in others)
    return replace(
        direction,
        name=f"{direction.name} without {held}" if others else direction.name,
        vector=left.float().view_as(direction.vector),
        provenance=f"{direction.provenance}; orthogonal to {held}"
        if others
        else direction.provenance,
    )


def _projected(v: Tensor, others: Sequence[Tensor]) -> Tensor:
    """v's part in the span of the others."""
    if not others:
        return torch.zeros_like(v)
    basis, sizes, _ = torch.linalg.svd(torch.stack(list(others), 1), full_matrices=False)
    basis = basis[:, sizes > 1e-9 * sizes.max()]
    part: Tensor = basis @ (basis.T @ v)
    return part
