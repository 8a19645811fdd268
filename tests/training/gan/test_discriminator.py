"""The discriminator's parts against their definitions."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from training.gan.discriminator import Discriminator, EqualizedConv2d, minibatch_deviation


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_minibatch_deviation_is_its_definition() -> None:
    x = normal(8, 3, 4, 4)
    y = minibatch_deviation(x)
    assert torch.equal(y[:, :3], x)
    for group in range(2):
        part = x[4 * group : 4 * group + 4]
        expected = part.std(0, unbiased=False).mean()
        torch.testing.assert_close(
            y[4 * group : 4 * group + 4, 3], expected.expand(4, 4, 4), atol=1e-6, rtol=0
        )


def test_halving_convolution_is_filter_then_stride() -> None:
    layer = EqualizedConv2d(2, 3, 3, down=True, bias=False, activate=False).double()
    x = normal(1, 2, 8, 8)
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]).double() / 8
    kernel = torch.outer(taps, taps).expand(2, 1, 4, 4)
    filtered = F.conv2d(F.pad(x, (2, 2, 2, 2)), kernel, groups=2)
    expected = F.conv2d(filtered, layer.weight / math.sqrt(18))[:, :, ::2, ::2]
    torch.testing.assert_close(layer(x), expected)


def test_real_and_fake_do_not_meet_in_one_batch() -> None:
    model = Discriminator(16, {4: 4, 8: 4, 16: 4}).double()
    real, fake = normal(4, 3, 16, 16), normal(4, 3, 16, 16, seed=1)
    together = model(torch.cat([real, fake]))
    torch.testing.assert_close(together, torch.cat([model(real), model(fake)]))
    assert together.shape == (8,)


def test_low_precision_judges_nearly_alike() -> None:
    model = Discriminator(16, {4: 4, 8: 4, 16: 4})
    x = normal(4, 3, 16, 16).float()
    exact = model(x)
    model.precision = torch.bfloat16
    assert model(x).dtype == torch.float32
    torch.testing.assert_close(model(x), exact, atol=0.1, rtol=0.05)
    assert not torch.equal(model(x), exact)
