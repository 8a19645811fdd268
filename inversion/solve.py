"""`solve` and `invert`: picture, generator and method in; Iterates or an Inversion out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from inversion.drawn import Drawn, conclude
from inversion.initial_guess import guess_for
from inversion.latents import Codes, Theta, placement_for
from inversion.methods import Method, find
from inversion.operators.degradation import Degradation, What
from inversion.operators.measurement import Measurement
from inversion.operators.observation import Observation, observe
from inversion.operators.request import for_network
from inversion.pictures import frames
from inversion.pictures.images import Crop, Source, read, to_weight
from inversion.pictures.masks import crop_mask, read_mask
from inversion.problem import Problem
from inversion.result import Inversion
from inversion.run import Iterates, Run, monotonic
from inversion.solvers.chunked import max_batch
from inversion.tune import then_tuned
from models import load_perceptual
from models.encoders.encoder import Encoder
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

MAX_SEEDS = 64


def solve(
    G: Generator,
    image: Source | Tensor | Measurement | Observation,
    method: str | Method = "w+",
    *,
    task: What = "projection",
    degradation: Degradation | None = None,
    mask: Source | None = None,
    label: int | None = None,
    encoder: Encoder | None = None,
    start: Codes | None = None,
    seeds: int = 4,
    seed: int = 0,
    steps: int | None = None,
    budget: float | None = None,
    pictures: int | None = None,
    settings: Mapping[str, Any] | None = None,
    perceptual: Perceptual | None = None,
    preview_every: int = 10,
    clock: Callable[[], float] = monotonic,
) -> Iterates[Drawn]:
    """Searches for the codes that make `G` draw `image`; yields an Iterate after every step.

    `image` is whatever `inversion.pictures.read` takes but a tensor: a file, an array, a PIL image;
    of another size than the generator's, its centre square is taken. `method` is a row of METHODS,
    `settings` its knobs by name. The `seeds` runs numbered seed, seed + 1, … go as one batch, each
    as if it ran alone. The run ends after `steps` (the method's own number when None), `budget`
    seconds as `clock` tells them, or `pictures` drawn for each seed, whichever is first.
    `mask`, bool [H, W] of the picture's shape or what `read_mask` takes, says where the object is
    that is asked for; without one all counts. `label` is the class of a class-conditional
    generator, by number; when None, the class whose pictures are nearest is taken.
    The search begins at what `encoder` (`models.load_encoder`) estimates, if there is one: z around
    it with variance 0.5, w and w+ at it; its class is taken when there is no `label`. Or it goes on
    from `start`, codes of one row that were found before (`inversion.exchange` reads them).
    `perceptual` is the distance to use, the embedded one when None. Closing the stream stops it.

    `degradation` is what the picture suffered; `task` alone, a row of TASKS or its name, several,
    or a deepinv `Physics`, is short for `Degradation(task)`. A clean `image` is degraded so; only
    that gives more metrics than the measurement error. An `image` that was observed, or a
    `Measurement`, brings its own.

    Raises StudioError for a bad argument, a generator that the method cannot serve, or when memory
    runs out; whatever was yielded before stays good.

    >>> from inversion.pictures import to_uint8
    >>> from models import load
    >>> G = load("avatars")
    >>> photo = to_uint8(G.generate(G.sample_z(1)))[0]
    >>> for iterate in solve(G, photo, "w+", seeds=2, steps=3):
    ...     print(iterate.step, sorted(iterate.terms), tuple(iterate.best.shape))
    1 ['mse', 'perceptual'] (2,)
    2 ['mse', 'perceptual'] (2,)
    3 ['mse', 'perceptual'] (2,)
    >>> iterate.result().render(G).shape
    (2, 64, 64, 3)
    """
    if not 1 <= seeds <= MAX_SEEDS:
        raise StudioError(f"seeds is {seeds}; it must lie between 1 and {MAX_SEEDS}.")
    row = (find(method) if isinstance(method, str) else method).configure(settings or {})
    if steps is not None:
        row = row.with_steps(steps)
    if (reason := row.refuses(G, encoder)) is not None:
        raise StudioError(reason)
    suffered = Degradation.of(task, degradation)
    said = G.notes
    odd = G.grey or not frames.is_square(G)
    if odd and not isinstance(image, Tensor | Measurement | Observation):
        painted_on = None if mask is None else read_mask(mask)
        image, mask, suffered = for_network(G, read(image, 1), painted_on, suffered)
        said += frames.notes(G)
    seen = observe(image, G.resolution, suffered, G.device)
    target, view = seen.target, seen.view
    painted = None
    if mask is not None:
        if seen.measurement is not None or isinstance(image, Tensor | Measurement | Observation):
            raise StudioError("A mask of the object is for projection; a hole is `hidden`.")
        painted = crop_mask(mask, read(image), Crop(), len(target))
    distance = perceptual or load_perceptual("embedded", device=str(G.device))
    weight = None if painted is None else to_weight(painted).to(G.device)
    guess = guess_for(G, row, view, distance, weight, label, encoder, start)
    problem = Problem(
        G=G,
        latents=row.latents,
        operator=seen.operator,
        y=seen.y,
        losses=row.losses,
        priors=row.priors,
        perceptual=distance,
        weight=weight,
        encoder=encoder,
        guess=replace(
            guess,
            placement=guess.placement if painted is None else placement_for(painted, G.box),
        ),
    )
    name = method if isinstance(method, str) else method.title
    numbers = tuple(range(seed, seed + (1 if row.alike else seeds)))
    notes = said + tuple(
        f"The {key} loss cannot look at these measured numbers, so it was left out."
        for key in problem.left_out()
    )
    if len(numbers) < seeds:
        notes += ("Every seed of this method would be alike, so that one was run.",)

    def finish(theta: Theta, **how: Any) -> Drawn:
        with torch.no_grad():
            codes = row.latents.codes(G, theta)
        how |= {"method": name, "settings": row.settings(), "measurement": seen.measurement}
        how["notes"] += notes
        return conclude(G, codes, target, distance, painted, **how)

    search = Run(
        problem,
        row.solver,
        numbers,
        budget,
        preview_every,
        finish,
        most=max_batch(G),
        pictures=pictures,
        clock=clock,
    )
    if row.tuning is None:
        return search.iterates()
    return then_tuned(search, problem, row.tuning)


def invert(
    G: Generator,
    image: Source | Tensor | Measurement | Observation,
    method: str | Method = "w+",
    **options: Any,
) -> Inversion:
    """`solve` to its end: the Inversion, best seed first. Takes the same options.

    >>> from inversion.pictures import to_uint8
    >>> from models import load
    >>> G = load("avatars")
    >>> photo = to_uint8(G.generate(G.sample_z(1)))[0]
    >>> result = invert(G, photo, "ilo", task="super-resolution", seeds=2, steps=4)
    >>> result.measurement.picture().shape, len(result.metrics["measurement error"])
    ((64, 64, 3), 2)
    """
    for iterate in solve(G, image, method, **options):  # noqa: B007  # the last one is wanted
        pass
    return iterate.result()
