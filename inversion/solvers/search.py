"""The transformation search of pix2latent: CMA over where the object is, Adam over what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inversion.knobs import Knob, knob
from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.solvers.adam import Adam, AdamState
from inversion.solvers.base import Constraint, Objective, Solver
from inversion.solvers.cma import Distribution
from inversion.solvers.population import WORST, best_of_each, flat
from inversion.solvers.then import Staged
from models.devices import like
from models.errors import StudioError

TRANSFORM = {"t": 3, "colour": 5}  # tensors of θ that say where and in which colours, their widths
CARRIED_VARIANCE = 0.5  # z ~ N(mean of the last iteration's z, 0.5·I) (pix2latent, appendix D)


@dataclass
class Generation:
    """CMA's candidates, those of a seed in a row: their transforms, and the Adam of their codes."""

    transform: Theta
    adam: AdamState
    lowest: Tensor  # of each candidate's losses so far
    descended: int = 0


@dataclass
class TransformsState:
    """One CMA a seed; `carried` is the mean code with which a seed's next candidates begin."""

    start: Start
    strategies: list[Distribution]
    carried: Theta
    trust: list[float]
    generation: Generation | None = None


@dataclass(frozen=True)
class Transforms(Solver):
    """CMA over the transforms, `outer` generations; each candidate's code descends for `inner`
    steps. A step is one of all candidates of all seeds, and gives the best of each seed."""

    key = "transforms"
    outer: int
    inner: int
    lr: float

    @property
    def steps(self) -> int:
        return self.outer * self.inner

    def init(self, start: Start) -> TransformsState:
        n, centre = len(start.rngs), _transform(start.centre)
        if not centre:
            raise StudioError("The transformation search needs a placement or colours to search.")
        mean = flat(torch.cat(list(centre.values()), 1))[0]
        λ = 4 + math.floor(3 * math.log(mean.size))
        # z begins around its mean, c at its class; codes without a unit Gaussian where they start
        carried = {
            name: start.centre[name].repeat_interleave(n, 0) if name in ("z", "c") else x
            for name, x in _code(start.theta).items()
        }
        strategies = [Distribution(mean, 1.0, λ, rng) for rng in start.rngs]
        return TransformsState(start, strategies, carried, [1.0] * n)

    def step(
        self, state: TransformsState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        generation = state.generation = state.generation or self._generation(state, constrain)
        evaluation = self._adam().step(
            generation.adam, held(objective, generation.transform), constrain, t
        )
        losses = evaluation.total.detach().nan_to_num(torch.inf, torch.inf)
        generation.lowest = torch.minimum(generation.lowest, losses)
        generation.descended += 1
        if generation.descended == self.inner:
            self._tell(state, generation, evaluation.theta)
        return best_of_each(evaluation, len(state.strategies))

    def restart(self, state: TransformsState, seeds: Sequence[int], theta: Theta) -> None:
        for i in seeds:
            state.trust[i] /= 2
        if state.generation is not None:
            k = len(state.generation.lowest) // len(state.strategies)
            rows = [k * i + j for i in seeds for j in range(k)]
            code = {name: x.repeat_interleave(k, 0) for name, x in _code(theta).items()}
            self._adam().restart(state.generation.adam, rows, code)

    def _adam(self) -> Adam:
        return Adam(lr=self.lr, ramp_up=0.0, ramp_down=0.0)

    def _generation(self, state: TransformsState, constrain: Constraint) -> Generation:
        """A transform for each of CMA's candidates, and a code for each to begin with."""
        start, k = state.start, state.strategies[0].λ
        asked = np.concatenate([strategy.ask() for strategy in state.strategies])
        names = _transform(start.centre)
        rows = like(torch.from_numpy(asked), next(iter(start.theta.values())))
        parts = rows.split([TRANSFORM[name] for name in names], 1)
        code = {name: x.repeat_interleave(k, 0) for name, x in state.carried.items()}
        if "z" in code:
            code["z"] = code["z"] + math.sqrt(CARRIED_VARIANCE) * torch.cat(
                [_normal((k, *code["z"].shape[1:]), rng).to(rows.device) for rng in start.rngs]
            )
        adam = self._adam().init(_without_transform(start, constrain(code)))
        adam.trust = [trust for trust in state.trust for _ in range(k)]
        lowest = torch.full((len(rows),), torch.inf, device=rows.device)
        return Generation(dict(zip(names, parts, strict=True)), adam, lowest)

    def _tell(self, state: TransformsState, generation: Generation, theta: Theta) -> None:
        """Each CMA learns its candidates' losses; the mean of their codes θ is carried on."""
        n = len(state.strategies)
        asked = np.split(flat(torch.cat(list(generation.transform.values()), 1)), n)
        losses = np.split(generation.lowest.cpu().double().numpy(), n)
        for strategy, points, loss in zip(state.strategies, asked, losses, strict=True):
            if (known := np.isfinite(loss)).any():
                strategy.tell(points, np.where(known, loss, WORST))
        for name, x in _code(theta).items():
            if name != "c":
                rows = x.detach().unflatten(0, (n, -1))
                usable = rows.flatten(2).isfinite().all(2)[(..., *[None] * (rows.dim() - 2))]
                mean = rows.where(usable, 0.0).sum(1) / usable.sum(1).clamp(min=1)
                state.carried[name] = mean
        state.generation = None


@dataclass
class HeldState:
    transform: Theta
    solver: Any


@dataclass(frozen=True)
class Held(Solver):
    """`solver` over the code alone; the transforms stay where the start has them."""

    key = "held"
    solver: Solver

    @property
    def steps(self) -> int:
        return self.solver.steps

    def init(self, start: Start) -> HeldState:
        state = self.solver.init(_without_transform(start, start.theta))
        return HeldState(_transform(start.theta), state)

    def step(
        self, state: HeldState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        return self.solver.step(state.solver, held(objective, state.transform), constrain, t)

    def restart(self, state: HeldState, seeds: Sequence[int], theta: Theta) -> None:
        self.solver.restart(state.solver, seeds, _code(theta))


@dataclass(frozen=True)
class Search(Staged):
    """Outer CMA over placement and colour, inner Adam over the code; then the transform of the
    lowest loss is held, and `final` searches the code from there (pix2latent, section 3.4 and
    appendices A and D).

    A candidate's loss is its lowest in `inner` steps. All candidates of all seeds are one batch.
    """

    key = "search"
    outer: int = knob(30, "rounds in which new places are tried", low=1, high=200)
    inner: int = knob(30, "steps of Adam for each place", low=1, high=200)
    lr: float = knob(0.05, "how large these steps are", low=1e-5, high=1)
    final: Solver = Adam(steps=500, lr=0.05, ramp_up=0.0, ramp_down=0.0)

    @property
    def stages(self) -> tuple[Solver, Solver]:
        return Transforms(self.outer, self.inner, self.lr), Held(self.final)

    @property
    def steps(self) -> int:
        return self.outer * self.inner + self.final.steps

    def with_steps(self, steps: int) -> Search:
        """The outer and inner steps keep their ratio; a shorter run spends a smaller part of its
        steps on generations, which are what takes time."""
        f = steps / self.steps
        outer, inner = (max(1, round(min(f**0.75, f**0.5) * x)) for x in (self.outer, self.inner))
        final = self.final.with_steps(max(1, steps - outer * inner))
        return replace(self, outer=outer, inner=inner, final=final)

    def knobs(self) -> dict[str, Knob]:
        return super().knobs() | self.final.knobs()

    def configure(self, settings: Mapping[str, Any]) -> Search:
        own = {name: x for name, x in settings.items() if name.startswith(f"{self.key}.")}
        return replace(super().configure(own), final=self.final.configure(settings))


def held(objective: Objective, fixed: Theta) -> Objective:
    """The objective of θ without `fixed`, whose rows, one a seed or candidate, are put in."""

    def whole(theta: Theta, /, seeds: Sequence[int] | None = None) -> Evaluation:
        n = len(next(iter(theta.values())))
        rows = fixed if seeds is None else {name: x[list(seeds)] for name, x in fixed.items()}
        repeated = {name: x.repeat_interleave(n // len(x), 0) for name, x in rows.items()}
        return objective({**theta, **repeated}, seeds=seeds)

    return whole


def _transform(theta: Theta) -> Theta:
    return {name: theta[name] for name in TRANSFORM if name in theta}


def _code(theta: Theta) -> Theta:
    return {name: x for name, x in theta.items() if name not in TRANSFORM}


def _without_transform(start: Start, theta: Theta) -> Start:
    """The start of a search over the code alone, from these rows."""
    return replace(start, theta=_code(theta), centre=_code(start.centre))


def _normal(shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
    return torch.randn(shape, generator=rng, device=rng.device)
