"""B: the noise maps of every layer, free to be searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from inversion.latents.base import Latents
from inversion.latents.start import NOTHING, Guess, Theta
from models.generators.generator import Generator


@dataclass(frozen=True)
class Noises(Latents):
    """b, one [1, h, w] map a layer, from N(0, I) (Image2StyleGAN++, Abdal et al. 2020)."""

    key = "b"
    space = "b"

    def centre(self, G: Generator, guess: Guess) -> Theta:
        if guess.noises is not None:
            return {f"b{i}": x for i, x in enumerate(guess.noises)}
        shapes = enumerate(G.noise_shapes)
        return {f"b{i}": torch.zeros(1, 1, h, w, device=G.device) for i, (h, w) in shapes}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        if guess.noises is not None:
            n = len(rngs)
            return {f"b{i}": x.repeat(n, 1, 1, 1) for i, x in enumerate(guess.noises)}
        drawn = zip(*(G.sample_noises(1, generator=rng) for rng in rngs), strict=True)
        return {f"b{i}": torch.cat(maps) for i, maps in enumerate(drawn)}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"noises": tuple(theta[f"b{i}"] for i in range(len(G.noise_shapes)))}
