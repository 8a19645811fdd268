"""Lists of edits in a result's file: a `Header` for each kind, told apart by `kind`, and tensors by
name, each beginning with where its edit stands: edits.0.direction, edits.1.edits.0.codes.ws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import Tensor

from inversion.edits.direction import Direction, DirectionHeader
from inversion.edits.edit import Edit
from inversion.edits.layers import Layers
from inversion.edits.local import FIRST_BLOCK, Local
from inversion.edits.moves import ChangeClass, Move, Retune, Truncate
from inversion.edits.other_result import Mix, Toward
from inversion.latents import Codes
from models.generators.generator import Identity
from models.tensor_file import Header

Tensors = dict[str, Tensor]


class MoveHeader(Header):
    """`Move`; tensors direction, held.0, held.1, …"""

    kind: Literal["move"]
    direction: DirectionHeader
    strength: float
    layers: Layers = None
    held: tuple[DirectionHeader, ...] = ()

    def edit(self, tensors: Tensors, at: str) -> Edit:
        held = (each.direction(tensors.pop(f"{at}held.{k}")) for k, each in enumerate(self.held))
        direction = self.direction.direction(tensors.pop(f"{at}direction"))
        return Move(direction, self.strength, self.layers, tuple(held))


class TruncateHeader(Header):
    """`Truncate`; no tensors."""

    kind: Literal["truncate"]
    psi: float

    def edit(self, tensors: Tensors, at: str) -> Edit:
        return Truncate(self.psi)


class ChangeClassHeader(Header):
    """`ChangeClass`; tensor c."""

    kind: Literal["class"]
    name: str
    weights: Identity
    amount: float

    def edit(self, tensors: Tensors, at: str) -> Edit:
        return ChangeClass(tensors.pop(f"{at}c"), self.name, self.weights, self.amount)


class RetuneHeader(Header):
    """`Retune`; no tensors."""

    kind: Literal["retune"]
    strength: float

    def edit(self, tensors: Tensors, at: str) -> Edit:
        return Retune(self.strength)


class MixHeader(Header):
    """`Mix`; tensors codes.ws and the rest of the other result's codes."""

    kind: Literal["mix"]
    weights: Identity
    name: str
    layers: Layers = None
    rows: Layers = None

    def edit(self, tensors: Tensors, at: str) -> Edit:
        return Mix(_codes(tensors, at), self.weights, self.name, self.layers, self.rows)


class TowardHeader(Header):
    """`Toward`; tensors as of `Mix`."""

    kind: Literal["toward"]
    weights: Identity
    name: str
    amount: float
    heads: bool = False

    def edit(self, tensors: Tensors, at: str) -> Edit:
        return Toward(_codes(tensors, at), self.weights, self.name, self.amount, self.heads)


class LocalHeader(Header):
    """`Local`; tensor mask, and those of the edits inside."""

    kind: Literal["local"]
    edits: tuple[EditHeader, ...]
    first: int = FIRST_BLOCK

    def edit(self, tensors: Tensors, at: str) -> Edit:
        mask = tensors.pop(f"{at}mask").numpy()
        return Local(unpack(self.edits, tensors, f"{at}edits."), mask, self.first)


EditHeader = Annotated[
    MoveHeader
    | TruncateHeader
    | ChangeClassHeader
    | RetuneHeader
    | MixHeader
    | TowardHeader
    | LocalHeader,
    Field(discriminator="kind"),
]
KINDS: dict[type[Edit], type[Any]] = {
    Move: MoveHeader,
    Truncate: TruncateHeader,
    ChangeClass: ChangeClassHeader,
    Retune: RetuneHeader,
    Mix: MixHeader,
    Toward: TowardHeader,
    Local: LocalHeader,
}
LocalHeader.model_rebuild()


def pack(edits: Sequence[Edit], at: str = "edits.") -> tuple[tuple[EditHeader, ...], Tensors]:
    """A header an edit, and their tensors by name, each beginning with `at`."""
    headers: list[EditHeader] = []
    tensors: Tensors = {}
    for i, edit in enumerate(edits):
        kind = KINDS[type(edit)]
        fields: dict[str, Any] = {"kind": edit.key}
        for name, value in vars(edit).items():
            place = f"{at}{i}.{name}"
            if isinstance(value, Direction):
                fields[name], tensors[place] = value.header(), value.vector
            elif name == "held":
                fields[name] = tuple(each.header() for each in value)
                tensors |= {f"{place}.{k}": each.vector for k, each in enumerate(value)}
            elif name == "edits":
                fields[name], inside = pack(value, f"{place}.")
                tensors |= inside
            elif isinstance(value, Codes):
                tensors |= {f"{place}.{k}": x for k, x in value.tensors()}
            elif name in kind.model_fields:
                fields[name] = value
            else:
                tensors[place] = value if isinstance(value, Tensor) else torch.tensor(value)
        headers.append(kind.model_validate(fields, strict=False))
    return tuple(headers), tensors


def unpack(headers: Sequence[EditHeader], tensors: Tensors, at: str = "edits.") -> tuple[Edit, ...]:
    """The inverse of `pack`; the tensors that belong to the edits are taken out. Raises KeyError,
    ValueError or StudioError where they do not fit together."""
    return tuple(header.edit(tensors, f"{at}{i}.") for i, header in enumerate(headers))


def _codes(tensors: Tensors, at: str) -> Codes:
    """One row of codes."""
    start = f"{at}codes."
    names = [name for name in tensors if name.startswith(start)]
    codes = Codes.from_tensors({name.removeprefix(start): tensors.pop(name) for name in names})
    if any(len(x) != 1 for _, x in codes.tensors()):
        raise ValueError("an edit's codes have one row")
    return codes
