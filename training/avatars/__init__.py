"""Procedural vinyl-toy portraits: `render(attributes(codes(seed, indices)))`."""

from .attributes import ATTRIBUTES, CODE_DIM, SPECIES, Attribute, Attributes, attributes, codes
from .render import ALIGNED, Rendered, Warp, render

__all__ = ["ALIGNED", "ATTRIBUTES", "CODE_DIM", "SPECIES", "Attribute", "Attributes", "Rendered",
           "Warp", "attributes", "codes", "render"]

VERSION = 1
"""Raised whenever the same code draws other pixels."""
