"""Filters of continuous signals for StyleGAN3 (Karras et al. 2021, section 3 and appendix C): low
passes by the window method, and the way up, through the leaky ReLU, and down again."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F


@lru_cache(maxsize=256)
def low_pass(
    taps: int, cutoff: float, width: float, rate: float, radial: bool = False
) -> NDArray[np.float32] | None:
    """A Kaiser-windowed low pass [taps], or, radially symmetric, jinc-windowed [taps, taps], whose
    sum is 1; None where there is one tap, that is, no filter.

    cutoff  frequency at half amplitude
    width   of the transition band, of which the window's beta follows
    rate    samples a unit length; all three in the same unit

    (Appendix C, "Kaiser low-pass filters": h_K = 2 f_c sinc(2 f_c x) w_K(x), where the radial one
    has jinc(2 f_c |x|), that is J1(2π f_c r) / r, in place of the sinc.)
    """
    if taps == 1:
        return None
    x = (np.arange(taps) - (taps - 1) / 2) / rate
    window = np.kaiser(taps, _beta(taps, width / (rate / 2)))
    if not radial:
        kernel: NDArray[Any] = np.sinc(2 * cutoff * x) * window
    else:
        r = np.hypot(*np.meshgrid(x, x))
        bessel = torch.special.bessel_j1(torch.from_numpy(2 * np.pi * cutoff * r)).numpy()
        # where r is 0, which odd numbers of taps meet, its limit
        jinc = np.divide(bessel, np.pi * r, out=np.full_like(r, cutoff), where=r > 0)
        kernel = jinc * np.outer(window, window)
    normalised: NDArray[np.float32] = (kernel / kernel.sum()).astype(np.float32)
    return normalised


def _beta(taps: int, width: float) -> float:
    """The Kaiser window's beta for a transition band of that width, the Nyquist rate being 1: by
    its attenuation in decibels (Kaiser 1974)."""
    attenuation = 2.285 * (taps - 1) * math.pi * width + 7.95
    if attenuation > 50:
        return 0.1102 * (attenuation - 8.7)
    over = max(attenuation - 21, 0.0)
    return float(0.5842 * over**0.4 + 0.07886 * over)


def upsample(x: Tensor, kernel: Tensor | None, factor: int, before: int, after: int) -> Tensor:
    """x [n, C, h, w], factor - 1 zeros after each sample and `before` and `after` around (negative
    numbers crop), filtered by a separable kernel [taps] with gain factor^2:
    [n, C, factor h + before + after - taps + 1, …]."""
    if kernel is None:
        return F.pad(x, (before, after, before, after))
    gain, taps = kernel * factor, len(kernel)
    for axis in (2, 3):
        size = x.shape[axis]
        shape = (1, 1, taps, 1) if axis == 2 else (1, 1, 1, taps)
        stride = (factor, 1) if axis == 2 else (1, factor)
        n, channels = x.shape[:2]
        full = F.conv_transpose2d(x.flatten(0, 1)[:, None], gain.view(shape), stride=stride)
        start = taps - 1 - before  # of what a convolution of the padded signal would give
        end = start + factor * size + before + after - taps + 1 - full.shape[axis]
        pad = (0, 0, -start, end) if axis == 2 else (-start, end)
        x = F.pad(full, pad)[:, 0].unflatten(0, (n, channels))
    return x


def downsample(x: Tensor, kernel: Tensor | None, factor: int) -> Tensor:
    """x [n, C, h, w] filtered by a kernel [taps] along both axes, or [taps, taps], and every
    factor-th sample of it: [n, C, (h - taps) // factor + 1, …]."""
    if kernel is None:
        return x[:, :, ::factor, ::factor]
    n, channels = x.shape[:2]
    y = x.flatten(0, 1)[:, None]
    if kernel.ndim == 2:
        y = F.conv2d(y, kernel[None, None], stride=factor)
    else:
        y = F.conv2d(y, kernel.view(1, 1, -1, 1), stride=(factor, 1))
        y = F.conv2d(y, kernel.view(1, 1, 1, -1), stride=(1, factor))
    filtered: Tensor = y[:, 0].unflatten(0, (n, channels))
    return filtered


def filtered_leaky_relu(
    x: Tensor,
    up_kernel: Tensor | None,
    down_kernel: Tensor | None,
    *,
    up: int,
    down: int,
    padding: tuple[int, int],
    slope: float,
    gain: float,
    clamp: float | None,
) -> Tensor:
    """The nonlinearity on a finer grid, so that the frequencies which it makes can be filtered away
    before they alias (section 3.1, figure 4b): up, gain * leaky ReLU, clamp, down."""
    y = upsample(x, up_kernel, up, *padding)
    if slope != 1:
        y = F.leaky_relu(y, slope)
    y = y * gain if gain != 1 else y
    y = y if clamp is None else y.clamp(-clamp, clamp)
    return downsample(y, down_kernel, down)


def padding_for(
    in_size: int, out_size: int, kernel: int, up: int, down: int, up_taps: int, down_taps: int
) -> tuple[int, int]:
    """Zeros before and after the upsampled map, so that a full convolution by `kernel`, the way up
    and the way down turn in_size into out_size with the same middle."""
    total = (out_size - 1) * down + 1 - (in_size + kernel - 1) * up + up_taps + down_taps - 2
    before = math.floor((total + up) / 2)
    return before, total - before


def as_tensor(kernel: NDArray[np.float32] | None) -> Tensor | None:
    return None if kernel is None else torch.from_numpy(np.array(kernel))
