"""What is known of the answer before the search: a class, where the object is, an estimate."""

from __future__ import annotations

import torch
from torch import Tensor

from inversion.classes import class_for
from inversion.latents import Guess
from inversion.methods import Method
from models.encoders.encoder import Encoder
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual


@torch.no_grad()
def guess_for(
    G: Generator,
    row: Method,
    y: Tensor,
    perceptual: Perceptual,
    weight: Tensor | None = None,
    label: int | None = None,
    encoder: Encoder | None = None,
) -> Guess:
    """What an encoder and the class say of y [1, 3, H, W], in [-1, 1].

    The class is that of `label`, or the encoder's, or that of the nearest pictures (`class_for`).
    Raises StudioError for a label that there is not, or an estimate that the method has no use for.
    """
    if encoder is None:
        return Guess(c=class_for(G, y, perceptual, weight, label))
    c = None if label is None else class_for(G, y, perceptual, weight, label)
    estimate = encoder(y, c)
    if estimate.c is None and c is None:
        c = class_for(G, y, perceptual, weight)
    estimate = estimate.of(c).complete(G)
    guess = Guess(z=estimate.z, ws=estimate.ws, c=estimate.c)
    with_it, without = row.latents.centre(G, guess), row.latents.centre(G, Guess(c=guess.c))
    if all(torch.equal(with_it[name], without[name]) for name in without):
        raise StudioError(
            f"{row.title} does not begin at what the encoder {encoder.name} estimates, "
            f"{', '.join(sorted(encoder.gives))}. Choose another method, or go without it."
        )
    return guess
