"""An outer search whose candidates an inner one refines; BasinCMA is CMA over Adam."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from inversion.knobs import Knob, knob
from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.solvers.base import Constraint, Objective, Solver
from inversion.solvers.population import Population, PopulationState, best_of_each
from inversion.solvers.then import Staged

LAMARCKIAN, BALDWINIAN = "lamarckian", "baldwinian"


@dataclass
class RefinedState:
    start: Start
    outer: PopulationState
    inner: Any = None  # of all candidates of this generation
    done: int = 0  # inner steps of it
    lost: list[int] = field(default_factory=list)  # seeds that broke in the last step


@dataclass(frozen=True)
class Refined(Solver):
    """Populations of `outer`, each member of which takes `inner.steps` steps before its loss is
    told; a step is one of all candidates of all seeds, and gives the best of each seed."""

    key = "refined"
    outer: Population
    inner: Solver
    tell: str

    @property
    def steps(self) -> int:
        return self.outer.steps * self.inner.steps

    def init(self, start: Start) -> RefinedState:
        return RefinedState(start, self.outer.init(start))

    def step(
        self, state: RefinedState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        if state.inner is None:
            candidates = constrain(self.outer.ask(state.outer))
            state.inner, state.done = self.inner.init(state.start.at(candidates)), 0
        elif state.lost:
            for i in state.lost:
                state.outer.asked[i] = state.outer.searchers[i].ask()
            λ = len(state.outer.asked[0])
            rows = [i * λ + j for i in state.lost for j in range(λ)]
            self.inner.restart(state.inner, rows, constrain(self.outer.candidates(state.outer)))
        state.lost = []
        evaluation = self.inner.step(
            state.inner, objective, constrain, state.done / self.inner.steps
        )
        state.done += 1
        if state.done == self.inner.steps:
            refined = evaluation.theta if self.tell == LAMARCKIAN else None
            self.outer.tell(state.outer, evaluation.total, refined)
            state.inner = None
        return best_of_each(evaluation, len(state.start.rngs))

    def restart(self, state: RefinedState, seeds: Sequence[int], theta: Theta) -> None:
        self.outer.restart(state.outer, seeds, theta)
        state.lost = list(seeds)


@dataclass(frozen=True)
class Hybrid(Staged):
    """Every outer update asks for a population a seed, takes `inner.steps` inner steps with every
    member, and tells the outer search the loss at the last of them (pix2latent, section 3.3 and
    appendix A; other outer searches: appendix D, figures 12 and 13).

    A step of this solver is an inner step of all candidates of all seeds, one batch. The tensors
    that the outer search does not hold, such as the class, begin anew in every generation. At the
    end the inner solver goes on from the best candidate of each seed; the published code goes on
    from all, which costs a population times as much.
    """

    key = "hybrid"
    outer: Population
    inner: Solver
    tell: str = knob(
        LAMARCKIAN,
        "what the outer search is told of a candidate: where its refinement ended (lamarckian), or "
        "where it began (baldwinian)",
        choices=(LAMARCKIAN, BALDWINIAN),
    )
    final: int = knob(300, "steps of Adam from the best candidate at the end", low=0, high=20000)

    @property
    def stages(self) -> tuple[Solver, Solver]:
        return Refined(self.outer, self.inner, self.tell), self.inner

    @property
    def steps(self) -> int:
        return self.outer.steps * self.inner.steps + self.final

    def knobs(self) -> dict[str, Knob]:
        inner = self.inner.knobs()
        name = f"{self.inner.key}.steps"
        inner[name] = replace(inner[name], help="steps of Adam for each update of the outer search")
        return {**self.outer.knobs(), **inner, **super().knobs()}

    def configure(self, settings: Mapping[str, Any]) -> Self:
        return replace(
            super().configure(settings),
            outer=self.outer.configure(settings),
            inner=self.inner.configure(settings),
        )

    def with_steps(self, steps: int) -> Self:
        """Outer and inner steps keep their ratio, of which 1 : 1 is the best (figure 15). A shorter
        run spends a smaller part of its steps on populations, which are what takes time."""
        f = steps / self.steps
        power = min(f**0.75, f**0.5) if self.final else f**0.5
        inner = max(1, round(self.inner.steps * power))
        outer = max(1, round(self.outer.steps * power))
        if not self.final:
            outer = max(1, round(steps / inner))
        return replace(
            self,
            outer=self.outer.with_steps(outer),
            inner=self.inner.with_steps(inner),
            final=max(1, steps - outer * inner) if self.final else 0,
        )
