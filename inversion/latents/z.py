"""Z and Z+: the space the generator was trained on, once or a copy a layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from inversion.latents.base import Latents, sample_z
from inversion.latents.start import NOTHING, Guess, Theta
from models.generators.generator import Generator

GUESS_VARIANCE = 0.5  # z ~ N(E(y), 0.5 I) around an encoder's guess (pix2latent, appendix D)


@dataclass(frozen=True)
class Z(Latents):
    """z ~ N(0, I), one vector a picture (CSGM, Bora et al. 2017; PGD in SPHInX, table 1)."""

    key = "z"
    space = "z"

    def centre(self, G: Generator, guess: Guess) -> Theta:
        zero = torch.zeros(1, G.z_dim, device=G.device)
        known = guess.z is not None and guess.z.ndim == 2
        return {"z": guess.z if guess.z is not None and known else zero}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        spread = _spread(guess)
        return {"z": self.centre(G, guess)["z"] + spread * sample_z(G, rngs)}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"z": theta["z"], "ws": G.map(theta["z"], theta.get("c"))}


@dataclass(frozen=True)
class ZPlus(Z):
    """z+: an independent z for every layer (PULSE, Menon et al. 2020; ILO; SPHInX, table 1)."""

    key = "z+"
    space = "z+"

    def centre(self, G: Generator, guess: Guess) -> Theta:
        if guess.z is not None and guess.z.ndim == 3:
            return {"z": guess.z}
        return {"z": super().centre(G, guess)["z"].unsqueeze(1).repeat(1, G.num_ws, 1)}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        rows = torch.stack([G.sample_z(G.num_ws, generator=rng) for rng in rngs])
        return {"z": self.centre(G, guess)["z"] + _spread(guess) * rows}


def _spread(guess: Guess) -> float:
    """How far seeds begin from the centre."""
    if guess.z is None:
        return 1.0
    return 0.0 if guess.exact else math.sqrt(GUESS_VARIANCE)
