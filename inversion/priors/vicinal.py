"""SPHInX's regulariser: a neighbourhood of samples in place of a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from inversion.latents import Theta
from inversion.priors.base import Prior, drawn
from models.generators.generator import Generator


@dataclass(frozen=True)
class Vicinal(Prior):
    """A fresh z+ and content sample for every step, so that the heads must draw the picture from
    any of them: SPHInX's vicinal regularisation (section 3.3)."""

    key = "vicinal"

    def perturb(
        self, theta: Theta, G: Generator, t: float, rngs: Sequence[torch.Generator]
    ) -> Theta:
        fresh: Theta = {name: drawn(theta[name], rngs) for name in ("z", "s") if name in theta}
        return {**theta, **fresh}
