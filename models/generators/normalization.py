"""Batch normalisation of BigGAN: its statistics depend on the truncation, its gain and offset on
the layer's style vector (Brock et al. 2019, appendix B; de Vries et al. 2017)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Statistics(nn.Module):
    """Means and variances [n_stats, channels] of a feature map at truncations 0 to 1, evenly
    spread; eps is added to variances."""

    running_means: Tensor
    running_vars: Tensor

    def __init__(self, channels: int, n_stats: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.register_buffer("running_means", torch.zeros(n_stats, channels))
        self.register_buffer("running_vars", torch.ones(n_stats, channels))

    def at(self, truncation: float) -> tuple[Tensor, Tensor]:
        """Mean and variance, [channels] each, linear between the truncations that are stored."""
        position = truncation * (len(self.running_means) - 1)
        low = min(math.floor(position), len(self.running_means) - 2)
        mean, var = (
            torch.lerp(table[low], table[low + 1], position - low)
            for table in (self.running_means, self.running_vars)
        )
        return mean, var

    def normalise(self, x: Tensor, truncation: float, gain: Tensor, offset: Tensor) -> Tensor:
        """gain * (x - mean) / sqrt(var + eps) + offset for x [n, c, h, w], gain and offset
        [n or 1, c]; the statistics are the batch's own in training mode."""
        if self.training:
            x = F.batch_norm(x, None, None, training=True, eps=self.eps)
        else:
            mean, var = self.at(truncation)
            gain = gain * (var + self.eps).rsqrt()
            offset = offset - mean * gain
        gain, offset = gain[..., None, None].to(x.dtype), offset[..., None, None].to(x.dtype)
        return torch.addcmul(offset, x, gain)


class BatchNorm(Statistics):
    """x [n, c, h, w] -> the same, normalised, with a gain and an offset a channel."""

    def __init__(self, channels: int, n_stats: int, eps: float) -> None:
        super().__init__(channels, n_stats, eps)
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor, truncation: float) -> Tensor:
        return self.normalise(x, truncation, self.weight[None], self.bias[None])


class ConditionalBatchNorm(Statistics):
    """x [n, c, h, w], w [n, w_dim] -> normalised x with gain 1 + S w and offset O w a channel."""

    def __init__(self, channels: int, w_dim: int, n_stats: int, eps: float) -> None:
        super().__init__(channels, n_stats, eps)
        self.scale = nn.Linear(w_dim, channels, bias=False)
        self.offset = nn.Linear(w_dim, channels, bias=False)

    def forward(self, x: Tensor, truncation: float, w: Tensor) -> Tensor:
        return self.normalise(x, truncation, 1 + self.scale(w), self.offset(w))
