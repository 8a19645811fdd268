"""Doubling and halving with the binomial filter [1, 3, 3, 1] (Karras et al. 2020, appendix B).

Doubling is zero-insertion, then the filter with gain 4; zeros stand beyond the border. The filter
is symmetric, so convolution and correlation are the same and nothing is ever flipped.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

TAPS = (1.0, 3.0, 3.0, 1.0)


def binomial(x: Tensor, gain: float, pad: int) -> Tensor:
    """Filter every channel of x [n, C, h, w] by [1, 3, 3, 1] / 8 along both axes, times gain, with
    `pad` zeros around: [n, C, h + 2 pad - 3, w + 2 pad - 3]."""
    y: Tensor = _Binomial.apply(x, gain, pad)  # type: ignore[no-untyped-call]  # torch's
    return y


class _Binomial(torch.autograd.Function):
    """The filter is linear, and its adjoint is itself with 3 - pad zeros around. Said so to
    autograd, second derivatives (R1, path length) cost as little as first ones; those of a
    convolution with one group a channel are looped over the channels, 20 times slower."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gain: float, pad: int) -> Tensor:
        ctx.gain, ctx.pad = gain, pad
        taps = x.new_tensor(TAPS) / 8
        kernel = (torch.outer(taps, taps) * gain).expand(x.shape[1], 1, 4, 4)
        return F.conv2d(x, kernel, padding=pad, groups=x.shape[1])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        x: Tensor = _Binomial.apply(gradient, ctx.gain, 3 - ctx.pad)  # type: ignore[no-untyped-call]  # torch's
        return x, None, None


def upsample(x: Tensor) -> Tensor:
    """[n, C, h, w] -> [n, C, 2h, 2w]: y[2i] = (x[i-1] + 3 x[i]) / 4 and y[2i+1] = (3 x[i] + x[i+1])
    / 4 along both axes: bilinear, with zeros beyond the border."""
    padded = F.pad(x, (1, 1, 1, 1))
    doubled = F.interpolate(padded, scale_factor=2, mode="bilinear", align_corners=False)
    return doubled[:, :, 2:-2, 2:-2]


def downsample(x: Tensor) -> Tensor:
    """[n, C, h, w] -> [n, C, h/2, w/2]: the filter, then every second pixel."""
    return binomial(x, 1.0, 1)[:, :, ::2, ::2]


def upsample_conv(x: Tensor, weight: Tensor, groups: int = 1) -> Tensor:
    """Zero-insert x [n, i, h, w], convolve with weight [o, i/groups, 3, 3], filter with gain 4:
    [n, o, 2h, 2w].

    Zero-insertion followed by a (true, flipping) convolution is a transposed convolution with
    stride 2; published weights are stored for exactly that.
    """
    o, i = weight.shape[0] // groups, weight.shape[1]
    weight = weight.reshape(groups, o, i, 3, 3).transpose(1, 2).reshape(groups * i, o, 3, 3)
    return binomial(F.conv_transpose2d(x, weight, stride=2, groups=groups), 4.0, 1)
