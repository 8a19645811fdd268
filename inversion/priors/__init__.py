"""R: what keeps an answer plausible; a penalty, a disturbance while searching, or a constraint."""

from inversion.priors.base import Prior
from inversion.priors.domain import InDomain
from inversion.priors.latent import ClampZ, Geodesic, NearBase, PNorm, Sphere, TruncationTrick
from inversion.priors.noise import LatentNoise, NoisePyramid
from inversion.priors.vicinal import Vicinal

__all__ = [
    "Geodesic",
    "InDomain",
    "LatentNoise",
    "NearBase",
    "NoisePyramid",
    "PNorm",
    "Prior",
    "Sphere",
    "ClampZ",
    "TruncationTrick",
    "Vicinal",
]
