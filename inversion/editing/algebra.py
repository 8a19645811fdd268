"""Directions from directions and results: what lies between two pictures, and what is left of a
direction when others are not to move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from inversion.editing.chosen import codes_of
from inversion.editing.direction import Direction
from models.errors import StudioError
from models.generator import Generator

if TYPE_CHECKING:
    from inversion.result import Inversion

LEAST = 0.05  # of a direction's length that must be left


@torch.no_grad()
def difference(
    G: Generator, start: Inversion, end: Inversion, name: str = "", ranks: tuple[int, int] = (0, 0)
) -> Direction:
    """The way from one result to another, both as edited: 1 is all of it.

    In z where both have one and there is no mapping network, else in w, one vector a layer where
    the layers differ. Raises StudioError for results of other weights, or of the same codes.
    """
    a, b = (codes_of(G, result, rank) for result, rank in zip((start, end), ranks, strict=True))
    direct = "c" in G.spaces and a.z is not None and b.z is not None and a.z.ndim == b.z.ndim == 2
    if direct and a.z is not None and b.z is not None:
        space, vector = "z", (b.z - a.z)[0]
    else:
        vector = (b.ws - a.ws)[0]
        same = torch.allclose(vector, vector[:1].expand_as(vector), atol=1e-6)
        space, vector = ("w", vector[0]) if same else ("w+", vector)
    if not vector.any():
        raise StudioError("The two results have the same codes, so nothing lies between them.")
    return Direction(
        name=name or "the way to the other result",
        space=space,
        vector=vector.float().cpu(),
        weights=G.identity,
        provenance="difference of two results",
        unit="all the way from one to the other",
    )


def orthogonal(direction: Direction, others: Sequence[Direction]) -> Direction:
    """`direction` with the span of the others projected out (InterFaceGAN, section 3.3: conditional
    manipulation). It goes as far along the original as that did, so that a strength means the same.

    Raises StudioError for directions of other weights or spaces, or if next to nothing is left.
    """
    for other in others:
        other.check(direction.weights)
        if other.vector.shape != direction.vector.shape:
            raise StudioError(
                f"{other.name!r} is of {other.space}, {direction.name!r} of {direction.space}:"
                " only directions of one space can be kept apart."
            )
    v = direction.vector.double().flatten()
    left = v - _projected(v, [other.vector.double().flatten() for other in others])
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
    return basis @ (basis.T @ v)
