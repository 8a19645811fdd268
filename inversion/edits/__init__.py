"""Edits: small frozen values that act on codes; a list of them is an edited picture.

    smile = {d.name: d for d in load_directions("mine.safetensors", G)}["smile"]
    edited = result.edit([Move(smile, 2.0), Truncate(0.8)])       the result itself stays as it is
    draw(G, codes, [Move(smile, 2.0)])                            or without a result

`Move` may hold other directions still (`orthogonal`); `ChangeClass`, `Retune`, `Local`, `Mix` and
`Toward` are the others. `between` and `slerp` lead from code to code. Edits know no `Inversion`:
what acts on whole results is `inversion.editing`.
"""

from inversion.edits.apply import apply, draw
from inversion.edits.direction import Direction, load_directions, orthogonal, save_directions
from inversion.edits.edit import Edit
from inversion.edits.interpolation import between, slerp
from inversion.edits.layers import Layers
from inversion.edits.local import Local
from inversion.edits.moves import ChangeClass, Move, Retune, Truncate, listed
from inversion.edits.other_result import Mix, Toward

__all__ = [
    "ChangeClass",
    "Direction",
    "Edit",
    "Layers",
    "Local",
    "Mix",
    "Move",
    "Retune",
    "Toward",
    "Truncate",
    "apply",
    "between",
    "draw",
    "listed",
    "load_directions",
    "orthogonal",
    "save_directions",
    "slerp",
]
