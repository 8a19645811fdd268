"""Learning-rate schedules over t in [0, 1], the fraction of the run that is done."""

from __future__ import annotations

import math


def ramp(t: float, up: float, down: float) -> float:
    """Linear rise over the first `up` of the run, cosine fall over the last `down`.

    StyleGAN2 (Karras et al. 2020), appendix D; ILO uses it too. Returns a factor in [0, 1].
    """
    falling = min(1.0, (1.0 - t) / down) if down > 0 else 1.0
    rising = min(1.0, t / up) if up > 0 else 1.0
    return 0.5 * (1.0 - math.cos(math.pi * falling)) * rising
