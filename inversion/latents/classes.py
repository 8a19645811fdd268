"""C: the class vector of a class-conditional generator, free to be searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.latents.base import Latents
from inversion.latents.start import NOTHING, Guess, Theta
from models.generators.generator import Generator


def class_vector(G: Generator, guess: Guess) -> Tensor | None:
    """[1, class_dim]: the class guessed, or else the mean of all; None without classes."""
    if not G.class_dim:
        return None
    return G.embeddings.mean(0, keepdim=True) if guess.c is None else guess.c


@dataclass(frozen=True)
class ClassVector(Latents):
    """c, from the embedding of its class on, unconstrained (pix2latent, section 3.2).

    A generator without classes has none of it to search, and is searched without.
    """

    key = "class"
    space = "c"
    rate: float = knob(0.2, "how fast the class changes beside z; 0 keeps it", low=0, high=1)

    @property
    def spaces(self) -> tuple[str, ...]:
        return ()

    def centre(self, G: Generator, guess: Guess) -> Theta:
        c = class_vector(G, guess)
        return {} if c is None else {"c": c}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        return {name: c.repeat(len(rngs), 1) for name, c in self.centre(G, guess).items()}

    def rates(self) -> dict[str, float]:
        return {"c": self.rate}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"c": theta["c"]} if "c" in theta else {}
