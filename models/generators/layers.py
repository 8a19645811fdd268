"""Equalized layers: weights are stored as N(0, 1) and scaled when used, so that Adam's steps are
alike in every layer (Karras et al. 2018, section 4.1)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOPE = 0.2  # of the leaky ReLU, everywhere in StyleGAN2
GAIN = math.sqrt(2)  # restores the variance that the leaky ReLU takes


def leaky(x: Tensor) -> Tensor:
    """sqrt(2) * LeakyReLU_0.2(x)."""
    return F.leaky_relu(x, SLOPE) * GAIN


def unit_moment(x: Tensor) -> Tensor:
    """x [n, d] scaled so that the mean square of each row is 1."""
    return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class EqualizedLinear(nn.Module):
    """x [n, i] -> [n, o]: lr * (x W^T / sqrt(i) + b), W ~ N(0, 1/lr^2), then leaky ReLU if asked.

    `lr` multiplies the learning rate of this layer alone (0.01 in StyleGAN's mapping).
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        bias: float = 0.0,
        lr: float = 1.0,
        activate: bool = False,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / lr)
        self.bias = nn.Parameter(torch.full((outputs,), float(bias)))
        self.weight_gain, self.bias_gain = lr / math.sqrt(inputs), lr
        self.activate = activate

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(x, self.weight * self.weight_gain, self.bias * self.bias_gain)
        return leaky(y) if self.activate else y
