"""Which class of a class-conditional generator a picture is of, when nobody says."""

from __future__ import annotations

import difflib

import torch
from torch import Tensor

from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

DRAWN = 8  # pictures a class that are compared
DIGITS = 10  # fewer than which a class's number has
MAX_CLASSES = 50  # classes that can be gone through


def label_named(G: Generator, text: str) -> int:
    """The number of a class, given as a number or by name.

    Raises StudioError, with the nearest names, when there is none such.
    """
    if not G.class_dim:
        raise StudioError(f"{G.identity.name} has no classes, so none can be chosen.")
    if text.isdecimal() and len(text) < DIGITS:
        return int(text)
    names = {name.casefold(): i for i, name in enumerate(G.class_names)}
    if (number := names.get(text.casefold())) is not None:
        return number
    near = difflib.get_close_matches(text.casefold(), names, n=3, cutoff=0.4) or list(names)[:8]
    known = f"Is it {' or '.join(near)}?" if near else "Its classes have no names, only numbers."
    raise StudioError(f"{G.identity.name} has no class {text!r}. {known}")


@torch.no_grad()
def class_for(
    G: Generator,
    y: Tensor,
    perceptual: Perceptual,
    weight: Tensor | None = None,
    label: int | None = None,
) -> Tensor | None:
    """The class vector [1, class_dim] to begin with; None for a generator without classes.

    It is that of `label`, or else of the class with the nearest of a few pictures to y
    [1, 3, H, W], the same latents for every class. Raises StudioError for a label that there is
    not, or when there are too many classes to go through.
    """
    if not G.class_dim:
        if label is not None:
            raise StudioError(f"{G.identity.name} has no classes, so none can be chosen.")
        return None
    if label is not None:
        if not 0 <= label < G.num_classes:
            raise StudioError(
                f"{G.identity.name} has no class {label}; they go from 0 to {G.num_classes - 1}."
            )
        return G.embeddings[label : label + 1]
    if G.num_classes > MAX_CLASSES:
        raise StudioError(
            f"{G.identity.name} has {G.num_classes} classes. Say which one the picture shows."
        )
    z = G.sample_z(DRAWN, torch.Generator().manual_seed(0))
    wanted = perceptual.features(y)
    nearest = [
        perceptual.compare(
            perceptual.features(G.synthesize(G.map(z, c.expand(DRAWN, -1)))), wanted, weight
        ).min()
        for c in G.embeddings
    ]
    best = int(torch.stack(nearest).argmin())
    return G.embeddings[best : best + 1]
