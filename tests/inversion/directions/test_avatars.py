"""On the embedded avatars: what is found there moves what it is named after."""

import pytest
import torch

from inversion import invert, sampling
from inversion.editing import Move, apply, judge, movements, supervised
from models import load, load_estimator, load_perceptual
from training.data.baked import held_out

NAMES = ("yaw", "pitch", "light_azimuth", "cloth_hue", "hue")


@pytest.fixture(scope="module")
def G():
    return load("avatars")


@pytest.fixture(scope="module")
def reader():
    return load_estimator("avatars")


@pytest.fixture(scope="module")
def directions(G, reader):
    return supervised(G, reader, NAMES, n=250)


@pytest.mark.slow
def test_a_direction_moves_its_own_attribute_most(G, reader, directions):
    moved = movements(G, directions, reader, strength=2.0, count=8)
    assert len(directions) == len(NAMES)
    for name in NAMES:
        assert moved.own(name) > 0.5, name
        assert moved.own(name) > 4 * moved.others(name), name
    assert sum(moved.strongest(name) == name for name in NAMES) >= 4


@pytest.mark.slow
def test_a_judgement_finds_the_attribute_that_was_asked_for(G, reader, directions):
    codes = sampling.draw(G, 8, seed=4)
    yaw = next(d for d in directions if d.name == "yaw")
    before, after = (apply(G, codes, e).synthesize(G) for e in ([], [Move(yaw, 2.0)]))
    found = judge(before, after, load_perceptual(), reader, ["yaw"])
    assert (found.reached > 0).all() and float(found.reached.mean()) > 0.7
    assert float(found.others.mean()) < 0.3 * float(found.reached.mean())
    strangers = judge(before, before.roll(1, 0), load_perceptual()).identity
    assert float(found.identity.mean()) > float(strangers.mean())
    assert torch.isfinite(found.identity).all()


@pytest.mark.slow
def test_known_directions_edit_what_a_style_head_found(G, reader, directions):
    """SPHInX, figure 7: an answer of P_s follows directions that were found without it."""
    picture = held_out(1)[0][0].permute(1, 2, 0).numpy()
    result = invert(G, picture, "sphinx (P_s)", seeds=1, steps=30, settings={"adam.lr": 0.02})
    assert result.codes.heads and result.metrics["PSNR"][0] > 14
    for name in ("yaw", "light_azimuth"):
        direction = next(d for d in directions if d.name == name)
        read = [
            float(
                reader(result.edit([Move(direction, s)]).render(G, uint8=False).clamp(-1, 1))[
                    0, reader.names.index(name)
                ]
            )
            for s in (-2.0, 0.0, 2.0)
        ]
        spread = float(reader.std[reader.names.index(name)])
        assert read[0] < read[1] < read[2] and read[2] - read[0] > 0.5 * spread, (name, read)
