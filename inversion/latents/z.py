"""Z and Z+: the space the generator was trained on, once or a copy a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from inversion.latents.base import Latents, Theta, sample_z
from models.generator import Generator


@dataclass(frozen=True)
class Z(Latents):
    """z ~ N(0, I), one vector a picture (CSGM, Bora et al. 2017; PGD in SPHInX, table 1)."""

    key = "z"
    space = "z"

    def start(self, G: Generator, rngs: Sequence[torch.Generator]) -> Theta:
        return {"z": sample_z(G, rngs)}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"z": theta["z"], "ws": G.map(theta["z"])}


@dataclass(frozen=True)
class ZPlus(Latents):
    """z+: an independent z for every layer (PULSE, Menon et al. 2020; ILO; SPHInX, table 1)."""

    key = "z+"
    space = "z+"

    def start(self, G: Generator, rngs: Sequence[torch.Generator]) -> Theta:
        rows = [G.sample_z(G.num_ws, generator=rng) for rng in rngs]
        return {"z": torch.stack(rows)}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        return {"z": theta["z"], "ws": G.map(theta["z"])}
