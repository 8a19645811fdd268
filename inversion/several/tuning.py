"""`tune_together`: one fine-tuning of the generator for the answers to several pictures (multi-ID
PTI, Roich et al. 2022, section 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from inversion.drawn import Drawn, scored
from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.result import Inversion
from inversion.run import Iterates, Run, memory_sentence
from inversion.tune import nearness, problem_of
from inversion.tuning.deltas import compress, expand
from inversion.tuning.problem import Tuning, Weights
from models import load_perceptual
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

MOST = 64  # pictures of one fine-tuning


@dataclass(frozen=True, eq=False)
class Together(Drawn):
    """The answer to every picture, in their order, each drawn by the weights that all share; its
    own result and pictures are those of the first."""

    each: tuple[Drawn, ...] = ()


@dataclass(frozen=True)
class SharedWeights:
    """The problem of weights that draw several pictures: the mean of their losses, and one penalty.
    Memory grows with their number, since a step looks at all."""

    parts: tuple[Weights, ...]

    def start(self, rngs: Sequence[torch.Generator]) -> Start:
        """No change, of the weights that any of the pictures depends on: all depend on the same."""
        return self.parts[0].start(rngs)

    def evaluate(
        self,
        theta: Theta,
        t: float,
        rngs: Sequence[torch.Generator],
        seeds: Sequence[int] | None = None,
    ) -> Evaluation:
        found = [part.evaluate(theta, t, rngs, seeds) for part in self.parts]
        names = {name for each in found for name in each.terms}

        def mean(parts: list[Tensor]) -> Tensor:
            return torch.stack(parts).mean(0)

        return replace(
            found[0],
            terms={n: mean([e.terms[n] for e in found if n in e.terms]) for n in sorted(names)},
            observed=mean([each.observed for each in found]),
            total=mean([each.total for each in found]),
            drawn=sum(each.drawn for each in found),
        )

    def constrain(self, theta: Theta, t: float = 1.0) -> Theta:
        return theta


def tune_together(
    G: Generator,
    results: Sequence[Inversion],
    tuning: Tuning | None = None,
    *,
    perceptual: Perceptual | None = None,
    budget: float | None = None,
    preview_every: int = 10,
) -> Iterates[Together]:
    """Fine-tunes the weights of `G` once for the best answers of several results, and yields an
    Iterate after every step; `drawn()` has each result, its best answer alone, with the change that
    all share. Ends as `tune` does, the aim being the mean distance.

    Raises StudioError where there is no result, or one of another model.

    >>> import numpy as np
    >>> from inversion import invert
    >>> from models import load
    >>> G = load("avatars")
    >>> greys = [np.full((64, 64, 3), level, np.uint8) for level in (90, 160)]
    >>> found = [invert(G, grey, steps=1, seeds=1) for grey in greys]
    >>> *_, last = tune_together(G, found, Tuning(steps=2))
    >>> len(last.drawn().each)
    2
    """
    if not 1 <= len(results) <= MOST:
        raise StudioError(
            f"These are {len(results)} answers; one fine-tuning is for 1 to {MOST} pictures."
        )
    tuning = tuning or Tuning()
    distance = perceptual or load_perceptual("embedded", device=str(G.device))
    best = [result.answer(0) for result in results]
    for result in best:
        result.check(G)
    with memory_sentence(len(best)):
        first = _weights(G, best[0], tuning, distance)
        copied = first.problem.G
        parts = (first, *(_weights(G, x, tuning, distance, copied) for x in best[1:]))
    wanted = tuning.until * distance.near
    run = Run(
        problem=SharedWeights(parts),
        solver=tuning.solver(),
        seeds=(best[0].seeds[0],),
        budget=budget,
        preview_every=preview_every,
        finish=partial(_finish, parts, best, tuning, distance),
        enough=lambda evaluation: nearness(parts[0], evaluation) <= wanted,
    )
    return run.iterates()


def _weights(
    G: Generator,
    result: Inversion,
    tuning: Tuning,
    distance: Perceptual,
    copied: Generator | None = None,
) -> Weights:
    """The problem of the weights for one answer; `copied` is the copy that the others change."""
    codes = result.codes.apply(lambda x: x.to(G.device))
    return Weights.around(problem_of(G, result, distance), codes, tuning, copied)


def _finish(
    parts: Sequence[Weights],
    best: Sequence[Inversion],
    tuning: Tuning,
    distance: Perceptual,
    theta: Theta,
    **how: Any,
) -> Together:
    """Every answer with the change that all share."""
    G = parts[0].problem.G
    deltas = compress({name: Δ[0] for name, Δ in theta.items() if Δ.any()}) or None
    kept = theta | {name: Δ[None] for name, Δ in expand(deltas or {}, G).items()}
    note = f"The weights were fine-tuned for {len(best)} pictures together in {how['steps']} steps."
    each = []
    for weights, result in zip(parts, best, strict=True):
        rng = torch.Generator().manual_seed(result.seeds[0])
        with torch.no_grad():
            loss = float(weights.evaluate(kept, 1.0, (rng,)).total[0])
        answer = replace(
            result,
            deltas=deltas,
            losses=(loss,),
            settings=result.settings | tuning.settings(),
            steps=result.steps + how["steps"],
            seconds=result.seconds + how["seconds"],
            evaluations=result.evaluations + how["evaluations"],
            notes=(*result.notes, *how["notes"], note),
        )
        each.append(scored(answer, G, distance))
    return Together(each[0].result, each[0].pictures, tuple(each))
