"""Sets of methods that are worth seeing side by side, and which model serves each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from inversion.methods import find
from inversion.presets import WISHES
from models import CATALOG
from models.errors import StudioError
from models.weights.outline import outline


@dataclass(frozen=True)
class MethodSet:
    """Names of METHODS or wishes of `presets.WISHES`, and in a line what they are to show."""

    title: str
    summary: str
    methods: tuple[str, ...]


SETS = {
    "quick": MethodSet(
        "Quick look",
        "From an estimate at once to what was measured best for this model and picture.",
        ("encoder", "w", "w+", "ilo", "closest"),
    ),
    "papers": MethodSet(
        "The four papers",
        "What pix2latent, SPHInX, ILO and overparameterization propose.",
        ("basincma", "sphinx", "ilo", "W"),
    ),
    "spaces": MethodSet(
        "Spaces",
        "The same picture in ever larger latent spaces.",
        ("z", "w", "w+", "(w+, s, b)"),
    ),
}


AT = "@"  # between a method and its model


def named(text: str) -> list[tuple[str, str | None]]:
    """Methods of a set or a list, each with the model that is named for it.

    >>> named("w+,(w+, s, b),W@avatars-overparam")
    [('w+', None), ('(w+, s, b)', None), ('W', 'avatars-overparam')]
    """
    if text in SETS:
        return [(method, None) for method in SETS[text].methods]
    found = []
    for each in re.split(r",(?! )", text):
        method, _, model = each.strip().partition(AT)
        if method not in WISHES:
            find(method)
        found.append((method, model or None))
    return found


def serving(method: str, model: str) -> str:
    """The model of the catalog that serves a method: `model` if it can, else the first embedded one
    that does; `model` again where none does, which will say why.

    >>> serving("w+", "species"), serving("W", "species")
    ('species', 'avatars-overparam')
    """
    embedded = (name for name, row in CATALOG.items() if row.embedded is not None)
    return next((name for name in (model, *embedded) if serves(name, method)), model)


@cache
def serves(model: str, method: str) -> bool:
    """Whether a model of the catalog can be searched so, known before its weights are here; of a
    file that is not in the catalog it is only found out by trying."""
    if model not in CATALOG:
        return True
    row = CATALOG[model]
    if row.kind != "generator" or (row.embedded is not None and not row.embedded.is_file()):
        return False
    if method in WISHES:
        return True
    asked = find(method)
    encoded = any(each.kind == "encoder" and model in each.generators for each in CATALOG.values())
    if asked.needs_encoder and not encoded:
        return False
    try:
        return replace(asked, needs_encoder=False).refuses(outline(model)) is None
    except StudioError:
        return True  # its file is damaged, which the run will say
