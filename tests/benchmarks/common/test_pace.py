"""Runs of equal cost draw what is counted, and the saving of an encoder is read off two traces."""

import numpy as np
import pytest

from benchmarks.common import pace
from benchmarks.pix2latent import encoder_start
from inversion import METHODS, invert
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual


@pytest.mark.slow
@pytest.mark.parametrize("name", ["z", "basincma", "z, placed", "basincma, placed"])
def test_what_is_counted_is_drawn(name: str, tiny: Generator, pixels: Perceptual) -> None:
    method = pace.drawing(METHODS[name], 120, tiny.z_dim)
    picture = np.zeros((tiny.resolution, tiny.resolution, 3), np.uint8)
    result = invert(tiny, picture, method, seeds=2, perceptual=pixels)
    assert result.evaluations == pace.pictures(method.solver, tiny.z_dim)
    assert abs(result.evaluations - 120) < 50


def test_an_uncounted_solver_is_refused() -> None:
    with pytest.raises(TypeError, match="LBFGS"):
        pace.pictures(METHODS["lbfgs"].solver, 8)


def test_saving() -> None:
    plain = np.array([[10, 20, 30, 40], [9.0, 7.0, 6.0, 5.0]])
    assert encoder_start.saving(plain, np.array([[10, 20, 30], [8.0, 5.0, 4.0]])) == 0.5
    assert encoder_start.saving(plain, plain) == 0
    assert encoder_start.saving(plain, np.array([[10, 40], [8.0, 6.0]])) == -np.inf
