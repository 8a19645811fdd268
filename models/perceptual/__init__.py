"""Perceptual distances: pictures compared by the features of a network.

    D = models.load_perceptual()                 the embedded one, this project's own
    D(x, y)                                      [n], of pictures [n, 3, H, W] in [-1, 1]
    D(x, y, weight)                              where weight [1, 1, H, W] says (the masked LPIPS)
    D.compare(D.features(x), target)             the same, with the target's features kept

`LPIPS` is the published network. One of your own subclasses `Perceptual`.
"""

from models.perceptual.distance import Perceptual
from models.perceptual.embedded import EmbeddedPerceptual
from models.perceptual.lpips import LPIPS

__all__ = ["LPIPS", "EmbeddedPerceptual", "Perceptual"]
