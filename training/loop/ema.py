"""The average of a network's weights during training."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def averaged(
    model: nn.Module, decay: Callable[[], float], *, buffers: bool = False
) -> AveragedModel:
    """torch's `AveragedModel` of a network, its `module`, which begins as that network and keeps at
    each `update_parameters` the part `decay()` of what it was.

    Buffers are copied; or, with `buffers`, those of real numbers averaged and the others left.
    """

    @torch.no_grad()
    def follow(kept: Sequence[Tensor], values: Sequence[Tensor], count: object) -> None:
        for mine, theirs in zip(kept, values, strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - decay())

    average = AveragedModel(model, multi_avg_fn=follow, use_buffers=buffers)
    average.n_averaged.fill_(1)  # at 0 the first update would copy
    return average.requires_grad_(False)


def decay(*, batch: int, images: int, half_life: float, ramp: float) -> float:
    """What is kept of an average half of which is gone after `half_life` pictures, or after the
    part `ramp` of the `images` seen so far, if that is less; `batch` were seen since the last."""
    kept: float = 0.5 ** (batch / min(half_life, max(1.0, images * ramp)))
    return kept
