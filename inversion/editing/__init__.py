"""Editing: what can be done with codes once they are found.

    directions = supervised(G, load_estimator("avatars"))      or ganspace(G), sefa(G)
    smile = {d.name: d for d in directions}["smile"]
    edited = result.edit([Move(smile, 2.0), Truncate(0.8)])    the result itself stays as it is
    edited.render(G); edited.save(path)                        the edits are in the file

Edits: `Move`, which may hold other directions still, `Truncate`, `ChangeClass`, `Retune`, `Mix`,
`Toward`, `Local`. `strip` and `frames` lead from result to result, `in_classes` shows one in many
classes; `judge` and `movements` say what an edit did. `History` undoes.
"""

from inversion.editing.algebra import difference, orthogonal
from inversion.editing.apply import apply
from inversion.editing.chosen import chosen, codes_of
from inversion.editing.components import ganspace
from inversion.editing.direction import Direction, load_directions, save_directions
from inversion.editing.disentangled import Movements, movements
from inversion.editing.edits import ChangeClass, Edit, Move, Retune, Truncate, listed
from inversion.editing.found import Found, shipped
from inversion.editing.history import History
from inversion.editing.in_classes import between_classes, in_classes
from inversion.editing.interpolation import between, slerp
from inversion.editing.joining import Mix, Toward
from inversion.editing.judge import Judgement, judge, typical_features
from inversion.editing.local import Local
from inversion.editing.path import EASINGS, frames, strip
from inversion.editing.published import of_catalog, read_published
from inversion.editing.sampling import Reader, samples
from inversion.editing.sefa import sefa
from inversion.editing.supervised import supervised

__all__ = [
    "EASINGS",
    "ChangeClass",
    "Direction",
    "Edit",
    "Found",
    "History",
    "Judgement",
    "Local",
    "Mix",
    "Move",
    "Movements",
    "Reader",
    "Retune",
    "Toward",
    "Truncate",
    "apply",
    "between",
    "between_classes",
    "chosen",
    "codes_of",
    "difference",
    "frames",
    "ganspace",
    "in_classes",
    "judge",
    "listed",
    "load_directions",
    "movements",
    "of_catalog",
    "orthogonal",
    "read_published",
    "samples",
    "save_directions",
    "sefa",
    "shipped",
    "slerp",
    "strip",
    "supervised",
    "typical_features",
]
