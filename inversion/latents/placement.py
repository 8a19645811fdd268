"""Placement and colours of the object, searched beside its code (pix2latent, sections 3.3, 3.4)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.latents.base import Latents
from inversion.latents.start import NOTHING, Guess, Theta
from inversion.pictures.images import Mask
from models.generators.generator import Generator

STEP = 0.1  # t = t₀ + 0.1·δ
SCALES = (0.1, 5.0)  # of the frame; less is a dot, more a blur
BOX = (0.5, 0.5, 0.85, 0.85)  # where a generator draws its object if nobody measured it
RANGE = 1.5  # factors of colour lie in [1/1.5, 1.5]


def placement_for(mask: Mask, box: tuple[float, float, float, float] | None) -> Tensor | None:
    """t₀ [1, 3]: the placement that moves a generator's object onto the painted one.

    `mask` is bool [H, W], True somewhere; `box` is the middle (x, y) and the size (w, h) of what
    the generator draws, in fractions of the frame. None when all is painted: there is no box then.
    """
    if mask.all():
        return None
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    height, width = mask.shape
    left, right = columns[0] / width, (columns[-1] + 1) / width
    top, bottom = rows[0] / height, (rows[-1] + 1) / height
    x, y, w, h = box or BOX
    scale = math.sqrt((right - left) * (bottom - top) / (w * h))
    scale = min(max(scale, SCALES[0]), SCALES[1])
    shift_x = (left + right) / 2 - 0.5 - scale * (x - 0.5)
    shift_y = (top + bottom) / 2 - 0.5 - scale * (y - 0.5)
    return torch.tensor([[scale, shift_x, shift_y]], dtype=torch.float32)


@dataclass(frozen=True)
class Placement(Latents):
    """t = t₀ + 0.1·δ, δ ~ N(0, I): scale and shift of the picture in the frame.

    t₀ comes from the object's box, or is the identity. θ holds t/0.1, so that one is one standard
    deviation.
    """

    key = "placement"
    rate: float = knob(
        0.5, "how fast place, size and turn change beside z; 0 keeps them", low=0, high=1
    )

    @property
    def spaces(self) -> tuple[str, ...]:
        return ()

    def centre(self, G: Generator, guess: Guess) -> Theta:
        identity = torch.tensor([[1.0, 0.0, 0.0]])
        return {"t": (identity if guess.placement is None else guess.placement).to(G.device) / STEP}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        return {"t": self.centre(G, guess)["t"] + _normal(3, rngs).to(G.device)}

    def rates(self) -> dict[str, float]:
        return {"t": self.rate}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        t = STEP * theta["t"]
        return {"placement": torch.cat([t[:, :1].clamp(*SCALES), t[:, 1:]], 1)}


@dataclass(frozen=True)
class Colour(Latents):
    """Hue within ±0.5 of the circle; brightness, gamma, saturation, contrast in [2/3, 3/2].

    θ is unbounded and squashed: hue = tanh(s·δ)/2, a factor = 1.5^tanh(s·δ); δ ~ N(0, I).
    """

    key = "colour"
    spread: float = knob(0.2, "how strongly colours may change", low=0.01, high=1)
    rate: float = knob(0.5, "how fast colours change beside z; 0 keeps them", low=0, high=1)

    @property
    def spaces(self) -> tuple[str, ...]:
        return ()

    def centre(self, G: Generator, guess: Guess) -> Theta:
        return {"colour": torch.zeros(1, 5, device=G.device)}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        return {"colour": _normal(5, rngs).to(G.device)}

    def rates(self) -> dict[str, float]:
        return {"colour": self.rate}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        squashed = torch.tanh(self.spread * theta["colour"])
        return {"colour": torch.cat([squashed[:, :1] / 2, RANGE ** squashed[:, 1:]], 1)}


def _normal(width: int, rngs: Sequence[torch.Generator]) -> Tensor:
    return torch.cat([torch.randn(1, width, generator=rng, device=rng.device) for rng in rngs])
