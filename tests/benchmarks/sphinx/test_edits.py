import pytest
import torch

from benchmarks.common.terms import Terms
from benchmarks.sphinx.edits import EDITED, edits_verdict
from benchmarks.sphinx.interpolation import (
    FADE,
    HEADS,
    PLACES,
    Way,
    measured,
    walked,
    ways_verdict,
)
from benchmarks.sphinx.moved_avatars import SHIFT, STILL, TURN, Models, back, moved
from inversion.pictures.images import to_tensor
from models import load_estimator
from tests.conftest import tiny_encoder


@pytest.mark.parametrize("name", [TURN, SHIFT])
def test_what_was_moved_is_put_back(name):
    x = torch.zeros(2, 3, 64, 64)
    x[..., 28:36, 24:36] = 1
    assert float((moved(x, name) - x).abs().mean()) > 0.005
    assert float((back(moved(x, name), name) - x).abs().mean()) < 0.005


@pytest.fixture
def models(tiny, pixels) -> Models:
    return Models(tiny, pixels, tiny_encoder(tiny), load_estimator("avatars"), Terms(4, 0.003))


def test_a_way_between_two_answers(models, picture):
    a, b = (models.answer(to_tensor(x)[0], "sphinx") for x in (picture, picture[::-1].copy()))
    found = walked(models.G, a, b)
    for x in found.values():
        assert x.shape == (PLACES, 3, *picture.shape[:2])
        torch.testing.assert_close(x[[0, -1]], found[FADE][[0, -1]], atol=1e-4, rtol=0)
    way = measured(models, found[HEADS], TURN, found[HEADS][PLACES // 2][None])
    assert way.midway == pytest.approx(0, abs=1e-6) and way.length > 0
    assert measured(models, found[HEADS], TURN, None).midway is None


def test_the_papers_claims_are_compared_with_the_numbers():
    good = {HEADS: Way(1, 1, 1), FADE: Way(1, 2, 2)}
    assert ways_verdict([good, {HEADS: Way(1, 1), FADE: Way(1, 2)}]).count("(agreed)") == 2
    assert "in 0 of 1 pairs (not agreed)" in ways_verdict([{HEADS: Way(1, 3), FADE: Way(1, 2)}])
    edits = {
        (name, place): [(reached, 0.9)] * 2
        for name in EDITED
        for place, reached in ((STILL, 1.0), (TURN, 0.5), (SHIFT, 0.5))
    }
    assert "0.50 of moved pictures and 1.00 in place: less, agreed" in edits_verdict(edits)
