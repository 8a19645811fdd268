"""The average of a network's weights during training."""

import torch
from torch import nn


@torch.no_grad()
def update(
    average: nn.Module, model: nn.Module, *, batch: int, images: int, half_life: float, ramp: float
) -> None:
    """Moves the parameters of `average` towards those of `model`, exponentially.

    Half of what they were is gone after `half_life` pictures, or after the part `ramp` of the
    `images` seen so far, if that is less; `batch` were seen since the last call.
    """
    beta = 0.5 ** (batch / min(half_life, max(1.0, images * ramp)))
    for kept, value in zip(average.parameters(), model.parameters(), strict=True):
        kept.lerp_(value, 1 - beta)
