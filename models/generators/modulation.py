"""Modulated convolution (Karras et al. 2020, section 2.2), in two forms that are equal.

With one style vector s [n, i] a picture, the modulated weight is w'[n, o, i] = s[n, i] w[o, i], and
demodulation divides it by its norm over (i, kernel), d[n, o]^-1.

    weight form      convolve each picture with its own w' d      (one grouped convolution)
    activation form  d * conv(s * x, w)                           (one shared convolution)

Measured on two cores (AVX-512, float32; 64 px, 2.7 M parameters), forward / with the gradient in w,
in milliseconds for 1, 4 and 16 pictures: weight form 19, 44, 150 / 44, 125, 692; activation form
13, 21, 55 / 27, 44, 126. At 256 px and 512 channels, one picture: 3028 / 7135 against 617 / 1582.
So the activation form is the default everywhere; the weight form serves as its reference.

With a style vector an output channel, s [n, o, i] (Overparameterization, Poirier-Ginter and Lessard
2022, equation 2), w'[n, o, i] = s[n, o, i] w[o, i]: nothing is shared by the pictures, and the
weight form is the only one. Where maps are small it is written as a product, whose cost is that of
making the weights; where they are large, as a grouped convolution (16 pictures, bfloat16, one core,
there and back: 73 against 428 ms at 4x4 with 256 channels, 337 against 86 ms at 64x64 with 32).
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from models.generators.resample import binomial, upsample_conv

Form = Literal["weight", "activation"]
SMALL = 64  # pixels of a map up to which a row-wise convolution is written as a product


def demodulation(weight: Tensor, styles: Tensor) -> Tensor:
    """d [n, o]: one over the norm of styles [n, i] or [n, o, i] times weight [o, i, k, k] (equation
    3)."""
    energy = weight.square().sum((2, 3))
    if styles.ndim == 3:
        return ((styles.square() * energy).sum(2) + 1e-8).rsqrt()
    return (F.linear(styles.square(), energy) + 1e-8).rsqrt()


def channel_rows(w: Tensor, outputs: int) -> Tensor:
    """w [n, w_dim] as it is; of a matrix [n, rows, w_dim] the row of each output channel,
    [n, outputs, w_dim]: row i for channel i, surplus rows dropped (Overparameterization, section
    3.1), and where they are too few, again from the first."""
    if w.ndim == 2 or w.shape[1] == outputs:
        return w
    if w.shape[1] > outputs:
        return w[:, :outputs]
    return w[:, torch.arange(outputs, device=w.device) % w.shape[1]]


def modulated_conv(
    x: Tensor,
    weight: Tensor,
    styles: Tensor,
    *,
    demodulate: bool = True,
    up: bool = False,
    gain: float = 1.0,
    form: Form = "activation",
) -> Tensor:
    """x [n, i, h, w], weight [o, i, k, k], styles [n, i] or [n, o, i] -> [n, o, h, w], or
    [n, o, 2h, 2w] if up (k = 3 then), times gain if demodulated."""
    if form == "weight":
        return _weight_form(x, weight, styles, demodulate, up, gain)
    if styles.ndim == 3:
        small = x.shape[2] * x.shape[3] <= SMALL or weight.shape[-1] == 1
        y = (_product if small else _grouped)(x, weight, styles.to(x.dtype), up)
    else:
        y = _conv(x * styles[:, :, None, None].to(x.dtype), weight, up)
    if demodulate:
        y = y * (demodulation(weight, styles) * gain)[:, :, None, None].to(y.dtype)
    return y


def _weight_form(
    x: Tensor, weight: Tensor, styles: Tensor, demodulate: bool, up: bool, gain: float
) -> Tensor:
    n, _, h, w = x.shape
    if styles.ndim == 2:
        styles = styles[:, None]
    modulated = weight * styles[..., None, None]
    if demodulate:
        norm = torch.rsqrt(modulated.square().sum((2, 3, 4), keepdim=True) + 1e-8)
        modulated = modulated * (norm * gain)
    y = _conv(x.reshape(1, -1, h, w), modulated.flatten(0, 1), up, groups=n)
    return y.reshape(n, weight.shape[0], *y.shape[2:])


def _grouped(x: Tensor, weight: Tensor, styles: Tensor, up: bool) -> Tensor:
    """The row-wise convolution of x [n, i, h, w] by styles [n, o, i] times weight [o, i, k, k]."""
    n, _, h, w = x.shape
    modulated = weight.to(x.dtype) * styles[..., None, None]
    y = _conv(x.reshape(1, -1, h, w), modulated.flatten(0, 1), up, groups=n)
    return y.reshape(n, weight.shape[0], *y.shape[2:])


def _product(x: Tensor, weight: Tensor, styles: Tensor, up: bool) -> Tensor:
    """The same: every pixel's contribution to the k x k around it as one product, then their sum
    where they fall. Taps are an outer axis, so that styles are multiplied along memory."""
    (n, _, h, w), (o, _, k, _) = x.shape, weight.shape
    taps = weight.flatten(2)
    if not up:
        taps = taps.flip(2)  # a correlation; the transposed convolution of `up` has them as stored
    taps = taps.transpose(1, 2).contiguous().to(x.dtype)  # [o, k k, i]
    parts = torch.bmm((taps * styles[:, :, None]).flatten(1, 2), x.flatten(2))
    if up:
        return binomial(F.fold(parts, (2 * h + 1, 2 * w + 1), k, stride=2), 4.0, 1)
    return parts.view(n, o, h, w) if k == 1 else F.fold(parts, (h, w), k, padding=k // 2)


def _conv(x: Tensor, weight: Tensor, up: bool, groups: int = 1) -> Tensor:
    weight = weight.to(x.dtype)
    if up:
        return upsample_conv(x, weight, groups)
    return F.conv2d(x, weight, padding=weight.shape[-1] // 2, groups=groups)
