"""BDInvert's two codes: a coarse feature map, and styles for the layers after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from inversion.latents.base import Latents
from inversion.latents.start import NOTHING, Guess, Theta
from inversion.latents.w import WPlus
from models.generators.generator import Generator

SIDE = 16  # pixels of the base code (Kang et al. 2021)


@dataclass(frozen=True)
class BaseDetail(Latents):
    """The base code x{k}, the map with which block k is entered, and w+ for block k on (BDInvert,
    Kang et al. 2021, section 3). `anchor` remembers the first x{k}; it and rgb{k} are held."""

    key = "base-detail"
    space = "w+"

    def block(self, G: Generator) -> int:
        """The block after the one of 16 × 16 pixels, or the last."""
        return min((SIDE // 4).bit_length(), G.num_blocks - 1)

    def centre(self, G: Generator, guess: Guess) -> Theta:
        k = self.block(G)
        w = WPlus().centre(G, guess)["w"]
        at = G.features(w, k)
        skip: Theta = {} if at.rgb is None else {f"rgb{k}": at.rgb}
        return {"w": w, f"x{k}": at.x, "anchor": at.x.clone(), **skip}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        """All seeds at the centre but for styles that lie a quarter of the way to a sample."""
        n = len(rngs)
        theta = {
            name: x.expand(n, *x.shape[1:]).clone() for name, x in self.centre(G, guess).items()
        }
        return theta | WPlus(spread=0.25).start(G, rngs, guess)

    def rates(self) -> dict[str, float]:
        return {"anchor": 0.0, **{f"rgb{k}": 0.0 for k in range(16)}}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        k = self.block(G)
        block = torch.full((len(theta["w"]),), k)
        return {"ws": theta["w"], "x": theta[f"x{k}"], "rgb": theta.get(f"rgb{k}"), "block": block}
