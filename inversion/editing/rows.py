"""Style mixing by row: of an overparameterized generator, whose styles are matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from inversion.editing.apply import restyled
from inversion.editing.joining import Joining, Mix
from inversion.editing.layers import Layers
from inversion.latents import Codes
from models.errors import StudioError
from models.generator import Generator

if TYPE_CHECKING:
    from inversion.result import Inversion


@dataclass(frozen=True, eq=False)
class MixRows(Joining):
    """The other's rows, first and last, in a range of layers (None for all): row i styles output
    channel i of each (Overparameterization, section 3.1), so that this exchanges channels."""

    key = "mix-rows"
    rows: tuple[int, int]
    layers: Layers = None

    @classmethod
    def of_result(
        cls,
        G: Generator,
        other: Inversion,
        rows: tuple[int, int],
        layers: Layers = None,
        rank: int = 0,
        name: str = "",
    ) -> Self:
        """With a result of the same model. Raises StudioError for another model's."""
        mix = Mix.of_result(G, other, layers, rank, name)
        return cls(mix.codes, mix.weights, mix.name, rows, layers)

    @property
    def text(self) -> str:
        first, last = self.rows
        whole = Mix(self.codes, self.weights, self.name, self.layers).text
        return f"{whole}, {f'row {first}' if first == last else f'rows {first} to {last}'}"

    def apply(self, G: Generator, codes: Codes) -> Codes:
        first, last = self.rows
        if G.rows == 1:
            raise StudioError(
                f"{G.identity.name} has no matrix latent, so there are no rows to mix. Mix layers."
            )
        if not 0 <= first <= last < G.rows:
            raise StudioError(
                f"There are no rows {first} to {last}; they go from 0 to {G.rows - 1}, the first no"
                " later than the last."
            )
        mixed = Mix(self.codes, self.weights, self.name, self.layers).apply(G, codes)
        ws = codes.ws.clone()
        span = slice(first * G.row_dim, (last + 1) * G.row_dim)
        ws[..., span] = mixed.ws[..., span]
        return restyled(G, codes, ws)
