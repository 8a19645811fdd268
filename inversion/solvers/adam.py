"""Adam, one independent state a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.solvers.base import Constraint, Objective, Solver
from inversion.solvers.schedules import ramp

EPSILON = 1e-8


@dataclass
class AdamState:
    """θ, [n, …] a tensor, its first and second moments m and v, and k, the steps of each row."""

    θ: Theta
    m: Theta
    v: Theta
    k: list[int]
    trust: list[float]  # halved each time a row broke
    rates: dict[str, float]  # of the tensors that move

    def theta(self) -> Theta:
        """Where all rows are now."""
        return self.θ


@dataclass(frozen=True)
class Adam(Solver):
    """Adam (Kingma and Ba 2015, algorithm 1) on every row of θ for itself: momenta, step counts and
    rates are its own, since shared ones hurt (pix2latent, appendix A). One pass serves all rows.
    """

    key = "adam"
    steps: int = knob(
        1000, "steps at most; the time chosen above may end it sooner", low=1, high=20000
    )
    lr: float = knob(
        0.1, "how large a step is (learning rate), once it has grown", low=1e-5, high=1
    )
    ramp_up: float = knob(0.05, "first part of the run, in which steps grow", low=0, high=1)
    ramp_down: float = knob(0.25, "last part of the run, in which steps shrink", low=0, high=1)
    beta1: float = knob(0.9, "how much of the former steps' direction is kept", low=0, high=0.9999)
    beta2: float = knob(
        0.999, "how slowly the measure of the gradient's size changes", low=0, high=0.9999
    )

    def init(self, start: Start) -> AdamState:
        theta = {name: x.detach() for name, x in start.theta.items()}
        n = len(next(iter(theta.values())))
        rates = {name: rate for name in theta if (rate := start.rates.get(name, 1.0))}
        zeros = {name: torch.zeros_like(theta[name]) for name in rates}
        return AdamState(theta, zeros, dict(zeros), [0] * n, [1.0] * n, rates)

    def step(
        self, state: AdamState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        leaves = {
            name: x.detach().requires_grad_(name in state.rates) for name, x in state.θ.items()
        }
        evaluation = objective(leaves)
        moving = [leaves[name] for name in state.rates]
        grads = torch.autograd.grad(evaluation.total.sum(), moving, allow_unused=True)
        α = self.lr * ramp(t, self.ramp_up, self.ramp_down)
        state.k = [k + 1 for k in state.k]
        with torch.no_grad():
            for (name, rate), g in zip(state.rates.items(), grads, strict=True):
                if g is not None:
                    self._move(state, name, α * rate, g)
            state.θ = constrain(state.θ)
        return evaluation

    def _move(self, state: AdamState, name: str, α: float, g: Tensor) -> None:
        β1, β2 = self.beta1, self.beta2

        def rows(values: list[float]) -> Tensor:
            return torch.tensor(values).to(g).view(-1, *[1] * (g.dim() - 1))

        m = state.m[name] = β1 * state.m[name] + (1 - β1) * g
        v = state.v[name] = β2 * state.v[name] + (1 - β2) * g.square()
        m̂ = m / rows([1 - β1**k for k in state.k])
        v̂ = v / rows([1 - β2**k for k in state.k])
        rate = rows([α * trust for trust in state.trust])
        state.θ = {**state.θ, name: state.θ[name] - rate * m̂ / (v̂.sqrt() + EPSILON)}

    @torch.no_grad()
    def restart(self, state: AdamState, seeds: Sequence[int], theta: Theta) -> None:
        rows = list(seeds)
        if not rows:
            return

        def reset(x: Tensor, to: Tensor | float) -> Tensor:
            x = x.clone()
            x[rows] = to
            return x

        state.θ = {name: reset(x, theta[name][rows]) for name, x in state.θ.items()}
        state.m = {name: reset(x, 0.0) for name, x in state.m.items()}
        state.v = {name: reset(x, 0.0) for name, x in state.v.items()}
        for i in rows:
            state.k[i] = 0
            state.trust[i] /= 2
