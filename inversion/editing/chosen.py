"""One answer of a result, by its rank."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inversion.editing.apply import apply, rows
from inversion.latents import Codes
from models.errors import StudioError
from models.generator import Generator

if TYPE_CHECKING:
    from inversion.result import Inversion


def chosen(result: Inversion, rank: int = 0) -> Inversion:
    """The result with that answer alone, 0 being the best; its edits are kept. What fine-tuning
    changed belongs to the best. Raises StudioError if there are not so many."""
    if not 0 <= rank < len(result):
        raise StudioError(f"There is no answer {rank}; this result has {len(result)}, from 0 on.")
    return replace(
        result,
        codes=rows(result.codes, slice(rank, rank + 1)),
        seeds=result.seeds[rank : rank + 1],
        losses=result.losses[rank : rank + 1],
        metrics={name: values[rank : rank + 1] for name, values in result.metrics.items()},
        deltas=None if rank else result.deltas,
    )


def codes_of(G: Generator, result: Inversion, rank: int = 0) -> Codes:
    """That answer's codes [1] after the result's edits, on the generator's device. Raises
    StudioError when the result was made with another model."""
    result.check(G)
    return apply(G, chosen(result, rank).codes, result.edits)
