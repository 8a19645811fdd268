"""Lists of edits as JSON and named tensors, so that a result's file holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inversion.edits.direction import Direction
from inversion.edits.local import Local
from inversion.edits.moves import ChangeClass, Edit, Move, Retune, Truncate
from inversion.edits.other_result import Mix, Toward
from inversion.latents import Codes
from models.generators.generator import Identity

KINDS: dict[str, type[Any]] = {
    kind.key: kind for kind in (Move, Truncate, ChangeClass, Retune, Mix, Toward, Local)
}


def pack(
    edits: Sequence[Edit], at: str = "edits."
) -> tuple[list[dict[str, Any]], dict[str, Tensor]]:
    """A JSON object an edit, and their tensors by name, each beginning with `at`."""
    rows: list[dict[str, Any]] = []
    tensors: dict[str, Tensor] = {}
    for i, edit in enumerate(edits):
        row: dict[str, Any] = {"kind": edit.key}
        for f in fields(edit):  # type: ignore[arg-type]  # every kind of edit is a dataclass
            value, name = getattr(edit, f.name), f"{at}{i}.{f.name}"
            if isinstance(value, Direction):
                row[f.name], tensors[name] = value.header(), own(value.vector)
            elif f.name == "held":
                row[f.name] = [each.header() for each in value]
                tensors |= {f"{name}.{k}": own(each.vector) for k, each in enumerate(value)}
            elif isinstance(value, Codes):
                tensors |= {f"{name}.{k}": own(x) for k, x in value.tensors()}
            elif isinstance(value, Tensor):
                tensors[name] = own(value)
            elif isinstance(value, np.ndarray):
                tensors[name] = torch.from_numpy(value.copy())
            elif isinstance(value, Identity):
                row[f.name] = asdict(value)
            elif f.name == "edits":
                row[f.name], inner = pack(value, f"{name}.")
                tensors |= inner
            else:
                row[f.name] = value
        rows.append(row)
    return rows, tensors


def own(x: Tensor) -> Tensor:
    """A copy on the CPU: a file takes no tensor that shares its memory with another."""
    return x.detach().cpu().clone(memory_format=torch.contiguous_format)


def unpack(
    rows: Sequence[Mapping[str, Any]], tensors: Mapping[str, Tensor], at: str = "edits."
) -> tuple[Edit, ...]:
    """The inverse of `pack`. Raises KeyError, TypeError, ValueError or StudioError if damaged."""
    return tuple(_edit(row, tensors, f"{at}{i}.") for i, row in enumerate(rows))


def _edit(row: Mapping[str, Any], tensors: Mapping[str, Tensor], at: str) -> Edit:
    kind = KINDS[row["kind"]]
    values: dict[str, Any] = {}
    for f in fields(kind):
        name = at + f.name
        if f.name == "direction":
            values[f.name] = Direction.from_header(row[f.name], tensors[name])
        elif f.name == "held":
            values[f.name] = tuple(
                Direction.from_header(header, tensors[f"{name}.{k}"])
                for k, header in enumerate(row.get(f.name, ()))
            )
        elif f.name == "codes":
            own = {k: x for k, x in tensors.items() if k.startswith(f"{name}.")}
            if any(len(x) != 1 or not x.isfinite().all() for x in own.values()):
                raise ValueError("inconsistent")
            values[f.name] = Codes.from_tensors(
                {k.removeprefix(f"{name}."): x for k, x in own.items()}
            )
        elif f.name == "c":
            values[f.name] = tensors[name]
        elif f.name == "mask":
            values[f.name] = tensors[name].numpy()
        elif f.name == "weights":
            values[f.name] = Identity(**row[f.name])
        elif f.name == "edits":
            values[f.name] = unpack(row[f.name], tensors, f"{name}.")
        elif f.name in ("layers", "rows"):
            layers = row.get(f.name)
            values[f.name] = None if layers is None else (int(layers[0]), int(layers[1]))
        elif f.name == "first":
            values[f.name] = int(row[f.name])
        elif f.name == "heads":
            values[f.name] = bool(row.get(f.name, False))
        elif f.name == "name":
            values[f.name] = str(row[f.name])
        else:
            values[f.name] = float(row[f.name])
    edit: Edit = kind(**values)
    return edit
