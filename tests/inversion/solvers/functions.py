"""Functions whose answers are known, and runs of a solver on them."""

import torch

from inversion.latents import Start
from inversion.problem import Evaluation


def rosenbrock(x):
    return (100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(1)


def sphere(x):
    return (x - 0.5).square().flatten(1).sum(1)


class Objective:
    """f(z) + the squares of all else in θ, counting what it draws; `spoil(call, rows)` is added."""

    def __init__(self, f=sphere, spoil=None):
        self.f, self.spoil, self.batches = f, spoil, []

    def __call__(self, theta, /, seeds=None):
        loss = self.f(theta["z"])
        for name in theta.keys() - {"z"}:
            loss = loss + theta[name].square().flatten(1).sum(1)
        if self.spoil is not None:
            loss = loss + self.spoil(len(self.batches), len(loss))
        self.batches.append(len(loss))
        images = theta["z"].flatten(1)[:, :3, None, None]
        return Evaluation(theta, images, {"f": loss}, loss, loss, len(loss))


def start(seeds=(0, 1, 2), n=6, c=False, dtype=torch.float64, **more):
    rngs = [torch.Generator().manual_seed(seed) for seed in seeds]
    z = torch.stack([torch.randn(n, generator=rng, dtype=dtype) for rng in rngs])
    theta, centre = {"z": z}, {"z": torch.zeros(1, n, dtype=dtype)}
    if c:
        theta["c"], centre["c"] = torch.ones(len(z), 2, dtype=dtype), torch.ones(1, 2, dtype=dtype)
    return Start(theta, centre, rngs, **more)


def unconstrained(theta):
    return theta


def run(solver, begin, objective, constrain=unconstrained):
    """Every evaluation of a full run."""
    state = solver.init(begin)
    return [
        solver.step(state, objective, constrain, step / solver.steps)
        for step in range(solver.steps)
    ]
