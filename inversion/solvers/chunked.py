"""Populations that are too large to be drawn at once, or slower so, are drawn in pieces, and their
gradients with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inversion.latents import Theta
from inversion.problem import Evaluation
from inversion.solvers.base import Objective
from models.generators.generator import Generator

# drawn at once with what a gradient needs, by the kind of device; above it a GPU runs out of memory
# (512 pictures of 64², 8 of 512²) and a CPU out of its caches (32 of 64²)
PIXELS = {"cuda": 2**21, "cpu": 2**17}


def max_batch(G: Generator) -> int:
    """How many pictures of G are drawn together."""
    return max(1, PIXELS.get(G.device.type, PIXELS["cuda"]) // G.resolution**2)


@dataclass
class ChunkedEvaluation:
    """Evaluates the populations of `seeds` seeds, at most `most` rows at once, at least one a seed.

    Where memory runs out nevertheless, `most` is halved and the piece drawn again. The gradient of
    `total` is that of the whole; of an evaluation in pieces nothing else can be differentiated.
    `short` is whether that happened.
    """

    seeds: int
    most: int
    short: bool = False

    def evaluate(
        self, objective: Objective, theta: Theta, seeds: Sequence[int] | None = None
    ) -> Evaluation:
        n = self.seeds if seeds is None else len(seeds)
        members = len(next(iter(theta.values()))) // n
        while True:
            k = max(1, self.most // n)
            parts = max(1, -(-members // k))
            try:
                if parts == 1:
                    return objective(theta, seeds=seeds)
                pieces = [
                    _detached(objective, {x: part[i] for x, part in split.items()}, seeds)
                    for split in [{name: _split(x, n, k) for name, x in theta.items()}]
                    for i in range(parts)
                ]
                return _joined(theta, pieces, n)
            except torch.OutOfMemoryError:
                if k == 1 or members == 1:
                    raise
                self.most, self.short = n * (min(k, members) // 2), True


def _split(x: Tensor, n: int, k: int) -> list[Tensor]:
    """Rows of n seeds, a population each, in pieces of k members of every population."""
    return [piece.flatten(0, 1) for piece in x.unflatten(0, (n, -1)).split(k, 1)]


def _detached(
    objective: Objective, theta: Theta, seeds: Sequence[int] | None
) -> tuple[Evaluation, Theta]:
    """A piece without its graph, and the gradient of its total."""
    leaves = {name: x.detach().requires_grad_(x.requires_grad) for name, x in theta.items()}
    evaluation = objective(leaves, seeds=seeds)
    moving = [name for name, x in leaves.items() if x.requires_grad]
    grads: Sequence[Tensor | None] = ()
    if moving and evaluation.total.requires_grad:
        grads = torch.autograd.grad(
            evaluation.total.sum(), [leaves[name] for name in moving], allow_unused=True
        )
    known = {name: g for name, g in zip(moving, grads, strict=False) if g is not None}
    every = torch.arange(len(evaluation.total), device=evaluation.total.device)
    return evaluation.rows(every), known


def _joined(theta: Theta, pieces: Sequence[tuple[Evaluation, Theta]], n: int) -> Evaluation:
    """The pieces as one evaluation of θ, members of a population in a row again."""

    def join(parts: Sequence[Tensor]) -> Tensor:
        return torch.cat([part.unflatten(0, (n, -1)) for part in parts], 1).flatten(0, 1)

    looks = [look for look, _ in pieces]
    total = join([look.total for look in looks])
    for name in pieces[0][1]:
        g, x = join([grads[name] for _, grads in pieces]), theta[name]
        total = total + ((x - x.detach()) * g).flatten(1).sum(1)  # 0, whose gradient is g
    return Evaluation(
        {name: join([look.theta[name] for look in looks]) for name in looks[0].theta},
        join([look.images for look in looks]),
        {name: join([look.terms[name] for look in looks]) for name in looks[0].terms},
        join([look.observed for look in looks]),
        total,
        sum(look.drawn for look in looks),
    )
