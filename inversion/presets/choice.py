"""A wish made into a way to run: the winner of the measurement for this model and this picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from inversion.initial_guess import begins_at, known
from inversion.latents import Codes
from inversion.methods import find
from inversion.pictures.images import Picture
from inversion.presets import DISTANCE, Preset, kind_of, preset, restorer
from inversion.solve import invert
from models.encoders.encoder import Encoder
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

# For models that nobody measured, the first that such a model can serve: what came nearest with
# `avatars`, what edits best, what is quickest in the papers.
UNMEASURED = {
    "closest": ("bdinvert", "(w+, b)", "w+", "z", "W"),
    "editable": ("p-norm+", "w", "z", "W"),
    "instant": ("w+", "z", "W"),
    "restored": ("ilo", "w+", "z", "W"),
}
QUICK = 2.0  # seconds of a search that stands in for an encoder's estimate


def choose(
    wish: str,
    G: Generator,
    picture: Picture,
    encoder: Encoder | None = None,
    *,
    label: int | None = None,
    seconds: float = 10.0,
    perceptual: Perceptual | None = None,
) -> Preset:
    """How to run for a wish of WISHES on `picture`, uint8 [H, W, 3], in so many seconds.

    What kind of picture it is, `encoder`, the model's own, tells at once: by the LPIPS at which it
    draws it. Without one it is taken for a stranger. Raises StudioError for an unknown wish.

    >>> import numpy as np
    >>> from models import load
    >>> choose("instant", load("avatars"), np.zeros((64, 64, 3), np.uint8)).seconds
    2.0
    """
    how = {"encoder": encoder, "label": label, "perceptual": perceptual}
    kind = None if encoder is None else kind_by(G, picture, **how)
    if kind is None:
        kind, encoder = "stranger", None
    found = preset(G.identity.name, wish, seconds=seconds, kind=kind)
    if found is None or (found.encoder and encoder is None):
        found = unmeasured(wish, G, encoder)
    return replace(found, seconds=min(seconds, QUICK) if wish == "instant" else seconds)


def restoring(G: Generator, tasks: Sequence[str], *, seconds: float = 10.0) -> Preset:
    """How to undo these tasks, names of TASKS, in so many seconds, or fewer where a longer search
    was worse: the winner for the first of them that was measured with this model.

    >>> from models import load
    >>> restoring(load("avatars-overparam"), ["super-resolution"]).method
    'ilo'
    """
    measured = (restorer(G.identity.name, task, seconds=seconds) for task in tasks)
    if (found := next((each for each in measured if each is not None), None)) is not None:
        return found
    return replace(unmeasured("restored", G, None), seconds=seconds)


def going_on(G: Generator, start: Codes) -> str:
    """The method that goes on from codes [1] where none is named: it searches what they hold."""
    guess = known(G, start)
    names = ("(w+, b)",) if start.noises is not None else ()
    name: str
    for name in (*names, "w+", "W+", "z"):
        row = find(name)
        if row.refuses(G) is None and begins_at(G, row.latents, guess):
            return name
    raise StudioError(f"No method of {G.identity.name} goes on from these codes.")


def kind_by(G: Generator, picture: Picture, **how: Any) -> str | None:
    """The kind of a picture, by the LPIPS at which the encoder draws it; None where its estimate is
    no more than the mean, so that nothing begins there."""
    try:
        estimate = invert(G, picture, "encoder", **how)
    except StudioError:
        return None
    distances = estimate.metrics.get(DISTANCE)
    return "stranger" if distances is None else kind_of(G.identity.name, distances[0])


def unmeasured(wish: str, G: Generator, encoder: Encoder | None) -> Preset:
    """What the papers let one expect of a model that is not in the table."""
    if wish == "instant" and encoder is not None:
        return Preset("encoder", encoder=True)
    served = (name for name in UNMEASURED[wish] if find(name).refuses(G) is None)
    return Preset(next(served), encoder=encoder is not None)
