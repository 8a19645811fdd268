"""L-BFGS with a line search, torch's own, one a seed; what the seeds ask for is drawn together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.latents import Start, Theta
from inversion.problem import Evaluation
from inversion.solvers.base import Constraint, Objective, Solver
from inversion.solvers.batched_closures import run_batched


@dataclass
class LBFGSState:
    """Of each seed: θ, every tensor [1, …], and the optimizer that moves it."""

    leaves: list[Theta]
    optimizers: list[torch.optim.LBFGS]
    rates: dict[str, float]

    def theta(self) -> Theta:
        return rows(self.leaves)


@dataclass(frozen=True)
class LBFGS(Solver):
    """Limited-memory BFGS (Liu and Nocedal 1989) with the strong Wolfe conditions (pix2latent,
    appendix A).

    A step is an iteration of every seed: its line search asks for as many pictures as it needs, and
    the pictures that all seeds ask for at one moment are one batch. A tensor's own rate does not
    matter to a method that measures curvature, unless it is 0.
    """

    key = "lbfgs"
    steps: int = knob(500, "iterations, each with a line search", low=1, high=20000)
    lr: float = knob(0.1, "length of the step that the line search tries first", low=1e-4, high=1)
    history: int = knob(100, "past steps from which it estimates the curvature", low=1, high=1000)

    def init(self, start: Start) -> LBFGSState:
        n = len(next(iter(start.theta.values())))
        rates = {name: start.rates.get(name, 1.0) for name in start.theta}
        leaves = [
            {
                name: x[i : i + 1].detach().clone().requires_grad_(rates[name] > 0)
                for name, x in start.theta.items()
            }
            for i in range(n)
        ]
        return LBFGSState(leaves, [self._optimizer(leaf, self.lr) for leaf in leaves], rates)

    def _optimizer(self, leaf: Theta, lr: float) -> torch.optim.LBFGS:
        return torch.optim.LBFGS(
            [x for x in leaf.values() if x.requires_grad],
            lr=lr,
            max_iter=1,
            max_eval=25,
            history_size=self.history,
            line_search_fn="strong_wolfe",
        )

    def step(
        self, state: LBFGSState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        looks: list[Evaluation] = []
        owners: list[int] = []

        def answer(seeds: Sequence[int]) -> list[Tensor]:
            """ℓ + R of those seeds where they are now; the gradient lies in their leaves."""
            leaves = [state.leaves[i] for i in seeds]
            moving = [x for leaf in leaves for x in leaf.values() if x.requires_grad]
            with torch.enable_grad():
                evaluation = objective(rows(leaves), seeds=seeds)
                grads = torch.autograd.grad(evaluation.total.sum(), moving, allow_unused=True)
            for x, g in zip(moving, grads, strict=True):
                x.grad = g
            looks.append(evaluation.rows(torch.arange(len(seeds))))
            owners.extend(seeds)
            return list(looks[-1].total)

        def iterate(i: int) -> Callable[[Callable[[], Tensor]], object]:
            return state.optimizers[i].step

        run_batched([iterate(i) for i in range(len(state.leaves))], answer)
        with torch.no_grad():
            moved = state.theta()
            if (allowed := constrain(moved)) is not moved:
                assign(state.leaves, allowed, range(len(state.leaves)))
        return best_looks(looks, owners)

    @torch.no_grad()
    def restart(self, state: LBFGSState, seeds: Sequence[int], theta: Theta) -> None:
        assign(state.leaves, theta, seeds)
        for i in seeds:
            lr = state.optimizers[i].param_groups[0]["lr"]
            state.optimizers[i] = self._optimizer(state.leaves[i], lr / 2)


def rows(leaves: Sequence[Theta]) -> Theta:
    """One batch of θ, a row for each of the leaves."""
    return {name: torch.cat([leaf[name] for leaf in leaves]) for name in leaves[0]}


def assign(leaves: Sequence[Theta], theta: Theta, seeds: Sequence[int]) -> None:
    for i in seeds:
        for name, leaf in leaves[i].items():
            leaf.copy_(theta[name][i : i + 1])


def best_looks(looks: Sequence[Evaluation], owners: Sequence[int]) -> Evaluation:
    """Of all that was looked at, the row with each seed's lowest observed loss, seeds in order;
    `owners` says whose the rows are."""
    every = replace(
        looks[0],
        theta={name: torch.cat([look.theta[name] for look in looks]) for name in looks[0].theta},
        images=torch.cat([look.images for look in looks]),
        terms={name: torch.cat([look.terms[name] for look in looks]) for name in looks[0].terms},
        observed=torch.cat([look.observed for look in looks]),
        total=torch.cat([look.total for look in looks]),
        drawn=sum(look.drawn for look in looks),
    )
    owner = torch.tensor(owners, device=every.observed.device)
    known = every.observed.nan_to_num(torch.inf, posinf=torch.inf)
    seeds = range(int(owner.max()) + 1)
    return every.rows(torch.stack([known.where(owner == i, torch.inf).argmin() for i in seeds]))
