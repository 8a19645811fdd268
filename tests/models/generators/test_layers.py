"""Primitives against naive float64 references; the two forms of modulation against each other."""

import math

import pytest
import torch
from torch import Tensor

from models.generators.layers import EqualizedLinear, leaky, unit_moment
from models.generators.modulation import demodulation, modulated_conv
from models.generators.resample import binomial, downsample, upsample, upsample_conv


def normal(*shape: int, seed: int = 0) -> Tensor:
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def true_convolution(x: Tensor, kernel: Tensor) -> Tensor:
    """Full linear convolution of x [h, w] with a kernel, by the definition, tap by tap."""
    (h, w), (a, b) = x.shape, kernel.shape
    y = x.new_zeros(h + a - 1, w + b - 1)
    for i in range(a):
        for j in range(b):
            y[i : i + h, j : j + w] += kernel[i, j] * x
    return y


def zero_insert(x: Tensor) -> Tensor:
    y = x.new_zeros(2 * x.shape[0], 2 * x.shape[1])
    y[::2, ::2] = x
    return y


def fir(gain: float) -> Tensor:
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=torch.float64) / 8
    return torch.outer(taps, taps) * gain


def naive_upsample(x: Tensor) -> Tensor:
    """Zero-insert, filter with gain 4; the filter's centre lies between its taps 1 and 2, so output
    i is row i + 1 of the full convolution."""
    full = true_convolution(zero_insert(x), fir(4))
    return full[1 : 1 + 2 * x.shape[0], 1 : 1 + 2 * x.shape[1]]


def naive_upsample_conv(x: Tensor, weight: Tensor) -> Tensor:
    """Zero-insert, convolve each channel pair, filter: x [i, h, w], weight [o, i, 3, 3]."""
    h, w = x.shape[1:]
    out = []
    for kernels in weight:
        full = sum(
            true_convolution(true_convolution(zero_insert(c), k), fir(4))
            for c, k in zip(x, kernels, strict=True)
        )
        assert isinstance(full, Tensor)
        out.append(full[2 : 2 + 2 * h, 2 : 2 + 2 * w])
    return torch.stack(out)


def test_upsample_is_zero_insertion_and_filter() -> None:
    x = normal(2, 3, 5, 7)
    reference = torch.stack([torch.stack([naive_upsample(c) for c in picture]) for picture in x])
    torch.testing.assert_close(upsample(x), reference)


def test_upsample_weights_are_one_quarter_and_three() -> None:
    row = torch.tensor([[4.0, 8.0]], dtype=torch.float64).expand(2, 2)[None, None]
    middle = upsample(row)[0, 0, 1]  # rows 1 and 2 are (3 + 1) / 4 of equal rows
    torch.testing.assert_close(middle, middle.new_tensor([3.0, 5.0, 7.0, 6.0]))


def test_downsample_is_the_filter_at_every_second_pixel() -> None:
    x = normal(1, 2, 8, 6)
    reference = torch.stack([true_convolution(c, fir(1))[2:10:2, 2:8:2] for c in x[0]])
    torch.testing.assert_close(downsample(x)[0], reference)


def test_upsample_conv_is_zero_insertion_convolution_and_filter() -> None:
    x, weight = normal(2, 3, 4, 5), normal(6, 3, 3, 3, seed=1)
    reference = torch.stack([naive_upsample_conv(picture, weight) for picture in x])
    torch.testing.assert_close(upsample_conv(x, weight), reference)


def test_binomial_differentiates_twice() -> None:
    x = normal(1, 2, 3, 3).requires_grad_()
    for pad in (1, 2):
        assert torch.autograd.gradcheck(lambda x, p=pad: binomial(x, 4.0, p) ** 2, x)
        assert torch.autograd.gradgradcheck(lambda x, p=pad: binomial(x, 4.0, p) ** 2, x)


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("demodulate", [False, True])
@pytest.mark.parametrize("form", ["weight", "activation"])
def test_modulated_conv_is_the_definition(up: bool, demodulate: bool, form: str) -> None:
    x, weight, styles = normal(2, 3, 4, 4), normal(5, 3, 3, 3, seed=1), normal(2, 3, seed=2)
    reference = []
    for picture, s in zip(x, styles, strict=True):
        w = weight * s[None, :, None, None]
        if demodulate:
            norms = [math.sqrt(float(filter_.square().sum()) + 1e-8) for filter_ in w]
            w = w / torch.tensor(norms, dtype=w.dtype)[:, None, None, None]
        if up:
            reference.append(naive_upsample_conv(picture, w))
        else:  # correlation is convolution with the kernel turned by 180 degrees
            turned = w.flip(2, 3)
            channels = [
                sum(true_convolution(c, k) for c, k in zip(picture, ks, strict=True))
                for ks in turned
            ]
            reference.append(torch.stack([c[1:-1, 1:-1] for c in channels]))
    got = modulated_conv(x, weight, styles, demodulate=demodulate, up=up, form=form)
    torch.testing.assert_close(got, torch.stack(reference))


@pytest.mark.parametrize("up", [False, True])
def test_forms_have_equal_gradients(up: bool) -> None:
    inputs = [normal(2, 3, 4, 4), normal(4, 3, 3, 3, seed=1), normal(2, 3, seed=2)]
    gradients = []
    for form in ("weight", "activation"):
        leaves = [t.clone().requires_grad_() for t in inputs]
        y = modulated_conv(*leaves, up=up, form=form)
        gradients.append(torch.autograd.grad((y * normal(*y.shape, seed=3)).sum(), leaves))
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("form", ["weight", "activation"])
def test_modulated_conv_gradcheck(form: str) -> None:
    inputs = [normal(2, 2, 2, 2), normal(1, 2, 3, 3, seed=1), normal(2, 2, seed=2)]
    leaves = [t.requires_grad_() for t in inputs]

    def f(x: Tensor, weight: Tensor, styles: Tensor) -> Tensor:
        return modulated_conv(x, weight, styles, up=True, form=form)

    assert torch.autograd.gradcheck(f, leaves)
    assert torch.autograd.gradgradcheck(f, leaves, fast_mode=True)


def test_demodulated_filters_have_unit_norm() -> None:
    weight, styles = normal(5, 3, 3, 3), normal(2, 3, seed=1)
    d = demodulation(weight, styles)
    modulated = weight[None] * styles[:, None, :, None, None] * d[:, :, None, None, None]
    norms = modulated.square().sum((2, 3, 4))
    torch.testing.assert_close(norms, torch.ones_like(norms), rtol=1e-6, atol=0)


def test_equalized_linear_is_its_formula() -> None:
    layer = EqualizedLinear(4, 3, bias=1.0, lr=0.01, activate=True).double()
    x = normal(2, 4)
    y = 0.01 * (x @ layer.weight.T / math.sqrt(4) + layer.bias)
    torch.testing.assert_close(layer(x), torch.where(y > 0, y, 0.2 * y) * math.sqrt(2))


def test_leaky_restores_the_gain() -> None:
    x = torch.tensor([-10.0, 1.0])
    torch.testing.assert_close(leaky(x), torch.tensor([-2.0, 1.0]) * math.sqrt(2))


def test_unit_moment() -> None:
    x = unit_moment(normal(3, 8) * 5)
    torch.testing.assert_close(x.square().mean(1), torch.ones(3, dtype=x.dtype))
