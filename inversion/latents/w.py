"""W and W+: the mapping network's output, once or a copy a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.latents.base import Latents, Theta, sample_z
from models.generator import Generator


def _start(G: Generator, rngs: Sequence[torch.Generator], spread: float) -> Tensor:
    """μ + spread·(w − μ), w = f(z): [n, num_ws, w_dim]."""
    mean, _ = G.w_statistics()
    return mean + spread * (G.map(sample_z(G, rngs)) - mean)


@dataclass(frozen=True)
class W(Latents):
    """w, one vector for all layers, from the mean of w (StyleGAN2, Karras et al. 2020, app. D)."""

    key = "w"
    space = "w"
    spread: float = knob(
        0.0, "how far each seed starts from the mean of w: 0 at the mean, 1 at a sample", low=0, high=1
    )

    def start(self, G: Generator, rngs: Sequence[torch.Generator]) -> Theta:
        return {"w": _start(G, rngs, self.spread)[:, 0]}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"ws": theta["w"].unsqueeze(1).expand(-1, G.num_ws, -1)}


@dataclass(frozen=True)
class WPlus(Latents):
    """w+, a vector for each layer (Image2StyleGAN, Abdal et al. 2019)."""

    key = "w+"
    space = "w+"
    spread: float = knob(
        0.0, "how far each seed starts from the mean of w: 0 at the mean, 1 at a sample", low=0, high=1
    )

    def start(self, G: Generator, rngs: Sequence[torch.Generator]) -> Theta:
        return {"w": _start(G, rngs, self.spread).clone()}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"ws": theta["w"]}
