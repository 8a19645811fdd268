"""The best of each seed, whatever the search did since."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inversion.latents import Theta
from inversion.problem import Evaluation


@dataclass(frozen=True)
class Best:
    """Lowest observed loss of each seed [seeds], and the θ it was seen at."""

    observed: Tensor
    theta: Theta

    @classmethod
    def nothing(cls, theta: Theta) -> Best:
        """Before the first evaluation, from the start θ."""
        row = next(iter(theta.values()))
        return cls(torch.full((len(row),), torch.inf, device=row.device), theta)

    def updated(self, evaluation: Evaluation) -> Best:
        if evaluation.theta.keys() != self.theta.keys():  # a round that begins where one ended
            theta = {name: x.detach() for name, x in evaluation.theta.items()}
            return Best(torch.minimum(evaluation.observed.detach(), self.observed), theta)
        better = evaluation.observed < self.observed

        def choose(new: Tensor, old: Tensor) -> Tensor:
            return torch.where(better.view(-1, *[1] * (new.dim() - 1)), new.detach(), old)

        theta = {name: choose(x, self.theta[name]) for name, x in evaluation.theta.items()}
        return Best(choose(evaluation.observed, self.observed), theta)
