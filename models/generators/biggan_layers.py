"""The two layers of BigGAN-deep: the bottleneck block and self-attention."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.generators.normalization import ConditionalBatchNorm


class SelfAttention(nn.Module):
    """x [n, c, h, w] -> the same: x plus gamma times what each place gathers from all places, keys
    and values halved in size (Zhang et al. 2019, section 3)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.theta = nn.Conv2d(channels, channels // 8, 1, bias=False)
        self.phi = nn.Conv2d(channels, channels // 8, 1, bias=False)
        self.g = nn.Conv2d(channels, channels // 2, 1, bias=False)
        self.o = nn.Conv2d(channels // 2, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        query = self.theta(x).flatten(2).transpose(1, 2)  # [n, h w, c / 8]
        key = F.max_pool2d(self.phi(x), 2).flatten(2)  # [n, c / 8, h w / 4]
        value = F.max_pool2d(self.g(x), 2).flatten(2).transpose(1, 2)  # [n, h w / 4, c / 2]
        gathered = (query @ key).softmax(2) @ value
        seen: Tensor = self.o(gathered.transpose(1, 2).unflatten(2, x.shape[2:]))
        return x + (self.gamma * seen).to(x.dtype)


class Block(nn.Module):
    """x [n, i, h, w], w [n, w_dim] -> [n, o, h, w], doubled if up: a bottleneck of four
    convolutions beside the identity, which drops the channels beyond o."""

    def __init__(
        self, inputs: int, outputs: int, middle: int, w_dim: int, up: bool, n_stats: int, eps: float
    ) -> None:
        super().__init__()
        self.outputs, self.up = outputs, up
        self.bn_0 = ConditionalBatchNorm(inputs, w_dim, n_stats, eps)
        self.conv_0 = nn.Conv2d(inputs, middle, 1)
        self.bn_1 = ConditionalBatchNorm(middle, w_dim, n_stats, eps)
        self.conv_1 = nn.Conv2d(middle, middle, 3, padding=1)
        self.bn_2 = ConditionalBatchNorm(middle, w_dim, n_stats, eps)
        self.conv_2 = nn.Conv2d(middle, middle, 3, padding=1)
        self.bn_3 = ConditionalBatchNorm(middle, w_dim, n_stats, eps)
        self.conv_3 = nn.Conv2d(middle, outputs, 1)

    def forward(self, x: Tensor, w: Tensor, truncation: float) -> Tensor:
        y = self.conv_0(F.relu(self.bn_0(x, truncation, w)))
        y = F.relu(self.bn_1(y, truncation, w))
        x = x[:, : self.outputs]
        if self.up:
            x, y = F.interpolate(x, scale_factor=2), F.interpolate(y, scale_factor=2)
        y = self.conv_2(F.relu(self.bn_2(self.conv_1(y), truncation, w)))
        y = self.conv_3(F.relu(self.bn_3(y, truncation, w)))
        residual: Tensor = x + y
        return residual
