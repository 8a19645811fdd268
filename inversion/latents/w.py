"""W and W+: the mapping network's output, once or a copy a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from inversion.knobs import knob
from inversion.latents.base import Latents, Theta, sample_z
from models.generator import Generator


@dataclass(frozen=True)
class WPlus(Latents):
    """w+, a vector for each layer (Image2StyleGAN, Abdal et al. 2019)."""

    key = "w+"
    space = "w+"
    spread: float = knob(
        0.0, "where seeds start: 0 at the mean of w, 1 at a sample, between them", low=0, high=1
    )

    def start(self, G: Generator, rngs: Sequence[torch.Generator]) -> Theta:
        mean = G.w_mean()
        return {"w": mean + self.spread * (G.map(sample_z(G, rngs)) - mean)}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"ws": theta["w"]}


@dataclass(frozen=True)
class W(WPlus):
    """w, one vector for all layers (StyleGAN2, Karras et al. 2020, appendix D)."""

    key = "w"
    space = "w"

    def start(self, G: Generator, rngs: Sequence[torch.Generator]) -> Theta:
        return {"w": super().start(G, rngs)["w"][:, 0]}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"ws": theta["w"].unsqueeze(1).expand(-1, G.num_ws, -1)}
