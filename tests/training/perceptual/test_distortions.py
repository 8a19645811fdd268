"""Distortions grow from nothing, each by its own severity."""

import pytest
import torch

from tests.training.perceptual.sources import rng
from training.perceptual.distortions import DISTORTIONS, distort
from training.perceptual.pictures import Shapes


@pytest.mark.parametrize("name", DISTORTIONS)
@pytest.mark.parametrize("size", [(64, 64), (33, 48)])
def test_a_distortion_grows_from_nothing(name: str, size: tuple[int, int]) -> None:
    # cropped, so that width and height differ; no random draw may depend on the severity
    x = Shapes().draw(32, 64, rng(1))[:, :, : size[0], : size[1]]
    changes = []
    for severity in (0.0, 0.1, 0.4, 1.0):
        y = DISTORTIONS[name](x, torch.full((32,), severity), rng())
        assert y.shape == x.shape and y.abs().max() <= 1
        changes.append(float((y - x).square().mean()))
    assert changes[0] < 1e-10 and sorted(changes) == changes and changes[-1] > 1e-3


def test_each_picture_has_its_own_severity() -> None:
    x = Shapes().draw(1, 64, rng()).repeat(2, 1, 1, 1)
    for name in ("blur", "noise", "shift", "colour", "warp", "contrast"):
        y = DISTORTIONS[name](x, torch.tensor([0.0, 1.0]), rng())
        torch.testing.assert_close(y[0], x[0], atol=1e-5, rtol=0)
        assert (y[1] - x[1]).abs().mean() > 0.01


def test_distort_is_drawn_from_its_generator_alone() -> None:
    x = Shapes().draw(16, 32, rng())
    a, b, c = (distort(x, rng(seed)) for seed in (3, 3, 4))
    assert torch.equal(a, b) and not torch.equal(a, c) and not torch.equal(a, x)
