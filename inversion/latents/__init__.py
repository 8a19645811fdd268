"""The spaces a search can walk over. Combine them with +, for example `WPlus() + Noises()`."""

from inversion.latents.base import Latents, Sum
from inversion.latents.classes import ClassVector
from inversion.latents.codes import Codes
from inversion.latents.content import Content
from inversion.latents.noise import Noises
from inversion.latents.placement import Colour, Placement, placement_for
from inversion.latents.start import NOTHING, Guess, Start, Theta
from inversion.latents.w import Matrix, MatrixPlus, W, WPlus
from inversion.latents.z import Z, ZPlus

__all__ = [
    "NOTHING",
    "ClassVector",
    "Codes",
    "Colour",
    "Content",
    "Guess",
    "Latents",
    "Matrix",
    "MatrixPlus",
    "Noises",
    "Placement",
    "Start",
    "Sum",
    "Theta",
    "W",
    "WPlus",
    "Z",
    "ZPlus",
    "placement_for",
]
