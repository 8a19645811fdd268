"""What an edit did, in figures: who it still is, what was reached, what moved along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inversion.edits.apply import rows
from inversion.sampling import BATCH, Reader, draw
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from models.recent import Recent

UNRELATED = 128  # samples of which the typical picture's features are the mean
_typical: Recent[tuple[str, str], Tensor] = Recent(8)


@dataclass(frozen=True)
class Judgement:
    """Figures of n edits, [n] each; attributes in standard deviations of the reader's pictures.

    identity  cosine of the pooled perceptual features before and after, less those of a typical
              picture: 1 is the same, 0 no more alike than strangers
    moved     by how much each attribute changed, [n] by name
    reached   the sum of the changes of those that were asked for, of which each is to grow
    others    the mean absolute change of all others
    """

    identity: Tensor
    moved: dict[str, Tensor]
    reached: Tensor
    others: Tensor


@torch.no_grad()
def judge(
    before: Tensor,
    after: Tensor,
    perceptual: Perceptual,
    reader: Reader | None = None,
    asked: Sequence[str] = (),
    typical: Tensor | float = 0.0,
) -> Judgement:
    """Pictures [n, 3, H, W] in [-1, 1] before and after an edit that was to raise `asked`.

    `typical` [d] is from `typical_features`; without it the cosine is that of all that any two
    pictures share, and near 1. Without a reader there are no attributes. Raises StudioError for an
    attribute that the reader does not read.
    """
    a, b = (perceptual.pooled(x) - typical for x in (before, after))
    identity = torch.cosine_similarity(a, b, 1)
    if reader is None:
        none = identity.new_zeros(len(identity))
        return Judgement(identity, {}, none, none)
    if unknown := [name for name in asked if name not in reader.names]:
        raise StudioError(f"No attribute {unknown[0]!r} can be read: {', '.join(reader.names)}.")
    change = (reader(after.clamp(-1, 1)) - reader(before.clamp(-1, 1))) / reader.std
    wanted = torch.tensor([name in asked for name in reader.names], device=change.device)
    return Judgement(
        identity=identity,
        moved=dict(zip(reader.names, change.unbind(1), strict=True)),
        reached=change[:, wanted].sum(1),
        others=change[:, ~wanted].abs().sum(1) / max(1, int((~wanted).sum())),
    )


@torch.no_grad()
def typical_features(G: Generator, perceptual: Perceptual) -> Tensor:
    """The mean pooled features [d] of unrelated pictures of this generator; remembered."""
    key = (G.identity.sha256, perceptual.name)
    if key[0] and (known := _typical.get(key)) is not None:
        return known
    codes = draw(G, UNRELATED)
    parts = torch.arange(UNRELATED).split(BATCH)
    found = torch.cat([perceptual.pooled(rows(codes, i).synthesize(G)) for i in parts]).mean(0)
    _typical.put(key, found)
    return found
