"""`tune`: a found answer drawn nearer by fine-tuning the generator, and searches that end so."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inversion.drawn import Drawn, scored
from inversion.latents import Theta
from inversion.losses import L1, Loss, PerceptualLoss
from inversion.methods import METHODS
from inversion.operators.observation import observe
from inversion.pictures.images import to_uint8, to_weight
from inversion.problem import Evaluation, Problem
from inversion.result import Inversion
from inversion.run import Iterates, Run, memory_sentence, monotonic
from inversion.tuning.deltas import compress, expand
from inversion.tuning.problem import CHANGE, Changes, Tuning, Weights
from models import load_perceptual
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual


def tune(
    G: Generator,
    result: Inversion,
    tuning: Tuning | None = None,
    *,
    perceptual: Perceptual | None = None,
    losses: Sequence[Loss] | None = None,
    row: int = 0,
    budget: float | None = None,
    preview_every: int = 10,
) -> Iterates[Drawn]:
    """Fine-tunes the weights of `G` for one row of a result; yields an Iterate after every step.

    The Iterates have one row for each of the result's, the tuned one first. So has their result:
    that row is drawn by the tuned weights, the others as before. `G` itself is never changed;
    weights that the result was tuned to before are left behind. `losses` are those of the result's
    method when None. Ends as `solve` does, or once `tuning.until` is reached.

    Raises StudioError when `G` is not the result's, or there is no such row.

    >>> import numpy as np
    >>> from inversion import invert, tuned
    >>> from models import load
    >>> G = load("avatars")
    >>> found = invert(G, np.full((64, 64, 3), 128, np.uint8), steps=1, seeds=1)
    >>> *_, last = tune(G, found, Tuning(steps=3))
    >>> tuned(G, last.result().deltas, strength=0.5) is G
    False
    """
    result.check(G)
    if not 0 <= row < len(result):
        raise StudioError(f"There is no answer {row + 1}; this result holds {len(result)}.")
    problem = problem_of(G, result, perceptual, losses)
    return Tuned(problem, result, tuning or Tuning(), row, budget, preview_every).iterates()


def problem_of(
    G: Generator,
    result: Inversion,
    perceptual: Perceptual | None = None,
    losses: Sequence[Loss] | None = None,
) -> Problem:
    """What the codes of a result are held against: as in its search, but for its priors."""
    asked = result.target if result.measurement is None else result.measurement
    seen = observe(asked, G.resolution, device=G.device)
    return Problem(
        G=G,
        latents=Changes(result.codes),
        operator=seen.operator,
        y=seen.y,
        losses=tuple(losses or losses_of(result)),
        priors=(),
        perceptual=perceptual or load_perceptual("embedded", device=str(G.device)),
        weight=None if result.mask is None else to_weight(result.mask).to(G.device),
    )


def losses_of(result: Inversion) -> tuple[Loss, ...]:
    """What the result was searched by; pix2latent's where its method is not of METHODS."""
    if result.method not in METHODS:
        return (L1(), PerceptualLoss(10.0))
    method = METHODS[result.method]
    known = {name: result.settings[name] for name in method.knobs() if name in result.settings}
    return method.configure(known).losses


@dataclass(frozen=True)
class Tuned:
    """The run of a tuning on one row of what was found for `problem`."""

    problem: Problem
    found: Inversion
    tuning: Tuning
    row: int
    budget: float | None
    preview_every: int
    pictures: int | None = None
    clock: Callable[[], float] = monotonic

    @property
    def wanted(self) -> float:
        """The perceptual distance at which it ends."""
        return self.tuning.until * self.problem.perceptual.near

    def iterates(self) -> Iterates[Drawn]:
        order = [self.row, *(i for i in range(len(self.found)) if i != self.row)]
        codes = self.found.codes.apply(lambda x: x[order].to(self.problem.G.device))
        weights = Weights.around(self.problem, codes.apply(lambda x: x[:1]), self.tuning)
        with memory_sentence(len(order)), torch.no_grad():
            rngs = [torch.Generator().manual_seed(self.found.seeds[i]) for i in order]
            still = replace(weights.problem, latents=Changes(codes), priors=())
            zeros = weights.start(rngs).theta.items()
            unchanged = {name: Δ.expand(len(order), *Δ.shape[1:]) for name, Δ in zeros}
            others = still.evaluate(unchanged, 0.0, rngs)
        run = Run(
            problem=weights,
            solver=self.tuning.solver(),
            seeds=(self.found.seeds[self.row],),
            budget=self.budget,
            preview_every=self.preview_every,
            finish=partial(self._finish, order, weights, others),
            enough=lambda evaluation: nearness(weights, evaluation) <= self.wanted,
            pictures=self.pictures,
            clock=self.clock,
        )
        rest, zero = to_uint8(others.images)[1:], torch.zeros_like(others.total[:1])

        def beside(own: Tensor, theirs: Tensor) -> Tensor:
            return torch.cat([own, theirs.expand(len(order))[1:]])

        for it in run.iterates():
            yield replace(
                it,
                terms={k: beside(x, others.terms.get(k, zero)) for k, x in it.terms.items()},
                observed=beside(it.observed, others.observed),
                best=beside(it.best, others.observed),
                preview=None if it.preview is None else np.concatenate([it.preview, rest]),
                notes=self.found.notes + it.notes,
            )

    def _finish(
        self, order: list[int], weights: Weights, others: Evaluation, theta: Theta, **how: Any
    ) -> Drawn:
        """The tuned row first, scored as it is drawn by what the result keeps of the change."""
        problem, found = self.problem, self.found
        deltas = compress({name: Δ[0] for name, Δ in theta.items() if Δ.any()}) or None
        kept = theta | {name: Δ[None] for name, Δ in expand(deltas or {}, problem.G).items()}
        rng = torch.Generator().manual_seed(found.seeds[self.row])
        with torch.no_grad():
            evaluation = weights.evaluate(kept, 1.0, (rng,))
        note = (
            f"The weights were fine-tuned for seed {found.seeds[self.row]} in {how['steps']} steps"
        )
        if math.isfinite(near := nearness(weights, evaluation)):
            note += f" to a {problem.perceptual.name} of {near:.3g} (wanted: {self.wanted:.3g})"
        note += f"; they changed by {float(evaluation.terms[CHANGE][0]):.2f} %."
        answer = replace(
            found,
            codes=found.codes.apply(lambda x: x[order]),
            deltas=deltas,
            seeds=tuple(found.seeds[i] for i in order),
            losses=(float(evaluation.total[0]), *others.total[1:].tolist()),
            settings=found.settings | self.tuning.settings(),
            steps=found.steps + how["steps"],
            evaluations=found.evaluations + how["evaluations"],
            seconds=found.seconds + how["seconds"],
            notes=(*found.notes, *how["notes"], note),
        )
        return scored(answer, problem.G, problem.perceptual)


def nearness(weights: Weights, evaluation: Evaluation) -> float:
    """The perceptual distance of the first row; infinite where the measured numbers are no picture,
    or the losses do not look at it."""
    term = evaluation.terms.get(PerceptualLoss.key)
    scale = {loss.key: loss.weight for loss in weights.problem.losses}
    return math.inf if term is None else float(term.detach()[0]) / scale[PerceptualLoss.key]


def then_tuned(search: Run[Drawn], problem: Problem, tuning: Tuning) -> Iterates[Drawn]:
    """A search, then the tuning of its best seed; rows stay in the order of the seeds.

    The seconds and the pictures of `search` are those of both, shared out as the steps are.
    `evaluations` counts the pictures of the tuned seed.
    """
    total = search.solver.steps + tuning.steps
    share = search.solver.steps / total
    budget, pictures = search.budget, search.pictures
    own = None if budget is None else budget * share
    few = None if pictures is None else max(1, round(pictures * share))
    for it in replace(search, budget=own, pictures=few).iterates():
        part = share * it.seconds / max(it.seconds + it.seconds_left, 1e-9)
        yield replace(it, steps=total, seconds_left=it.seconds * (1 / max(part, 1e-9) - 1))
    found = it.result()
    order = [search.seeds.index(seed) for seed in found.seeds]
    before = it

    def placed(x: Tensor) -> Tensor:
        rows = torch.full((len(search.seeds),), torch.nan, device=x.device)
        rows[order] = x.to(rows)
        return rows

    left = None if budget is None else max(budget - before.seconds, 1e-3)
    more = None if pictures is None else max(pictures - before.evaluations, 1)
    how = (search.preview_every, more, search.clock)
    for it in Tuned(problem, found, tuning, 0, left, *how).iterates():
        preview = None
        if it.preview is not None and before.preview is not None:
            preview = before.preview.copy()
            preview[order] = it.preview
        yield replace(
            it,
            step=before.step + it.step,
            steps=total,
            evaluations=before.evaluations + it.evaluations,
            seconds=before.seconds + it.seconds,
            terms={name: placed(x) for name, x in it.terms.items()},
            observed=placed(it.observed),
            best=placed(it.best),
            preview=preview,
        )
