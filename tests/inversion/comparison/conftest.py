from collections.abc import Callable

import numpy as np
import pytest

from inversion import compare
from inversion.comparison import Standing
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from tests.conftest import PixelFeatures


@pytest.fixture
def race(tiny: Generator, picture: np.ndarray, pixels: PixelFeatures) -> Callable[..., list]:
    """Every standing of a race on the tiny network, in equal steps unless another is asked for."""

    def raced(*methods, **options) -> list[Standing]:
        asked = {"budget": 4, "equal": "steps", "perceptual": pixels, "preview_every": 1} | options
        return list(compare(tiny, picture, methods, **asked))

    return raced


class Broken(Perceptual):
    """Fails once it has measured so often."""

    name = "broken"

    def __init__(self, error: Exception, after: int) -> None:
        super().__init__()
        self.error, self.left, self.real = error, after, PixelFeatures()

    def features(self, x):
        self.left -= 1
        if self.left < 0:
            raise self.error
        return self.real.features(x)

    def compare(self, a, b, weight=None):
        return self.real.compare(a, b, weight)
