"""The parts of StyleGAN2: its mapping network, and the layers of a resolution (Karras et al. 2020,
figure 2)."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.generators.layers import GAIN, SLOPE, EqualizedLinear
from models.generators.modulation import Form, channel_rows, modulated_conv
from models.generators.resample import upsample


class StyledConv(nn.Module):
    """x [n, i, h, w], w [n, w_dim] -> [n, o, h, w] (doubled if up): modulated 3x3 convolution,
    noise of learnt strength if any, bias, leaky ReLU. A matrix w [n, rows, w_dim] has a row an
    output channel (`channel_rows`); so it is in all that follows."""

    noise_const: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        w_dim: int,
        size: tuple[int, int],
        up: bool,
        clamp: float | None,
        noise: bool,
    ) -> None:
        super().__init__()
        self.up, self.clamp = up, clamp
        self.affine = EqualizedLinear(w_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength: Tensor | None = None
        if noise:
            self.noise_strength = nn.Parameter(torch.zeros([]))
            self.register_buffer("noise_const", torch.randn(size))

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None, form: Form) -> Tensor:
        # sqrt(2) leaky(y) = leaky(sqrt(2) y): the gain goes into the small factors
        styles = self.affine(channel_rows(w, len(self.weight)))
        x = modulated_conv(x, self.weight, styles, up=self.up, gain=GAIN, form=form)
        if self.noise_strength is not None:
            noise = self.noise_const if noise is None else noise
            x = x.add_((noise * (self.noise_strength * GAIN)).to(x.dtype))
        x = x.add_((self.bias * GAIN)[:, None, None].to(x.dtype))
        x = F.leaky_relu(x, SLOPE, inplace=True)
        return x if self.clamp is None else x.clamp(-self.clamp, self.clamp)


class ToRGB(nn.Module):
    """x [n, i, h, w], w [n, w_dim] -> [n, colours, h, w]: modulated 1x1 convolution, no
    demodulation."""

    def __init__(self, inputs: int, w_dim: int, clamp: float | None, colours: int = 3) -> None:
        super().__init__()
        self.clamp = clamp
        self.affine = EqualizedLinear(w_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(colours, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(colours))
        self.gain = 1 / math.sqrt(inputs)

    def forward(self, x: Tensor, w: Tensor, form: Form) -> Tensor:
        styles = self.affine(channel_rows(w, len(self.weight))) * self.gain
        y = modulated_conv(x, self.weight, styles, demodulate=False, form=form)
        y = y + self.bias[:, None, None].to(y.dtype)
        return y if self.clamp is None else y.clamp(-self.clamp, self.clamp)


class Block(nn.Module):
    """One resolution: conv0 (doubling; absent at 4x4), conv1, and an addition to the RGB skip.
    `size` is (h, w) of its maps."""

    def __init__(
        self,
        inputs: int | None,
        outputs: int,
        w_dim: int,
        size: tuple[int, int],
        clamp: float | None,
        noise: bool,
        colours: int = 3,
    ) -> None:
        super().__init__()
        self.conv0 = None
        if inputs is None:
            self.const = nn.Parameter(torch.randn(outputs, *size))
        else:
            self.conv0 = StyledConv(inputs, outputs, w_dim, size, True, clamp, noise)
        self.conv1 = StyledConv(outputs, outputs, w_dim, size, False, clamp, noise)
        self.torgb = ToRGB(outputs, w_dim, clamp, colours)

    def forward(
        self,
        x: Tensor,
        rgb: Tensor | None,
        ws: Sequence[Tensor],
        noises: Sequence[Tensor | None],
        form: Form,
    ) -> tuple[Tensor, Tensor]:
        """ws: one [n, w_dim] (or a matrix [n, rows, w_dim]) for each convolution, then torgb's;
        noises: one a convolution."""
        convs = [conv for conv in (self.conv0, self.conv1) if conv is not None]
        for conv, w, noise in zip(convs, ws, noises, strict=False):
            x = conv(x, w, noise, form)
        y = self.torgb(x, ws[len(convs)], form).to(self.torgb.weight.dtype)
        return x, y if rgb is None else upsample(rgb) + y
