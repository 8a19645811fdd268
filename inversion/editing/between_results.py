"""What leads from one result to another: a direction, styles taken over, part of the way."""

from __future__ import annotations

import torch

from inversion.edits.direction import Direction
from inversion.edits.layers import Layers
from inversion.edits.other_result import Mix, Toward
from inversion.latents import Codes
from inversion.result import Inversion
from models.errors import StudioError
from models.generators.generator import Generator, Identity


@torch.no_grad()
def difference(
    G: Generator, start: Inversion, end: Inversion, name: str = "", ranks: tuple[int, int] = (0, 0)
) -> Direction:
    """The way from one result to another, both as edited: 1 is all of it.

    In z where both have one and there is no mapping network, else in w, one vector a layer where
    the layers differ. Raises StudioError for results of other weights, or of the same codes.
    """
    a, b = (result.edited_codes(G, rank) for result, rank in zip((start, end), ranks, strict=True))
    direct = not G.mapped and a.z is not None and b.z is not None and a.z.ndim == b.z.ndim == 2
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


def mix_with(
    G: Generator,
    other: Inversion,
    layers: Layers,
    rank: int = 0,
    name: str = "",
    rows: Layers = None,
) -> Mix:
    """The edit that takes over the styles of another result of the same model in a range of layers.
    Raises StudioError for another model's."""
    return Mix(*_taken(G, other, rank, name), layers, rows)


def toward_result(
    G: Generator,
    other: Inversion,
    amount: float,
    rank: int = 0,
    name: str = "",
    heads: bool = False,
) -> Toward:
    """The edit that goes `amount` of the way to another result of the same model. Raises
    StudioError for another model's."""
    return Toward(*_taken(G, other, rank, name), amount, heads)


def _taken(G: Generator, other: Inversion, rank: int, name: str) -> tuple[Codes, Identity, str]:
    codes = other.edited_codes(G, rank).apply(lambda x: x.cpu())
    return codes, other.identity, name or "the other result"
