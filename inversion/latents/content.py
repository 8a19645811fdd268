"""S: the 4 × 4 content that StyleGAN2 grows a picture from, free to be searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from inversion.latents.base import Latents
from inversion.latents.start import NOTHING, Guess, Theta
from models.generators.generator import Generator


@dataclass(frozen=True)
class Content(Latents):
    """s [C, 4, 4], from the learnt constant on ((W+, S), (Z+, S, B), … in SPHInX, section 4)."""

    key = "s"
    space = "s"

    def centre(self, G: Generator, guess: Guess) -> Theta:
        ws = G.w_mean().expand(1, G.num_ws, -1)
        return {"s": G.features(ws, 0).x.detach().clone()}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        return {"s": self.centre(G, guess)["s"].repeat(len(rngs), 1, 1, 1)}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"content": theta["s"]}
