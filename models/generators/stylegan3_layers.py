"""The parts of StyleGAN3's synthesis network: Fourier features, and a layer (Karras et al. 2021,
section 3.2 and figure 4)."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.generators.filters import as_tensor, filtered_leaky_relu, low_pass, padding_for
from models.generators.layers import GAIN, SLOPE, EqualizedLinear
from models.generators.stylegan3_schedule import Band

FILTER_SIZE = 6  # taps of a filter for each sample of the coarser grid
FINER = 2  # the grid of the nonlinearity, of the finer one of its neighbours
TOP = 256.0  # bound on what a layer puts out


class FourierInput(nn.Module):
    """w [n, w_dim] -> [n, C, size, size]: waves of the plane, which w turns and shifts (section
    3.2, "Fourier features"; appendix F, "transformed Fourier features").

    `transform` [3, 3], the identity, is what the plane is moved by besides.
    """

    transform: Tensor
    freqs: Tensor
    phases: Tensor

    def __init__(self, w_dim: int, band: Band) -> None:
        super().__init__()
        self.band, channels = band, band.channels
        directions = torch.randn(channels, 2)
        radii = directions.square().sum(1, keepdim=True).sqrt()
        # evenly over the disc of the passed frequencies
        directions = directions / (radii * radii.square().exp() ** 0.25)
        self.weight = nn.Parameter(torch.randn(channels, channels))
        self.affine = EqualizedLinear(w_dim, 4)
        self.register_buffer("transform", torch.eye(3))
        self.register_buffer("freqs", directions * band.cutoff)
        self.register_buffer("phases", torch.rand(channels) - 0.5)
        with torch.no_grad():
            self.affine.weight.zero_()
            self.affine.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))

    def forward(self, w: Tensor) -> Tensor:
        t = self.affine(w)
        cosine, sine, x, y = (t / t[:, :2].norm(dim=1, keepdim=True)).unbind(1)
        one, zero = torch.ones_like(x), torch.zeros_like(x)
        turn = torch.stack([cosine, -sine, zero, sine, cosine, zero, zero, zero, one], 1)
        shift = torch.stack([one, zero, -x, zero, one, -y, zero, zero, one], 1)
        moved = turn.view(-1, 3, 3) @ shift.view(-1, 3, 3) @ self.transform
        phases = self.phases + (self.freqs @ moved[:, :2, 2:]).squeeze(2)  # [n, C]
        freqs = self.freqs @ moved[:, :2, :2]  # [n, C, 2]
        rate, cutoff = self.band.rate, self.band.cutoff
        # what a transform of another scale would bring beyond the band fades out
        amplitudes = (1 - (freqs.norm(dim=2) - cutoff) / (rate / 2 - cutoff)).clamp(0, 1)
        side = (torch.arange(self.band.size, device=w.device) + 0.5) / rate
        side = (side - self.band.size / rate / 2).to(freqs.dtype)  # of the sample's middle
        grid = torch.stack(torch.meshgrid(side, side, indexing="xy"), 2)  # [size, size, (x, y)]
        waves = torch.einsum("hwk,nck->nhwc", grid, freqs) + phases[:, None, None]
        waves = torch.sin(waves * (2 * math.pi)) * amplitudes[:, None, None]
        mixed: Tensor = waves @ (self.weight.T / math.sqrt(len(self.weight)))
        return mixed.permute(0, 3, 1, 2)


class Layer(nn.Module):
    """x [n, i, h, h], w [n, w_dim] -> [n, o, H, H]: modulated convolution, bias, and a leaky ReLU
    on a finer grid between two low passes. The last layer, torgb, has neither demodulation nor
    nonlinearity, and no filters.

    kernel  3, or 1 where the layer is to know no direction (configuration R)
    radial  whether the way down is radially symmetric (R; not in critically sampled layers)
    magnitude_ema  the mean square of x in training, by which x is divided
    """

    magnitude_ema: Tensor
    up_filter: Tensor | None
    down_filter: Tensor | None

    def __init__(
        self,
        inputs: int,
        w_dim: int,
        before: Band,
        after: Band,
        *,
        kernel: int,
        radial: bool,
        torgb: bool,
        clamp: float | None = TOP,
    ) -> None:
        super().__init__()
        kernel = 1 if torgb else kernel
        rate = max(before.rate, after.rate) * (1 if torgb else FINER)
        self.up, self.down = round(rate / before.rate), round(rate / after.rate)
        up_taps = FILTER_SIZE * self.up if self.up > 1 and not torgb else 1
        down_taps = FILTER_SIZE * self.down if self.down > 1 and not torgb else 1
        up = low_pass(up_taps, before.cutoff, before.half_width * 2, rate)
        down = low_pass(down_taps, after.cutoff, after.half_width * 2, rate, radial)
        self.padding = padding_for(
            before.size, after.size, kernel, self.up, self.down, up_taps, down_taps
        )
        self.torgb, self.clamp = torgb, clamp
        self.affine = EqualizedLinear(w_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(after.channels, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(after.channels))
        self.register_buffer("magnitude_ema", torch.ones([]))
        # on the CPU even where a network's shapes alone are made: they follow from the settings
        self.register_buffer("up_filter", _held(up), persistent=False)
        self.register_buffer("down_filter", _held(down), persistent=False)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        styles = self.affine(w)
        weight: Tensor = self.weight
        if self.torgb:
            styles = styles / math.sqrt(weight[0].numel())
        else:  # both only make the sum below a sum of moderate numbers
            weight = weight * weight.square().mean((1, 2, 3), keepdim=True).rsqrt()
            styles = styles * styles.square().mean(1, keepdim=True).rsqrt()
        y = F.conv2d(x * (styles * self.magnitude_ema.rsqrt())[..., None, None], weight,
                     padding=weight.shape[-1] - 1)  # fmt: skip
        if not self.torgb:
            norm = F.linear(styles.square(), weight.square().sum((2, 3)))
            y = y * (norm + 1e-8).rsqrt()[..., None, None]
        return filtered_leaky_relu(
            y + self.bias[:, None, None],
            self.up_filter,
            self.down_filter,
            up=self.up,
            down=self.down,
            padding=self.padding,
            slope=1.0 if self.torgb else SLOPE,
            gain=1.0 if self.torgb else GAIN,
            clamp=self.clamp,
        )


def _held(kernel: np.ndarray | None) -> Tensor | None:
    with torch.device("cpu"):
        return as_tensor(kernel)
