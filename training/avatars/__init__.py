"""Procedural vinyl-toy portraits: `render(attributes(codes(seed, indices)))`."""

from .attributes import ATTRIBUTES, CODE_DIM, SPECIES, Attribute, Attributes, attributes, codes
from .render import ALIGNED, Rendered, Warp, can_compile, render

__all__ = [
    "ALIGNED",
    "ATTRIBUTES",
    "CODE_DIM",
    "SPECIES",
    "Attribute",
    "Attributes",
    "Rendered",
    "Warp",
    "attributes",
    "can_compile",
    "codes",
    "render",
]

VERSION = 1
"""Raised whenever the same code draws other pixels."""
