"""Edits that take something of another result: its layers, or part of the way to it."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from inversion.edits.apply import restyled, rows, within
from inversion.edits.edit import Edit, Phase, number
from inversion.edits.interpolation import between
from inversion.edits.layers import Layers, check_layers, layers_text
from inversion.latents import Codes
from models.errors import StudioError
from models.generators.generator import Generator, Identity


@dataclass(frozen=True, eq=False)
class Joining(Edit):
    """An edit with the codes of another result, of one row, as that was edited; `weights` drew it,
    `name` is what a list calls it."""

    codes: Codes
    weights: Identity
    name: str

    def check(self, weights: Identity) -> None:
        if weights.sha256 != self.weights.sha256:
            raise StudioError(
                f"{self.name} was made with {self.weights.name}, this result with {weights.name}:"
                " results of two models cannot be joined."
            )

    def of(self, G: Generator, codes: Codes) -> Codes:
        """The other's codes on the device of these. Raises StudioError if G does not draw them."""
        self.codes.check(G)
        return self.codes.apply(lambda x: x.to(codes.ws.device))


@dataclass(frozen=True, eq=False)
class Mix(Joining):
    """Style mixing (Karras et al. 2019, section 3.1): the other's styles in a range of layers,
    these codes' in the rest. Of BigGAN too, whose layers each read (z, c).

    Of matrices `rows`, first and last, may be mixed alone: row i styles output channel i of each
    layer (Overparameterization, section 3.1), so that this exchanges channels. None for all."""

    key = "mix"
    layers: Layers = None
    rows: Layers = None

    @property
    def text(self) -> str:
        return f"styles of {self.name}{layers_text(self.layers)}{layers_text(self.rows, 'row')}"

    def apply(self, G: Generator, codes: Codes) -> Codes:
        check_layers(G.num_ws, self.layers)
        if self.rows is not None and G.rows == 1:
            raise StudioError(
                f"{G.identity.name} has no matrix latent, so there are no rows to mix. Mix layers."
            )
        check_layers(G.rows, self.rows, "row")
        other = self.of(G, codes)
        if other.ws.shape[1:] != codes.ws.shape[1:]:
            raise StudioError(f"{self.name} has styles of another shape and cannot be mixed in.")
        if other.block is not None:
            raise StudioError(
                f"{self.name} was searched in a feature map, or edited in a place: its styles alone"
                " do not draw it. Mix with a result that was found in z, w or w+."
            )
        taken = within(codes.ws, self.layers)
        if self.rows is not None:
            first, last = self.rows[0] * G.row_dim, (self.rows[1] + 1) * G.row_dim
            channels = torch.arange(G.w_dim, device=codes.ws.device)
            taken = taken * ((channels >= first) & (channels < last))
        return restyled(G, codes, torch.lerp(codes.ws, other.ws, taken))


@dataclass(frozen=True, eq=False)
class Toward(Joining):
    """`amount` of the way to the other result, by the rules of `between`: 0 stays, 1 is there. With
    `heads`, SPHInX's projection heads are blended, not the codes that they made."""

    key = "toward"
    amount: float = 0.5
    heads: bool = False

    @property
    def text(self) -> str:
        return f"{self.amount:.0%} of the way to {self.name}{' by heads' if self.heads else ''}"

    def check(self, weights: Identity) -> None:
        super().check(weights)
        number(self.amount, "The part of the way", -1, 2)

    def phase(self, codes: Codes) -> Phase:
        if self.heads:
            return Phase.LATENT
        in_z = codes.z is not None and self.codes.z is not None
        latent = in_z and not codes.heads and not self.codes.heads
        return Phase.LATENT if latent else Phase.STYLES

    def apply(self, G: Generator, codes: Codes) -> Codes:
        if not self.amount:
            return codes
        other, t = self.of(G, codes), codes.ws.new_tensor([self.amount])
        each = [
            dict(between(G, rows(codes, slice(i, i + 1)), other, t, self.heads).tensors())
            for i in range(len(codes.ws))
        ]
        return Codes.from_tensors({k: torch.cat([one[k] for one in each]) for k in each[0]})
