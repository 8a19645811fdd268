"""What a search walks over (θ), and what the generator is handed (Codes = P(θ))."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from inversion import transforms
from inversion.knobs import Knob, Part
from inversion.latents.start import NOTHING, Guess, Start, Theta
from models.generator import Features, Generator


@dataclass(frozen=True)
class Codes:
    """Everything that makes a generator draw one picture a row.

    `ws` [n, num_ws, w_dim]; `z` [n, z_dim] or [n, num_ws, z_dim] where the search ran in z or z+;
    `c` [n, class_dim] where it ran over classes; `noises` one [n, 1, h, w] a layer, or None for the
    generator's constant maps; `x` [n, C, h, w] and `rgb` [n, 3, h, w] the feature map and picture
    with which block `block` [n] is entered where the search ran in a layer. What is drawn is then
    recoloured by `colour` [n, 5] and moved by `placement` [n, 3] (inversion/transforms.py), where
    these were searched too.
    """

    ws: Tensor
    z: Tensor | None = None
    c: Tensor | None = None
    noises: tuple[Tensor, ...] | None = None
    x: Tensor | None = None
    rgb: Tensor | None = None
    block: Tensor | None = None
    placement: Tensor | None = None
    colour: Tensor | None = None

    def synthesize(self, G: Generator) -> Tensor:
        """Pictures [n, 3, H, W], about [-1, 1]."""
        images = G.synthesize(self.ws, self.noises, start=self.entry())
        if self.colour is not None:
            images = transforms.recolour(images, self.colour)
        return images if self.placement is None else transforms.place(images, self.placement)

    def upright(self) -> Codes:
        """The codes of what the generator itself draws, neither recoloured nor moved."""
        return replace(self, placement=None, colour=None)

    def entry(self) -> Features | None:
        """Where the generator is entered, if not at its beginning."""
        if self.x is None or self.block is None:
            return None
        return Features(int(self.block[0]), self.x, self.rgb)

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Every tensor with a name: ws, z, noises.0, noises.1, …"""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, tuple):
                yield from ((f"{f.name}.{i}", each) for i, each in enumerate(value))
            elif value is not None:
                yield f.name, value

    @classmethod
    def from_tensors(cls, tensors: dict[str, Tensor]) -> Codes:
        """The inverse of `tensors`. Raises KeyError when `ws` is missing."""
        count = sum(name.startswith("noises.") for name in tensors)
        noises = tuple(tensors[f"noises.{i}"] for i in range(count)) or None
        single: dict[str, Any] = {f.name: tensors.get(f.name) for f in fields(cls)}
        return cls(**single | {"ws": tensors["ws"], "noises": noises})

    def apply(self, f: Callable[[Tensor], Tensor]) -> Codes:
        """These codes with `f` applied to every tensor."""
        return Codes.from_tensors({name: f(tensor) for name, tensor in self.tensors()})


class Latents(Part):
    """A parametrisation P: where each seed starts, and how θ becomes codes."""

    space: ClassVar[str]

    @property
    def spaces(self) -> tuple[str, ...]:
        """The latent spaces that a generator must have to be searched so."""
        return (self.space,)

    def centre(self, G: Generator, guess: Guess) -> Theta:
        """The middle of where seeds start, one row: the guess, or the prior's mean."""
        raise NotImplementedError

    def start(
        self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING
    ) -> Theta:
        """θ at step 0, one row a seed, row i drawn from `rngs[i]` alone."""
        raise NotImplementedError

    def rates(self) -> dict[str, float]:
        """Learning rates of tensors of θ as parts of the solver's, where they are not 1."""
        return {}

    def deeper(self, G: Generator, start: Start) -> Start | None:
        """The same pictures as θ of the generator without its first remaining layer, if any."""
        return None

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        """Those fields of `Codes` that these latents determine."""
        raise NotImplementedError

    def codes(self, G: Generator, theta: Theta) -> Codes:
        return Codes(**self.fields(G, theta))

    def __add__(self, other: Latents) -> Sum:
        return Sum((self, other))


class Sum(Latents):
    """Latents searched together, for example (w+, b) = WPlus() + Noises()."""

    key = "sum"

    def __init__(self, parts: tuple[Latents, ...]) -> None:
        self.parts = parts

    @property
    def spaces(self) -> tuple[str, ...]:
        return tuple(space for part in self.parts for space in part.spaces)

    def centre(self, G: Generator, guess: Guess) -> Theta:
        return {name: θ for part in self.parts for name, θ in part.centre(G, guess).items()}

    def start(
        self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING
    ) -> Theta:
        return {name: θ for part in self.parts for name, θ in part.start(G, rngs, guess).items()}

    def rates(self) -> dict[str, float]:
        return {name: rate for part in self.parts for name, rate in part.rates().items()}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {name: x for part in self.parts for name, x in part.fields(G, theta).items()}

    def knobs(self) -> dict[str, Knob]:
        return {name: knob for part in self.parts for name, knob in part.knobs().items()}

    def configure(self, settings: Any) -> Sum:
        return Sum(tuple(part.configure(settings) for part in self.parts))


def sample_z(G: Generator, rngs: Sequence[torch.Generator]) -> Tensor:
    """One z a seed [n, z_dim], each from its own generator."""
    return torch.cat([G.sample_z(1, generator=rng) for rng in rngs])
