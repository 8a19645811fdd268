"""`compare`: one scheduler over the streams of several methods, which steps whichever is behind."""

from __future__ import annotations

from collections.abc import Generator as Stream
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from inversion.comparison.entry import Entry
from inversion.comparison.lane import Judge, Lane
from inversion.comparison.standing import TERMS, Standing, Terms
from inversion.methods import Method
from inversion.metrics import MEASUREMENT_ERROR
from inversion.operators.degradation import Degradation, What
from inversion.operators.measurement import Measurement
from inversion.operators.observation import observe
from inversion.operators.request import for_network
from inversion.pictures.images import Crop, Mask, Source, as_picture, to_uint8
from inversion.pictures.masks import crop_mask
from inversion.solve import MAX_SEEDS
from models import load_perceptual
from models.encoders.encoder import Encoder
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

MOST = 16  # cells of a race
Standings = Stream[Standing, None, None]  # closing it stops the race


def compare(
    G: Generator,
    image: Source | Measurement,
    methods: Sequence[str | Method | Entry],
    *,
    budget: float = 10.0,
    equal: Terms = "seconds",
    task: What = "projection",
    degradation: Degradation | None = None,
    mask: Mask | None = None,
    encoder: Encoder | None = None,
    seeds: int = 1,
    seed: int = 0,
    perceptual: Perceptual | None = None,
    preview_every: int = 10,
) -> Standings:
    """Races methods on one picture; yields a Standing at first and after every step of any of them.

    `methods` are rows of METHODS, their names, wishes, or `Entry`s, which may bring a generator of
    their own. What is behind by the terms is stepped next: each cell has `budget` seconds, pictures
    drawn for each seed, or steps, as `equal` says, and is never ahead of another that runs by more
    than a step of its own. Seconds are charged to a cell only while it is stepped; its preparation,
    an encoder's estimate among it, counts. A method may be done before its budget is.

    `image`, `task`, `degradation`, `mask`, `seeds`, `seed`, `perceptual` and `preview_every` are as
    `solve` takes them, and the same for every cell: the answer of each is that of the method alone
    with this seed and, in pictures or steps, this budget. `encoder` is for those that begin at one.

    A method that fails, or that cannot serve its generator, is a cell with a sentence, and the race
    goes on. Closing the stream stops it; `settled` of the last Standing has the best of every cell.
    Raises StudioError, before anything runs, for what no cell could run with.

    >>> from inversion.pictures import to_uint8
    >>> from models import load
    >>> G = load("avatars")
    >>> photo = to_uint8(G.generate(G.sample_z(1)))[0]
    >>> for standing in compare(G, photo, ["w", "W"], budget=3, equal="steps"):
    ...     pass
    >>> [(cell.state, cell.step) for cell in standing.cells]
    [('done', 3), ('failed', 0)]
    >>> standing.cells[1].sentence
    'W (overparameterized) searches W, which avatars lacks.'
    >>> standing.cells[0].answer().result.render(G).shape
    (1, 64, 64, 3)
    """
    if equal not in TERMS:
        raise StudioError(f"There are no equal {equal!r}; choose {', '.join(TERMS)}.")
    if not np.isfinite(budget) or budget <= 0:
        raise StudioError(f"The budget is {budget!r}; it must be a number above 0.")
    if not 1 <= len(methods) <= MOST:
        raise StudioError(f"Choose 1 to {MOST} methods to compare; these are {len(methods)}.")
    if not 1 <= seeds <= MAX_SEEDS:
        raise StudioError(f"seeds is {seeds}; it must lie between 1 and {MAX_SEEDS}.")
    asked = Degradation.of(task, degradation)
    if mask is not None and (asked.keys != ("projection",) or isinstance(image, Measurement)):
        raise StudioError("A mask of the object is for projection; a hole is `hidden`.")
    distance = perceptual or load_perceptual("embedded", device=str(G.device))
    whole = image if isinstance(image, Measurement) else as_picture(image, smallest=1)
    entries = [Entry.of(method) for method in methods]
    networks = [entry.G or G for entry in entries]

    @cache
    def judged(network: Generator) -> Judge:
        """What a network is given, and how near an answer is."""
        side, device = network.resolution, str(network.device)
        if isinstance(whole, Measurement):
            return Judge(observe(whole, side, asked, device), distance)
        seen, part, suffered = for_network(network, whole, mask, asked)
        painted = None if part is None else crop_mask(part, seen, Crop(), side)
        return Judge(observe(seen, side, suffered, device), distance, painted)

    def lane(entry: Entry, network: Generator) -> Lane:
        def judge() -> Judge:
            return judged(network)

        options: dict[str, Any] = {"seeds": seeds, "seed": seed, "preview_every": preview_every}
        options |= {"encoder": encoder, "mask": mask}
        picture = None if mask is None or isinstance(whole, Measurement) else whole
        return Lane(entry, network, judge, equal, budget, options, picture)

    first = judged(G)  # raises what is wrong with the picture
    lanes = [lane(entry, network) for entry, network in zip(entries, networks, strict=True)]
    seen = first.seen
    return _race(
        lanes,
        Standing(
            cells=tuple(lane.cell for lane in lanes),
            equal=equal,
            budget=budget,
            nearest_by=first.first.name if first.known else MEASUREMENT_ERROR,
            target=seen.target if seen.measurement is None else to_uint8(seen.view)[0],
            truth=seen.target if first.known else None,
        ),
    )


def _race(lanes: Sequence[Lane], standing: Standing) -> Standings:
    try:
        yield standing
        while running := [i for i, lane in enumerate(lanes) if lane.running]:
            turn = min(running, key=lambda i: lanes[i].used)
            lanes[turn].step()
            yield replace(standing, cells=tuple(lane.cell for lane in lanes), turn=turn)
    finally:
        for lane in lanes:
            lane.close()
