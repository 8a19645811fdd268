"""StyleGAN2's residual discriminator (Karras et al. 2020, section 4.1 and figure 7c)."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.generators.layers import GAIN, SLOPE, EqualizedLinear
from models.generators.resample import binomial, downsample

GROUP = 4  # pictures whose deviation is compared


class EqualizedConv2d(nn.Module):
    """x [n, i, h, w] -> [n, o, h, w], or half the size if down (filter, then stride 2), in the
    precision of x."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: int,
        *,
        down: bool = False,
        bias: bool = True,
        activate: bool = True,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.gain = 1 / math.sqrt(inputs * size**2)
        self.down, self.activate = down, activate

    def forward(self, x: Tensor) -> Tensor:
        gain = GAIN if self.activate else 1.0  # sqrt(2) leaky(y) = leaky(sqrt(2) y)
        weight = (self.weight * (self.gain * gain)).to(x.dtype)
        bias = None if self.bias is None else (self.bias * gain).to(x.dtype)
        pad = weight.shape[-1] // 2
        if self.down and pad:
            y = F.conv2d(binomial(x, 1.0, 2), weight, bias, stride=2)
        elif self.down:
            y = F.conv2d(downsample(x), weight, bias)
        else:
            y = F.conv2d(x, weight, bias, padding=pad)
        return F.leaky_relu(y, SLOPE, inplace=True) if self.activate else y


class ResidualBlock(nn.Module):
    """x [n, i, h, w] -> [n, o, h/2, w/2]: (two convolutions + a linear skip) / sqrt(2)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv0 = EqualizedConv2d(inputs, inputs, 3)
        self.conv1 = EqualizedConv2d(inputs, outputs, 3, down=True)
        self.skip = EqualizedConv2d(inputs, outputs, 1, down=True, bias=False, activate=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv1(self.conv0(x)) + self.skip(x)
        return y * math.sqrt(0.5)


def minibatch_deviation(x: Tensor, group: int = GROUP) -> Tensor:
    """Append one channel: the mean standard deviation over `group` consecutive pictures of
    x [n, c, h, w] (Karras et al. 2018, section 3); n must be a multiple of the group.

    Groups are consecutive, so that a batch [real; fake] never mixes the two.
    """
    n, _, h, w = x.shape
    group = min(group, n)
    groups = x.unflatten(0, (-1, group))
    deviation = (groups.var(1, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
    plane = deviation.repeat_interleave(group)[:, None, None, None].expand(n, 1, h, w)
    return torch.cat([x, plane], 1)


class Discriminator(nn.Module):
    """Images [n, 3, r, r] -> logits [n]; `channels` as the generator's, resolution -> width.

    `precision` is that of the convolutions from `resolution` to 8x8; the rest is float32.
    """

    def __init__(self, resolution: int, channels: Mapping[int, int]) -> None:
        super().__init__()
        self.precision: torch.dtype | None = None
        self.from_rgb = EqualizedConv2d(3, channels[resolution], 1)
        sizes = [2**k for k in range(resolution.bit_length() - 1, 2, -1)]
        self.blocks = nn.ModuleList(ResidualBlock(channels[r], channels[r // 2]) for r in sizes)
        self.conv = EqualizedConv2d(channels[4] + 1, channels[4], 3)
        self.fc = EqualizedLinear(channels[4] * 16, channels[4], activate=True)
        self.out = EqualizedLinear(channels[4], 1)

    def features(self, x: Tensor) -> list[Tensor]:
        """What each residual block makes of x, [n, c, h, w] from r/2 down to 4."""
        x = x.to(self.precision or x.dtype, memory_format=torch.channels_last)
        x = self.from_rgb(x)
        maps = []
        for block in self.blocks:
            x = block(x)
            maps.append(x)
        return maps

    def judge(self, top: Tensor) -> Tensor:
        """Logits [n] from the last of `features`."""
        x = self.conv(minibatch_deviation(top.to(self.out.weight.dtype)))
        logits: Tensor = self.out(self.fc(x.flatten(1))).squeeze(1)
        return logits

    def forward(self, x: Tensor) -> Tensor:
        return self.judge(self.features(x)[-1])
