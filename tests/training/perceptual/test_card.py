"""What the card says."""

import pytest
import scipy.stats
import torch
from torch import Tensor

from tests.training.perceptual.sources import rng
from training.perceptual import card
from training.perceptual.pictures import Shapes
from training.perceptual.teacher import Teacher


def test_spearman_is_scipy_s() -> None:
    a, b = torch.randn(2, 50, generator=rng())
    a[:20] = a[:20].round()
    expected = scipy.stats.spearmanr(a.numpy(), b.numpy()).statistic
    assert card.spearman(a, b) == pytest.approx(expected, abs=1e-12)


@pytest.mark.slow
def test_agreement_is_one_with_itself(teacher: Teacher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "SEVERITIES", (0.2, 0.8))
    x = {"shapes": Shapes().draw(2, 32, rng())}
    examined = card.pairs(x, Shapes().draw(12, 32, rng(1)).unflatten(0, (2, 6)))
    assert {name for name, _ in examined} == {*card.EXAMINED, "identity"}
    table = card.correlations(teacher, teacher, examined)
    assert set(table) == {"all", *card.EXAMINED, "identity", "shapes", "avatars"}
    assert all(value == pytest.approx(1) for value, _ in table.values())
    assert table["all"][1] == sum(len(a) for a, _ in examined.values())

    def opposite(a: Tensor, b: Tensor) -> Tensor:
        return -teacher(a, b)

    assert card.correlations(opposite, teacher, examined)["all"][0] < -0.999
