"""IDInvert's regulariser: what is drawn must be read as the code that drew it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from inversion.knobs import knob
from inversion.latents import Codes
from inversion.priors.base import Prior
from models.encoders.encoder import Encoder
from models.generators.generator import Generator


@dataclass(frozen=True)
class InDomain(Prior):
    """Weight times the mean squared difference of w and E(G(w)), which keeps w where the encoder,
    and so the generator's training, has been (IDInvert, Zhu et al. 2020, eq. 5)."""

    key = "in-domain"
    weight: float = knob(
        2.0, "how strongly w is held where the encoder puts its picture", low=0, high=100
    )

    def of_drawn(
        self, codes: Codes, images: Tensor, G: Generator, encoder: Encoder | None
    ) -> Tensor | None:
        if encoder is None:
            return None
        read = encoder(images, codes.c).complete(G).ws
        assert read is not None, "an encoder gives w, or z from which w follows"
        distance: Tensor = (codes.ws - read).square().flatten(1).mean(1)
        return self.weight * distance
