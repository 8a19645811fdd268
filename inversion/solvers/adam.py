"""Adam, one independent state a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from inversion.knobs import knob
from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.schedules import ramp
from inversion.solvers.base import Constraint, Objective, Solver


@dataclass
class AdamState:
    """`leaves[i]` is seed i's θ, each tensor [1, …], `optimizer.param_groups[i]` its group."""

    leaves: list[Theta]
    optimizer: torch.optim.Adam
    trust: list[float]  # halved each time a seed broke

    def theta(self) -> Theta:
        """θ of all seeds as one batch."""
        return {name: torch.cat([leaf[name] for leaf in self.leaves]) for name in self.leaves[0]}

    @torch.no_grad()
    def assign(self, theta: Theta, seeds: Sequence[int]) -> None:
        for i in seeds:
            for name, leaf in self.leaves[i].items():
                leaf.copy_(theta[name][i : i + 1])


@dataclass(frozen=True)
class Adam(Solver):
    """torch's Adam (Kingma and Ba 2015). Every seed has parameter groups: momenta and rates are its
    own, since shared ones hurt (pix2latent, appendix A). One forward and backward pass serves all.
    """

    key = "adam"
    steps: int = knob(1000, "steps of a full run", low=1, high=20000)
    lr: float = knob(0.1, "learning rate at the top of the ramp", low=1e-5, high=1)
    ramp_up: float = knob(0.05, "fraction of the run over which the rate rises", low=0, high=1)
    ramp_down: float = knob(0.25, "fraction of the run over which the rate falls", low=0, high=1)
    beta1: float = knob(0.9, "decay of the first moment", low=0, high=0.9999)
    beta2: float = knob(0.999, "decay of the second moment", low=0, high=0.9999)

    def init(self, start: Start) -> AdamState:
        n = len(next(iter(start.theta.values())))
        leaves = [
            {name: x[i : i + 1].detach().clone() for name, x in start.theta.items()}
            for i in range(n)
        ]
        groups = []
        for i, leaf in enumerate(leaves):
            for rate in sorted({start.rates.get(name, 1.0) for name in leaf} - {0.0}):
                own = [x for name, x in leaf.items() if start.rates.get(name, 1.0) == rate]
                groups.append(
                    {"params": [x.requires_grad_() for x in own], "seed": i, "rate": rate}
                )
        optimizer = torch.optim.Adam(groups, lr=self.lr, betas=(self.beta1, self.beta2))
        return AdamState(leaves, optimizer, [1.0] * n)

    def step(
        self, state: AdamState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        evaluation = objective(state.theta())
        state.optimizer.zero_grad()
        evaluation.total.sum().backward()
        factor = self.lr * ramp(t, self.ramp_up, self.ramp_down)
        for group in state.optimizer.param_groups:
            group["lr"] = factor * group["rate"] * state.trust[group["seed"]]
        state.optimizer.step()
        with torch.no_grad():
            moved = state.theta()
            if (allowed := constrain(moved)) is not moved:
                state.assign(allowed, range(len(state.leaves)))
        return evaluation

    def restart(self, state: AdamState, seeds: Sequence[int], theta: Theta) -> None:
        state.assign(theta, seeds)
        for i in seeds:
            state.trust[i] /= 2
            for leaf in state.leaves[i].values():
                state.optimizer.state.pop(leaf, None)
