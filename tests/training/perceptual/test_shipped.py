"""The embedded perceptual network itself."""

from pathlib import Path

import pytest
import torch

from models.perceptual.embedded import EmbeddedPerceptual
from models.weights.checkpoint import EMBEDDED
from tests.training.perceptual.sources import rng
from training.perceptual import card
from training.perceptual.distortions import DISTORTIONS
from training.perceptual.pictures import Families, Shapes, mixture

SHIPPED = EMBEDDED / "perceptual.safetensors"


def test_few_channels_of_the_shipped_network_are_silent() -> None:
    x = mixture([Shapes()], 16, 64, rng(4))
    with torch.no_grad():
        maps = EmbeddedPerceptual.read(SHIPPED).layers(x)
    assert all((m.amax((0, 2, 3)) > 0).float().mean() > 0.75 for m in maps)


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in DISTORTIONS if n != "contrast"])
def test_the_shipped_distance_grows_with_severity(name: str) -> None:
    network = EmbeddedPerceptual.read(SHIPPED)
    x = Shapes().draw(12, 64, rng(5))
    means = [
        network(DISTORTIONS[name](x, torch.full((12,), s), rng()), x).mean().item()
        for s in (0.0, 0.1, 0.25, 0.5, 1.0)
    ]
    assert means == sorted(means) and means[0] < 0.02 * means[-1]


@pytest.mark.slow
def test_the_shipped_distance_grows_as_an_avatar_turns_into_another(tmp_path: Path) -> None:
    network = EmbeddedPerceptual.read(SHIPPED)
    members = Families.render(11, 2, tmp_path / "f.npy").images.float() / 127.5 - 1
    means = [network(members[:, k], members[:, 0]).mean().item() for k in (0, 1, 3, 5)]
    assert means == sorted(means) and means[0] == 0


@pytest.mark.slow
def test_descent_of_the_shipped_distance_paints_the_target() -> None:
    network = EmbeddedPerceptual.read(SHIPPED)
    target = Shapes().draw(2, 48, rng(6))
    painted = card.paint(network, target, steps=80)
    grey = card.mse(torch.zeros_like(target), target)
    assert (card.mse(painted, target) < 0.4 * grey).all()
