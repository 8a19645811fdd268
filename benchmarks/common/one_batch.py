"""Several pictures inverted as one batch, a row each, by the parts that `solve` puts together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inversion.initial_guess import guess_for
from inversion.latents import Theta
from inversion.methods import Method
from inversion.metrics import score
from inversion.operators import Operator
from inversion.operators.operator import Identity
from inversion.pictures.images import Picture, fit, read, to_tensor, to_uint8
from inversion.problem import Problem
from inversion.run import Run
from models.encoders.encoder import Encoder
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from training.perceptual.pictures import Scans

ENDLESS = 20_000  # steps of a run that its budget of seconds ends


@dataclass(frozen=True)
class Found:
    """PSNR and perceptual distance of every picture's answer, [n] each, and what it took."""

    psnr: list[float]
    distance: list[float]
    steps: int
    seconds: float


def together(
    G: Generator,
    pictures: Tensor,
    row: Method,
    perceptual: Perceptual,
    *,
    operator: Operator | None = None,
    encoder: Encoder | None = None,
    budget: float | None = None,
    seed: int = 0,
) -> Found:
    """Inverts pictures [n, 3, H, W] in [-1, 1], picture i by seed + i, from what `operator` leaves
    of them; each is scored on the best of its own run, against the picture, at 8 bits.

    A run with a `budget` in seconds takes as many steps as it can, its ramps over the budget.
    """
    n = len(pictures)
    A = operator or Identity(tuple(pictures.shape[1:]))
    noise = [torch.Generator().manual_seed(1000 + seed + i) for i in range(n)]
    with torch.no_grad():
        y = torch.cat([A.noise(A(x[None]), rng) for x, rng in zip(pictures, noise, strict=True)])
        guess = guess_for(G, row, A.picture(y), perceptual, encoder=encoder)
    row = row if budget is None or row.one_answer else row.with_steps(ENDLESS)
    problem = Problem(
        G=G,
        latents=row.latents,
        operator=A,
        y=y,
        losses=row.losses,
        priors=row.priors,
        perceptual=perceptual,
        guess=guess,
        encoder=encoder,
    )
    best: list[Theta] = []

    def finish(theta: Theta, *, seeds: Sequence[int], **how: Any) -> Any:
        order = torch.tensor(seeds).argsort()
        best.append({name: x[order] for name, x in theta.items()})

    began = time.monotonic()
    numbers = tuple(range(seed, seed + n))
    for last in Run(problem, row.solver, numbers, budget, ENDLESS, finish).iterates():  # noqa: B007
        pass
    seconds = time.monotonic() - began
    last.drawn()
    with torch.no_grad():
        drawn = to_tensor(to_uint8(row.latents.codes(G, best[0]).synthesize(G)))
    scores = [score(drawn[i : i + 1], pictures[i : i + 1], perceptual) for i in range(n)]
    return Found(
        [each["PSNR"][0] for each in scores],
        [each[perceptual.judge.name][0] for each in scores],
        last.step,
        seconds,
    )


def pictures_of(path: Path, count: int, size: int) -> Tensor:
    """Up to `count` pictures [n, 3, size, size] in [-1, 1]: the held-out scans (test/) of a zip, or
    the centre squares of the photos in a folder. Raises StudioError where there are none."""
    if path.suffix == ".zip":
        return Scans(path, held_out=True, most=count).draw(
            count, size, torch.Generator().manual_seed(0)
        )
    if not path.is_dir():
        raise StudioError(f"{path} is neither a folder of photos nor a zip of scans.")
    files = sorted(f for f in path.iterdir() if f.suffix.lower() in {".jpg", ".jpeg", ".png"})
    if not files:
        raise StudioError(f"{path} holds no photos (.jpg, .png).")
    squares: list[Picture] = [fit(read(file), size) for file in files[:count]]
    return torch.cat([to_tensor(square) for square in squares])


def named_path(text: str) -> tuple[str, Path]:
    """An argument "name=path"."""
    name, _, path = text.rpartition("=")
    return name or Path(path).stem, Path(path)
