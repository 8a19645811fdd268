"""What can be done to codes: each edit is a small frozen value, and a list of them is an edited
picture. The codes as they were found are never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inversion.classes import label_named
from inversion.edits.apply import latent, redrawn, restyled, within
from inversion.edits.direction import Direction, fits, orthogonal
from inversion.edits.edit import Edit, Phase, number
from inversion.edits.layers import Layers, check_layers, layers_text
from inversion.latents import Codes
from models.errors import StudioError
from models.generators.generator import Generator, Identity

STRONGEST = 100.0


@dataclass(frozen=True)
class Move(Edit):
    """strength · direction is added, to the given layers (first and last, None for all).

    A direction of z with layers gives each of them its own z (Härkönen et al. 2020, section 3.3).
    What the directions `held` change stays still, as far as directions tell: theirs is taken out of
    the way that is gone (see `orthogonal`).
    """

    key = "move"
    direction: Direction
    strength: float
    layers: Layers = None
    held: tuple[Direction, ...] = ()

    @property
    def text(self) -> str:
        held = ", ".join(each.name for each in self.held)
        still = f", holding {held}" if held else ""
        return f"{self.direction.name} {self.strength:+.2f}{layers_text(self.layers)}{still}"

    @property
    def along(self) -> Direction:
        """The way that is gone."""
        return orthogonal(self.direction, self.held) if self.held else self.direction

    def check(self, weights: Identity) -> None:
        number(self.strength, f"The strength of {self.direction.name!r}", -STRONGEST, STRONGEST)
        self.along.check(weights)

    def phase(self, codes: Codes) -> Phase:
        return Phase.LATENT if self.direction.space in ("z", "c") else Phase.STYLES

    def apply(self, G: Generator, codes: Codes) -> Codes:
        fits(self.direction, G)
        check_layers(G.num_ws, self.layers)
        if not self.strength:
            return codes
        step = self.strength * self.along.vector.to(codes.ws)
        if self.direction.space == "c":
            if codes.c is None:
                raise StudioError(f"{self.text} is an edit of the class; this result has none.")
            return redrawn(G, codes, latent(codes, self.text), codes.c + step)
        if self.direction.space == "z":
            z = latent(codes, self.text)
            if self.layers is None:
                return redrawn(G, codes, z + step)
            rows = z if z.ndim == 3 else z[:, None].expand(-1, G.num_ws, -1)
            return redrawn(G, codes, rows + within(codes.ws, self.layers) * step)
        return restyled(G, codes, codes.ws + within(codes.ws, self.layers) * step)


@dataclass(frozen=True)
class Truncate(Edit):
    """Codes drawn to the mean by psi: 1 leaves them, 0 is the mean itself. w towards its mean;
    where there is no mapping network z towards 0, with the class kept."""

    key = "truncate"
    psi: float

    @property
    def text(self) -> str:
        return f"truncation {self.psi:.2f}"

    def check(self, weights: Identity) -> None:
        number(self.psi, "The truncation", -2, 2)

    def phase(self, codes: Codes) -> Phase:
        if codes.z is None or codes.c is None or codes.heads is not None:
            return Phase.STYLES
        unmapped = codes.z.shape[-1] + codes.c.shape[-1] == codes.ws.shape[-1]  # w is (z, c)
        return Phase.LATENT if unmapped else Phase.STYLES

    def apply(self, G: Generator, codes: Codes) -> Codes:
        if self.psi == 1:
            return codes
        if G.mapped:
            mean = G.w_mean()
            return restyled(G, codes, mean + self.psi * (codes.ws - mean))
        if codes.z is not None and codes.heads is None:
            return redrawn(G, codes, self.psi * codes.z)
        ws = codes.ws.clone()
        ws[..., : G.z_dim] *= self.psi
        return restyled(G, codes, ws)


@dataclass(frozen=True, eq=False)
class ChangeClass(Edit):
    """Another class with z, that is pose and composition, kept; `amount` of the way there.

    c      the class vector [class_dim] to go to
    name   what it is called
    """

    key = "class"
    c: Tensor
    name: str
    weights: Identity
    amount: float = 1.0

    @classmethod
    def to(cls, G: Generator, label: int | str, amount: float = 1.0) -> ChangeClass:
        """To a class by number or name. Raises StudioError if there is none such."""
        vectors = G.embeddings
        number_ = label if isinstance(label, int) else label_named(G, label)
        if not 0 <= number_ < G.num_classes:
            raise StudioError(
                f"{G.identity.name} has no class {number_}; they go from 0 to {G.num_classes - 1}."
            )
        name = G.class_names[number_] if G.class_names else f"class {number_}"
        return cls(vectors[number_].detach().cpu().clone(), name, G.identity, amount)

    @property
    def text(self) -> str:
        return f"to {self.name}" + ("" if self.amount == 1 else f", {self.amount:.0%} of the way")

    def check(self, weights: Identity) -> None:
        number(self.amount, "The part of the way to the class", -1, 2)
        if weights.sha256 != self.weights.sha256:
            raise StudioError(
                f"The class {self.name!r} is one of {self.weights.name}, not of {weights.name}."
            )

    def phase(self, codes: Codes) -> Phase:
        return Phase.LATENT

    def apply(self, G: Generator, codes: Codes) -> Codes:
        if codes.c is None and "c" not in G.spaces:
            raise StudioError(f"{G.identity.name} has no classes. Choose a model that has some.")
        if codes.c is None:
            raise StudioError(
                f"{self.text} is an edit of the class, and this result was found, or edited, in w."
                " Convert it to the nearest z and class first."
            )
        if self.c.shape != (G.class_dim,):
            raise StudioError(f"{self.name!r} is no class vector of {G.identity.name}.")
        z = latent(codes, self.text)
        return redrawn(G, codes, z, torch.lerp(codes.c, self.c.to(codes.c), self.amount))


@dataclass(frozen=True)
class Retune(Edit):
    """How much of a result's fine-tuning is applied: 1 all of it, 0 the weights as they were."""

    key = "retune"
    strength: float

    @property
    def text(self) -> str:
        return f"{self.strength:.0%} of the fine-tuning"

    @property
    def tuning(self) -> float:
        return self.strength

    def check(self, weights: Identity) -> None:
        number(self.strength, "The strength of the fine-tuning", 0, 1)

    def apply(self, G: Generator, codes: Codes) -> Codes:
        return codes


def listed(edits: Sequence[Edit]) -> list[str]:
    """What the edits do, a line each."""
    return [edit.text for edit in edits]
