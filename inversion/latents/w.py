"""w, w+: the mapping network's output, once or a copy a layer; W, W+: where it is a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.latents.base import Latents, sample_z
from inversion.latents.classes import class_vector
from inversion.latents.start import NOTHING, Guess, Theta
from models.generators.generator import Generator


@dataclass(frozen=True)
class WPlus(Latents):
    """w+, a vector for each layer (Image2StyleGAN, Abdal et al. 2019)."""

    key = "w+"
    space = "w+"
    spread: float = knob(
        0.0, "where seeds start: 0 at the average picture, 1 at a random one", low=0, high=1
    )

    def centre(self, G: Generator, guess: Guess) -> Theta:
        return {"w": _middle(G, guess).clone()}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        c = class_vector(G, guess)
        sample = G.map(sample_z(G, rngs), None if c is None else c.repeat(len(rngs), 1))
        around = _middle(G, NOTHING if c is None else Guess(c=c))
        return {"w": _middle(G, guess) + self.spread * (sample - around)}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"ws": theta["w"]}


@dataclass(frozen=True)
class W(WPlus):
    """w, one vector for all layers (StyleGAN2, Karras et al. 2020, appendix D)."""

    key = "w"
    space = "w"

    def centre(self, G: Generator, guess: Guess) -> Theta:
        return {"w": super().centre(G, guess)["w"].mean(1)}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        return {"w": super().start(G, rngs, guess)["w"].mean(1)}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"ws": theta["w"].unsqueeze(1).expand(-1, G.num_ws, -1)}


@dataclass(frozen=True)
class Matrix(W):
    """W, one matrix for all layers, a row an output channel: as the generator was trained
    (Overparameterization, section 3.2). It starts with every row at the mean of w, so that seeds
    differ only if they are spread."""

    key = "W"
    space = "W"

    @property
    def alike(self) -> bool:
        return self.spread == 0


@dataclass(frozen=True)
class MatrixPlus(WPlus):
    """W+, a matrix for each layer (Overparameterization, section 3.2)."""

    key = "W+"
    space = "W+"

    @property
    def alike(self) -> bool:
        return self.spread == 0


def _middle(G: Generator, guess: Guess) -> Tensor:
    """ws [1, num_ws, w_dim]: the guess; or else the mean of w, with the class that is asked for."""
    if guess.ws is not None:
        return guess.ws
    if guess.c is not None and G.mapped:
        return _mean_of(G, guess.c).expand(1, G.num_ws, -1)
    ws = G.w_mean().expand(1, G.num_ws, -1)
    if guess.c is None:
        return ws
    return torch.cat([ws[..., : G.z_dim], guess.c.unsqueeze(1).expand(-1, G.num_ws, -1)], 2)


@torch.no_grad()
def _mean_of(G: Generator, c: Tensor) -> Tensor:
    """The mean of w [w_dim] over 1000 latents of a fixed seed, all of class c [1, class_dim]."""
    z = G.sample_z(1000, torch.Generator().manual_seed(0))
    return G.map(z, c.expand(len(z), -1))[:, 0].mean(0)
