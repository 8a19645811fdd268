"""P: the spaces a search can walk over. Combine them with +, for example `WPlus() + Noises()`.

    Z, ZPlus, Whitened                z; one a layer; the whitened styles of ILO and PULSE
    W, WPlus, Matrix, MatrixPlus      w; one a layer; the same where they are matrices
    Noises, Content, ClassVector      b, s and c
    StyleHead, ContentHead            SPHInX's projection heads
    Layers, BaseDetail                a feature map deeper in, by ILO and by BDInvert
    Placement, Colour                 T: where the object sits in the frame, and in which colours

θ (`Theta`) is a dict of the searched tensors, one row a seed; `Codes` is what the generator is
handed. One of your own subclasses `Latents`.
"""

from inversion.latents.base import Latents, Sum, sample_z
from inversion.latents.base_code import BaseDetail
from inversion.latents.classes import ClassVector
from inversion.latents.codes import Codes
from inversion.latents.content import Content
from inversion.latents.heads import ContentHead, StyleHead
from inversion.latents.layers import Layers, Whitened
from inversion.latents.noise import Noises
from inversion.latents.placement import Colour, Placement, placement_for
from inversion.latents.start import NOTHING, Guess, Start, Theta
from inversion.latents.w import Matrix, MatrixPlus, W, WPlus
from inversion.latents.z import Z, ZPlus

__all__ = [
    "NOTHING",
    "BaseDetail",
    "ClassVector",
    "Codes",
    "Colour",
    "Content",
    "ContentHead",
    "Guess",
    "Latents",
    "Layers",
    "Matrix",
    "MatrixPlus",
    "Noises",
    "Placement",
    "Start",
    "StyleHead",
    "Sum",
    "Theta",
    "W",
    "WPlus",
    "Whitened",
    "Z",
    "ZPlus",
    "placement_for",
    "sample_z",
]
