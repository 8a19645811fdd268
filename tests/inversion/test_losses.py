import pytest
import torch

from inversion.losses import L1, MSE, PerceptualLoss

LOSSES = [MSE(), L1(), PerceptualLoss()]
EACH = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.key)


def images(n, seed=0):
    return torch.rand(n, 3, 16, 16, generator=torch.Generator().manual_seed(seed)) * 2 - 1


@EACH
def test_a_loss_is_zero_at_the_target_alone(loss, pixels):
    y = images(1)
    distance = loss.bind(y, pixels)
    assert distance(y).item() == 0
    assert distance(images(4, seed=1)).gt(0).all()


@EACH
def test_each_row_is_judged_alone(loss, pixels):
    distance = loss.bind(images(1), pixels)
    x = images(3, seed=2)
    torch.testing.assert_close(distance(x), torch.cat([distance(row[None]) for row in x]))


def test_mse_and_l1_are_torchs(pixels):
    y, x = images(1), images(1, seed=1)
    assert MSE().bind(y, pixels)(x).item() == pytest.approx(
        torch.nn.functional.mse_loss(x, y).item()
    )
    assert L1().bind(y, pixels)(x).item() == pytest.approx(torch.nn.functional.l1_loss(x, y).item())


def test_the_targets_features_are_computed_once(pixels):
    calls = []

    class Counting(type(pixels)):
        def features(self, x):
            calls.append(len(x))
            return super().features(x)

    distance = PerceptualLoss().bind(images(1), Counting())
    distance(images(4)), distance(images(4))
    assert calls == [1, 4, 4]


def test_a_weight_of_ones_changes_nothing_and_a_mask_takes_the_mean_inside(pixels):
    x, y = images(2), images(1, seed=1)
    mask = torch.zeros(1, 1, *y.shape[2:])
    mask[..., :4] = 1
    for loss in (MSE(), L1()):
        plain = loss.bind(y, pixels)(x)
        torch.testing.assert_close(loss.bind(y, pixels, torch.ones_like(mask))(x), plain)
        inside = loss.bind(y[..., :4], pixels)(x[..., :4])
        torch.testing.assert_close(loss.bind(y, pixels, mask)(x), inside)
