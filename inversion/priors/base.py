"""A prior: four hooks, each the identity unless it says otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from inversion.knobs import Part
from inversion.latents import Codes, Theta
from models.encoders.encoder import Encoder
from models.generators.generator import Generator


class Prior(Part):
    """Any of four hooks; each is the identity unless a prior says otherwise."""

    def perturb(
        self, theta: Theta, G: Generator, t: float, rngs: Sequence[torch.Generator]
    ) -> Theta:
        """θ as it is evaluated at t in [0, 1], one random generator a seed."""
        return theta

    def penalty(self, theta: Theta, G: Generator) -> Tensor | None:
        """A cost [n] added to the loss."""
        return None

    def of_drawn(
        self, codes: Codes, images: Tensor, G: Generator, encoder: Encoder | None
    ) -> Tensor | None:
        """A cost [n] of what codes drew, images [n, 3, H, W], added to the loss; `encoder` is the
        one that the search was given, if any."""
        return None

    def constrain(self, theta: Theta, G: Generator, t: float = 1.0) -> Theta:
        """θ moved back into the allowed set after the step at t in [0, 1]."""
        return theta


def drawn(like: Tensor, rngs: Sequence[torch.Generator]) -> Tensor:
    """N(0, 1) of the shape of `like` [n, …], row i from rngs[i]."""
    rows = [torch.randn(like.shape[1:], generator=rng, device=rng.device) for rng in rngs]
    return torch.stack(rows).to(like)
