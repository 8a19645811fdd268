"""`solve` and `invert`: picture, generator and method in; Iterates or an Inversion out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from inversion.classes import class_for
from inversion.images import Crop, Mask, Picture, check_size, read, to_tensor, to_weight
from inversion.latents import Guess, Theta, placement_for
from inversion.methods import Method, find
from inversion.operators import TASKS
from inversion.problem import Problem
from inversion.result import Inversion, conclude
from inversion.run import Iterate, Run
from models import load_perceptual
from models.errors import StudioError
from models.generator import Generator
from models.perceptual import Perceptual

MAX_SEEDS = 64
Source = Picture | Image.Image | str | Path


def solve(
    G: Generator,
    image: Source,
    method: str | Method = "w+",
    *,
    task: str = "projection",
    mask: Mask | None = None,
    label: int | None = None,
    seeds: int = 4,
    seed: int = 0,
    steps: int | None = None,
    budget: float | None = None,
    settings: Mapping[str, Any] | None = None,
    perceptual: Perceptual | None = None,
    preview_every: int = 10,
) -> Iterator[Iterate]:
    """Searches for the codes that make `G` draw `image`; yields an Iterate after every step.

    `image` is RGB uint8 [H, W, 3], a PIL image or a file; of another size than the generator's, its
    centre square is taken. `method` is a row of METHODS, `settings` its knobs by name. The `seeds`
    runs numbered seed, seed + 1, … go as one batch, each as if it ran alone. The run ends after
    `steps` (the method's own number when None) or `budget` seconds, whichever is first.
    `mask`, bool [H, W] of the picture's size, says where the object is that is asked for; without
    one all counts. `label` is the class of a class-conditional generator, by number; when None, the
    class whose pictures are nearest is taken.
    `perceptual` is the distance to use, the embedded one when None. Closing the stream stops it.

    Raises StudioError for a bad argument, a generator that the method cannot serve, or when memory
    runs out; whatever was yielded before stays good.
    """
    if task not in TASKS:
        raise StudioError(f"There is no task {task!r}; there is {', '.join(TASKS)}.")
    if not 1 <= seeds <= MAX_SEEDS:
        raise StudioError(f"seeds is {seeds}; it must lie between 1 and {MAX_SEEDS}.")
    row = (find(method) if isinstance(method, str) else method).configure(settings or {})
    if steps is not None:
        row = row.lasting(steps)
    if (reason := row.refuses(G)) is not None:
        raise StudioError(reason)
    target = fit(image, G.resolution)
    painted = None if mask is None else fit_mask(mask, image, target)
    distance = perceptual or load_perceptual("embedded", device=str(G.device))
    y = to_tensor(target).to(G.device)
    weight = None if painted is None else to_weight(painted).to(G.device)
    problem = Problem(
        G=G,
        latents=row.latents,
        operator=TASKS[task](),
        y=y,
        losses=row.losses,
        priors=row.priors,
        perceptual=distance,
        weight=weight,
        guess=Guess(
            c=class_for(G, y, distance, weight, label),
            placement=None if painted is None else placement_for(painted, G.box),
        ),
    )
    name = method if isinstance(method, str) else method.title
    numbers = tuple(range(seed, seed + seeds))

    def finish(theta: Theta, **how: Any) -> Inversion:
        with torch.no_grad():
            codes = row.latents.codes(G, theta)
        how |= {"method": name, "settings": row.settings()}
        return conclude(G, codes, target, distance, painted, **how)

    return Run(problem, row.solver, numbers, budget, preview_every, finish).iterates()


def invert(G: Generator, image: Source, method: str | Method = "w+", **options: Any) -> Inversion:
    """`solve` to its end: the Inversion, best seed first. Takes the same options."""
    for iterate in solve(G, image, method, **options):  # noqa: B007  # the last one is wanted
        pass
    return iterate.result()


def fit_mask(mask: Mask, image: Source, target: Picture) -> Mask:
    """A mask of the picture's size, cropped and scaled with it: bool, of the target's size.

    Raises StudioError when it has another size or selects nothing.
    """
    mask = np.asarray(mask)
    if isinstance(image, str | Path):
        image = read(image)
    size = np.asarray(image).shape[:2]
    if mask.ndim != 2 or mask.shape != size:
        raise StudioError(
            f"The mask is {' × '.join(map(str, mask.shape))}, the picture {size[0]} × {size[1]} "
            "pixels (height × width); they must have one size, and the mask one channel."
        )
    levels = np.repeat((mask > 0).astype(np.uint8)[..., None] * 255, 3, axis=2)
    painted = fit(levels, len(target))[..., 0] >= 128
    if not painted.any():
        raise StudioError("The mask selects nothing of the picture. Paint over the object.")
    return painted


def fit(image: Source, size: int) -> Picture:
    """The centre square of a picture as uint8 [size, size, 3]; unchanged when it has that size."""
    if isinstance(image, str | Path):
        image = read(image)
    picture = np.asarray(image.convert("RGB") if isinstance(image, Image.Image) else image)
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise StudioError("A picture must be RGB uint8 [height, width, 3], a PIL image or a file.")
    if picture.shape[:2] == (size, size):
        return picture
    check_size(picture.shape[1], picture.shape[0])
    return Crop().apply(picture, size)
