"""What a search walks over (θ), and how it becomes what the generator is handed (Codes = P(θ))."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from inversion.knobs import Knob, Part
from inversion.latents.codes import Codes
from inversion.latents.start import NOTHING, Guess, Start, Theta
from models.generators.generator import Generator


class Latents(Part):
    """A parametrisation P: where each seed starts, and how θ becomes codes."""

    space: ClassVar[str]

    @property
    def spaces(self) -> tuple[str, ...]:
        """The latent spaces that a generator must have to be searched so."""
        return (self.space,)

    @property
    def alike(self) -> bool:
        """Whether every seed starts at the same place."""
        return False

    def refuses(self, G: Generator) -> str | None:
        """Why a generator that has the spaces cannot be searched so nevertheless, in a sentence."""
        return None

    def centre(self, G: Generator, guess: Guess) -> Theta:
        """The middle of where seeds start, one row: the guess, or the prior's mean."""
        raise NotImplementedError

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
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
    """Latents searched together, for example (w+, b) = WPlus() + Noises().

    >>> from inversion.latents import Noises, WPlus
    >>> (WPlus() + Noises()).spaces
    ('w+', 'b')
    """

    key = "sum"

    def __init__(self, parts: tuple[Latents, ...]) -> None:
        self.parts = parts

    @property
    def spaces(self) -> tuple[str, ...]:
        return tuple(space for part in self.parts for space in part.spaces)

    def refuses(self, G: Generator) -> str | None:
        return next(filter(None, (part.refuses(G) for part in self.parts)), None)

    def centre(self, G: Generator, guess: Guess) -> Theta:
        return {name: θ for part in self.parts for name, θ in part.centre(G, guess).items()}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
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
