"""Avatars moved in their frame and put back, and what all measurements of them use."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.common.terms import Terms
from benchmarks.sphinx.out_of_domain import MOVES, move
from inversion import Inversion, invert
from inversion.pictures.images import to_uint8
from models.encoders.encoder import Encoder
from models.encoders.estimator import Estimator
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

STILL, TURN, SHIFT = "shift 0", "turn 30°", "shift 150"


@dataclass(frozen=True)
class Models:
    """What all measurements use."""

    G: Generator
    perceptual: Perceptual
    encoder: Encoder
    reader: Estimator
    terms: Terms

    def answer(self, x: Tensor, name: str) -> Inversion:
        """To one picture x [3, H, W]."""
        row, picture = self.terms.row(name), to_uint8(x[None])[0]
        print(name, flush=True)
        return invert(
            self.G, picture, row, seeds=1, perceptual=self.perceptual, preview_every=10**6
        )

    def redrawn(self, x: Tensor) -> float:
        """How far a picture x is from what the generator draws at the encoder's estimate of it."""
        ws = self.encoder(x).complete(self.G).ws
        assert ws is not None
        return float(self.perceptual(self.G.synthesize(ws).clamp(-1, 1), x))


def moved(x: Tensor, name: str) -> Tensor:
    """Pictures x [n, 3, H, W], all moved alike."""
    return torch.cat([move(each[None], MOVES[name]) for each in x])


def back(x: Tensor, name: str) -> Tensor:
    """Moved pictures put where they were; what had left the frame stays lost."""
    length, degrees, scale = MOVES[name]
    return torch.cat([move(each[None], (-length, -degrees, 1 / scale)) for each in x])


def agreed(yes: bool) -> str:
    return "agreed" if yes else "not agreed"
