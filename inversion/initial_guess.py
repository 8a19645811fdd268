"""What is known of the answer before the search: a class, where the object is, an estimate."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from inversion.classes import class_for
from inversion.latents import Codes, Guess, Latents
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
    start: Codes | None = None,
) -> Guess:
    """What is known of y [1, 3, H, W], in [-1, 1]: codes [1] that were found before, or what
    an encoder estimates; and the class.

    The class is that of `label`, or that of the codes or the encoder, or that of the nearest
    pictures (`class_for`). Raises StudioError for a label that there is not, for a start and an
    encoder together, or for either where the method has no use for it.
    """
    c = None if label is None else class_for(G, y, perceptual, weight, label)
    if start is None and encoder is None:
        return Guess(c=class_for(G, y, perceptual, weight, label))
    if start is not None and encoder is not None:
        raise StudioError("A search begins at an encoder's estimate or at given codes; not both.")
    guess = known(G, start) if start is not None else Guess()
    if encoder is not None:
        estimate = encoder(y, c)
        guess = Guess(z=estimate.z, ws=estimate.ws, c=estimate.c)
    if guess.c is None:
        guess = replace(guess, c=c if c is not None else class_for(G, y, perceptual, weight))
    if guess.ws is None and guess.z is not None:
        guess = replace(guess, ws=G.map(guess.z, guess.c))
    if encoder is not None and not differs(G, row.latents, guess, Guess(c=guess.c)):
        raise StudioError(
            f"{row.title} does not begin at what the encoder {encoder.name} estimates, "
            f"{', '.join(sorted(encoder.gives))}. Choose another method, or go without it."
        )
    if start is not None and not begins_at(G, row.latents, guess):
        raise StudioError(
            f"{row.title} does not begin at the codes that are given. Choose another method, or go"
            " without them."
        )
    return guess


def known(G: Generator, codes: Codes) -> Guess:
    """Codes [1] that were found before, as a place to begin. Raises StudioError where they are none
    of this generator."""
    codes.check(G)
    codes = codes.apply(lambda x: x.to(G.device))
    placement = codes.placement
    return Guess(codes.z, codes.ws, codes.c, placement, codes.noises, exact=True)


def begins_at(G: Generator, latents: Latents, guess: Guess) -> bool:
    """Whether a search of these latents begins elsewhere when the guess is another."""
    moved = replace(
        guess,
        z=None if guess.z is None else guess.z + 1,
        ws=None if guess.ws is None else guess.ws + 1,
    )
    return differs(G, latents, guess, moved)


def differs(G: Generator, latents: Latents, one: Guess, other: Guess) -> bool:
    """Whether a search of these latents begins elsewhere for the one than for the other."""
    here, there = latents.centre(G, one), latents.centre(G, other)
    return any(not torch.equal(here[name], there[name]) for name in here)
