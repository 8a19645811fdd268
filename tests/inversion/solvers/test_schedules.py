import math

import pytest

from inversion.solvers.schedules import ramp


@pytest.mark.parametrize(
    ("t", "expected"),
    [(0.0, 0.0), (0.025, 0.5), (0.05, 1.0), (0.5, 1.0), (0.75, 1.0), (0.875, 0.5), (1.0, 0.0)],
)
def test_ramp_is_a_line_up_and_a_cosine_down(t, expected):
    assert ramp(t, up=0.05, down=0.25) == pytest.approx(expected, abs=1e-12)


def test_without_ramps_the_rate_is_constant():
    assert [ramp(t, 0, 0) for t in (0.0, 0.5, 1.0)] == [1.0, 1.0, 1.0]


def test_overlapping_ramps_multiply():
    t = 0.5
    assert ramp(t, 1, 1) == pytest.approx(0.5 * (1 - math.cos(math.pi * 0.5)) * 0.5)
