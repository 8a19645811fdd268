"""How StyleGAN3 spreads frequencies over its layers (Karras et al. 2021, section 3.2 and appendix
C, "Geometric progression of layer specifications")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

T, R = (32768, 512), (65536, 1024)  # channels at a cutoff of 1, doubled, and the most


@dataclass(frozen=True)
class Band:
    """A signal between two layers.

    cutoff      frequency that is passed, in periods a picture width
    half_width  of the transition band around it
    rate        samples a picture width
    size        samples of the map a side, with the margin around the picture
    channels    of the map
    """

    cutoff: float
    half_width: float
    rate: int
    size: int
    channels: int


def schedule(
    resolution: int,
    *,
    layers: int = 14,
    critical: int = 2,
    first_cutoff: float = 2.0,
    first_stopband: float = 2**2.1,
    last_stopband_rel: float = 2**0.3,
    margin: int = 10,
    channels: Sequence[int] = (),
) -> list[Band]:
    """The bands of layers + 1 outputs, the last one the picture's, with `channels` in the others,
    or as many as the paper's T has.

    Cutoff and stopband grow in geometric steps from the first layer to the first of the `critical`
    last ones, which are sampled critically; the rate is the power of two that holds the stopband.

    >>> [band.size for band in schedule(256)][:4], schedule(256)[-1].size
    ([36, 36, 36, 52], 256)
    """
    last_cutoff = resolution / 2
    last_stopband = last_cutoff * last_stopband_rel
    steps = np.minimum(np.arange(layers + 1) / (layers - critical), 1)
    cutoffs = first_cutoff * (last_cutoff / first_cutoff) ** steps
    stopbands = first_stopband * (last_stopband / first_stopband) ** steps
    rates = np.exp2(np.ceil(np.log2(np.minimum(stopbands * 2, resolution))))
    half_widths = np.maximum(stopbands, rates / 2) - cutoffs
    sizes = rates + 2 * margin
    sizes[-2:] = resolution
    widths = [*channels] or widths_at(cutoffs[:-1], *T)
    return [
        Band(float(c), float(h), int(r), int(s), int(k))
        for c, h, r, s, k in zip(cutoffs, half_widths, rates, sizes, [*widths, 3], strict=True)
    ]


def widths_at(cutoffs: Iterable[float], base: int, most: int) -> list[int]:
    """Channels of maps of these cutoffs: base / 2 over the cutoff, at the most `most`."""
    return [int(np.rint(min(base / 2 / cutoff, most))) for cutoff in cutoffs]
