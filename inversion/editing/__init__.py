"""Editing: what can be done with codes once they are found.

    directions = supervised(G, load_estimator("avatars"))      or ganspace(G), sefa(G)
    smile = {d.name: d for d in directions}["smile"]
    edited = result.edit([Move(smile, 2.0), Truncate(0.8)])    the result itself stays as it is
    edited.render(G); edited.save(path)                        the edits are in the file

Edits: `Move`, which may hold other directions still, `Truncate`, `ChangeClass`, `Retune`, `Mix`,
`Toward`, `Local`. `strip` and `frames` lead from result to result, `in_classes` shows one in many
classes; `judge` and `movements` say what an edit did. `convert` gives an answer that a
class-conditional generator drew by styles alone the z and class that edits want. `History` undoes.
"""

from inversion.directions.ganspace import ganspace
from inversion.directions.published import of_catalog, read_directions, read_published
from inversion.directions.sefa import sefa
from inversion.directions.shipped import Found, shipped
from inversion.directions.supervised import supervised
from inversion.editing.between_results import difference, mix_with, toward_result
from inversion.editing.class_strip import between_classes, in_classes
from inversion.editing.conversion import Converted, convert, has_latent, wants_latent
from inversion.editing.film import EASINGS, frames, strip
from inversion.editing.history import History
from inversion.edits.apply import apply
from inversion.edits.direction import Direction, load_directions, orthogonal, save_directions
from inversion.edits.edit import Edit
from inversion.edits.interpolation import between, slerp
from inversion.edits.local import Local
from inversion.edits.moves import ChangeClass, Move, Retune, Truncate, listed
from inversion.edits.other_result import Mix, Toward
from inversion.evaluation.disentanglement import Movements, movements
from inversion.evaluation.edit_metrics import Judgement, judge, typical_features
from inversion.sampling import Reader, samples

__all__ = [
    "EASINGS",
    "ChangeClass",
    "Converted",
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
    "convert",
    "difference",
    "frames",
    "ganspace",
    "has_latent",
    "in_classes",
    "judge",
    "listed",
    "load_directions",
    "mix_with",
    "movements",
    "of_catalog",
    "orthogonal",
    "read_directions",
    "read_published",
    "samples",
    "save_directions",
    "sefa",
    "shipped",
    "slerp",
    "strip",
    "supervised",
    "toward_result",
    "typical_features",
    "wants_latent",
]
