"""What a job is made of and what it yields: plain data that could be sent to another process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from inversion import Discovery, Inversion, Iterate
from inversion.drawn import Drawn
from inversion.pictures.images import Crop, Mask, Picture

Ending = Literal["done", "stopped", "failed"]


@dataclass(frozen=True)
class Job:
    """All that one run needs, and nothing that could not be sent to another process.

    `target` is the crop, uint8 [side, side, 3], `mask` the painted part of it, bool [side, side],
    `label` the class by number; None for all of it and for the nearest class. `encoder` is where
    the search begins, by its name in the catalog; `start` a file of codes that it goes on from.
    `budget` is how many seconds it may take, None where only the steps of `settings` end it. With a
    `wish`, a name of `inversion.presets.WISHES`, the method, its settings, seeds and start are
    those that were measured best for this model and picture, and `encoder` is one to ask. The run
    ends early once a file `stop` exists.
    """

    target: Picture
    model: str
    method: str
    seeds: int
    seed: int
    settings: dict[str, Any]
    perceptual: str = "embedded"
    mask: Mask | None = None
    label: int | None = None
    encoder: str | None = None
    budget: float | None = None
    wish: str | None = None
    stop: Path | None = None
    start: str | None = None


@dataclass(frozen=True)
class Outcome:
    """An answer and what it draws, uint8 [n, H, W, 3]; `how` it came to its end, in a sentence.

    `photo` and `crop` are where its target was cut out; None where that is not known. `strength`
    in [0, 1] is how much of the fine-tuning the pictures are drawn with. `discovery` is what was
    found besides, where an attribute was searched for.
    """

    result: Inversion
    pictures: NDArray[np.uint8]
    how: str
    ended: Ending = "done"
    photo: Picture | None = None
    crop: Crop | None = None
    strength: float = 1.0
    discovery: Discovery | None = None


@dataclass(frozen=True)
class TuneJob:
    """Fine-tuning of the generator for one row of an answer; otherwise as `Job`."""

    result: Inversion
    row: int
    settings: dict[str, Any]
    perceptual: str = "embedded"
    budget: float | None = None
    stop: Path | None = None

    @property
    def target(self) -> Picture:
        return self.result.target


@dataclass(frozen=True)
class Progress:
    """A moment of a run as plain numbers. Each list has one entry a seed, numbered by `seeds`.

    `done` is the part of the run that is over, in [0, 1]; `observed` the loss at this step, `trail`
    that of every step since the frame before; `preview` is uint8 [seeds, h, w, 3], at most 256
    pixels high; `outcome` comes with the last.
    """

    step: int
    steps: int
    seconds_left: float
    done: float
    seeds: tuple[int, ...]
    terms: dict[str, list[float]]
    observed: list[float]
    trail: list[list[float]]
    preview: NDArray[np.uint8]
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Loading:
    """A model is on its way; `fraction` in [0, 1] where the size of its download is known."""

    title: str
    fraction: float | None


Event = Loading | Progress


def frame(
    iterate: Iterate[Drawn],
    seeds: tuple[int, ...],
    trail: list[Tensor],
    preview: NDArray[np.uint8],
    outcome: Outcome | None = None,
) -> Progress:
    """The Iterate as plain numbers; `trail` holds the losses [seeds] of the steps up to it."""
    return Progress(
        step=iterate.step,
        steps=iterate.steps,
        seconds_left=iterate.seconds_left,
        done=iterate.seconds / max(iterate.seconds + iterate.seconds_left, 1e-9),
        seeds=seeds,
        terms={name: term.tolist() for name, term in iterate.terms.items()},
        observed=iterate.observed.tolist(),
        trail=torch.stack(trail).tolist() if trail else [],
        preview=reduced(preview, 256 if len(seeds) <= 4 else 128),
        outcome=outcome,
    )


def reduced(pictures: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """uint8 [n, H, W, 3], each at most `side` pixels high."""
    height, width = pictures.shape[1:3]
    if height <= side:
        return pictures
    size = (side * width // height, side)
    return np.stack([np.asarray(Image.fromarray(each).resize(size)) for each in pictures])
