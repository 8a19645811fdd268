"""R: what keeps an answer plausible; a penalty, a disturbance while searching, or a constraint.

    Geodesic, PNorm, NearBase, NoisePyramid, InDomain      penalties
    Sphere, ClampZ, TruncationTrick, NoisePyramid          constraints, re-imposed after each step
    Vicinal, LatentNoise                                   disturbances of what is evaluated

One of your own subclasses `Prior` and overrides one of its four hooks.
"""

from inversion.priors.base import Prior
from inversion.priors.domain import InDomain
from inversion.priors.latent import ClampZ, Geodesic, NearBase, PNorm, Sphere, TruncationTrick
from inversion.priors.noise import LatentNoise, NoisePyramid
from inversion.priors.vicinal import Vicinal

__all__ = [
    "ClampZ",
    "Geodesic",
    "InDomain",
    "LatentNoise",
    "NearBase",
    "NoisePyramid",
    "PNorm",
    "Prior",
    "Sphere",
    "TruncationTrick",
    "Vicinal",
]
