"""How much each slider moves every attribute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inversion.edits.apply import apply
from inversion.edits.direction import Direction
from inversion.edits.moves import Move
from inversion.sampling import Reader, draw, read
from models.generators.generator import Generator


@dataclass(frozen=True)
class Movements:
    """`matrix` [directions, attributes]: the mean change of each attribute, in its standard
    deviations among the reader's pictures, when a direction is moved by `strength`."""

    directions: tuple[str, ...]
    attributes: tuple[str, ...]
    matrix: Tensor
    strength: float

    def own(self, direction: str) -> float:
        """What a direction named after an attribute does to that one."""
        row, column = self.directions.index(direction), self.attributes.index(direction)
        return float(self.matrix[row, column])

    def others(self, direction: str) -> float:
        """The mean absolute change of every attribute but its own."""
        row = self.matrix[self.directions.index(direction)].abs()
        keep = torch.tensor([name != direction for name in self.attributes])
        return float(row[keep].mean())

    def strongest(self, direction: str) -> str:
        """The attribute that it moves most."""
        row = self.matrix[self.directions.index(direction)].abs()
        return self.attributes[int(row.argmax())]


@torch.no_grad()
def movements(
    G: Generator,
    directions: Sequence[Direction],
    reader: Reader,
    strength: float = 2.0,
    count: int = 32,
    seed: int = 1,
    progress: Callable[[float], object] = lambda done: None,
) -> Movements:
    """Over `count` fresh samples, each moved both ways: half the difference of what is read."""
    codes = draw(G, count, seed)
    rows = []
    for i, direction in enumerate(directions):
        up, down = (
            read(G, reader, apply(G, codes, [Move(direction, sign * strength)])) for sign in (1, -1)
        )
        rows.append((up - down).mean(0) / 2 / reader.std.cpu())
        progress((i + 1) / len(directions))
    names = tuple(direction.name for direction in directions)
    return Movements(names, tuple(reader.names), torch.stack(rows), strength)
