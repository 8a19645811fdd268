"""One result in many classes, its pose kept: what a class-conditional generator makes of a z."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from inversion.classes import MAX_CLASSES
from inversion.edits.apply import apply
from inversion.edits.edit import number
from inversion.edits.moves import ChangeClass
from inversion.pictures.images import Picture, to_uint8
from inversion.tuning.deltas import tuned
from models.errors import StudioError
from models.generators.generator import Generator

if TYPE_CHECKING:
    from inversion.result import Inversion


@torch.no_grad()
def in_classes(
    G: Generator,
    result: Inversion,
    labels: Sequence[int | str] | None = None,
    rank: int = 0,
    strength: float = 1.0,
) -> list[Picture]:
    """The answer of this rank, as edited, in each class, uint8 [H, W, 3] a picture: the classes
    given by number or name, or all there are.

    With a fine-tuned result, `strength` in [0, 1] says how much of the fine-tuning draws it: 0 is
    before, 1 after (pix2latent, figure 16). Raises StudioError for a model without classes or
    another one than the result's, a class that there is not, more classes than MAX_CLASSES.
    """
    if labels is None:
        labels = range(G.num_classes)
        if not G.num_classes:
            raise StudioError(f"{G.identity.name} has no classes. Choose a model that has some.")
    if not 0 < len(labels) <= MAX_CLASSES:
        raise StudioError(
            f"{len(labels)} classes at once are too many; {MAX_CLASSES} are the most. "
            "Name some of them."
        )
    return _drawn(G, result, [ChangeClass.to(G, label) for label in labels], rank, strength)


@torch.no_grad()
def between_classes(
    G: Generator,
    result: Inversion,
    start: int | str,
    end: int | str,
    count: int = 7,
    rank: int = 0,
    strength: float = 1.0,
) -> list[Picture]:
    """The answer on the straight way from one class vector to another, `count` pictures, as
    `in_classes` draws them. Errors as there, and for a number of pictures that there cannot be."""
    number(count, "The number of pictures", 2, 64)
    a, b = (ChangeClass.to(G, label) for label in (start, end))
    steps = [
        ChangeClass(torch.lerp(a.c, b.c, k / (count - 1)), f"{a.name} to {b.name}", G.identity)
        for k in range(count)
    ]
    return _drawn(G, result, steps, rank, strength)


def _drawn(
    G: Generator, result: Inversion, changes: Sequence[ChangeClass], rank: int, strength: float
) -> list[Picture]:
    result.check(G)
    one = result.answer(rank)
    for edit in one.edits:
        strength *= edit.tuning
    H = tuned(G, one.deltas, strength)
    return [
        to_uint8(apply(H, one.codes, [*one.edits, change]).synthesize(H))[0] for change in changes
    ]
