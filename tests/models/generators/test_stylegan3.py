"""models/generators/stylegan3.py: no code of NVIDIA's was at hand to compare with. Held are what a
print-out of a published network says of its structure, the definition of every filter, and that a
moved or turned input gives the moved or turned picture, which nearly any mistake would break."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import signal, special

from models.generators.filters import downsample, low_pass, padding_for, upsample
from models.generators.stylegan3 import StyleGAN3
from models.generators.stylegan3_schedule import R, schedule, widths_at
from tests.models.published import tiny3

# of FFHQ at 1024 px, as its module prints itself: size, channels, rate, cutoff, half width
FFHQ_T = """
    36   512 16   2       6       | 36   512 16   3.1748  4.8252  | 52   512 32   5.03968 10.9603
    52   512 32   8       8       | 84   512 64   12.6992 19.3008 | 148  512 128  20.1587 43.8413
    148  512 128  32      32      | 276  323 256  50.7968 77.2032 | 276  203 256  80.6349 47.3651
    532  128 512  128     128     | 1044 81  1024 203.187 308.813 | 1044 51  1024 322.54  189.46
    1044 32  1024 512     118.346 | 1024 32  1024 512     118.346 | 1024 3   1024 512     118.346
"""


def test_the_layers_are_those_of_the_published_network():
    rows = [[float(x) for x in row.split()] for row in FFHQ_T.replace("\n", "|").split("|")]
    for band, (size, channels, rate, cutoff, half) in zip(
        schedule(1024), [row for row in rows if row], strict=True
    ):
        assert (band.size, band.channels, band.rate) == (size, channels, rate)
        assert (band.cutoff, band.half_width) == pytest.approx((cutoff, half), rel=1e-4)


def test_a_network_of_the_published_size():
    """R is the smaller of the two, though twice as wide (Karras et al. 2021, section 3.2)."""
    cutoffs = [band.cutoff for band in schedule(1024)][:-1]
    with torch.device("meta"):
        t = StyleGAN3(resolution=1024)
        r = StyleGAN3(resolution=1024, kernel=1, radial=True, channels=widths_at(cutoffs, *R))
    count = [sum(p.numel() for p in G.parameters()) for G in (t, r)]
    assert count[1] < count[0]
    assert {"L7_276_645", "L8_276_406"} <= set(r.synthesis)  # names that others' code has of R
    assert t.num_ws == r.num_ws == 16 and t.content_shape == (512, 36, 36)


# filters

TAPS = [(12, 2.0, 12.0, 32), (24, 12.7, 38.6, 128), (12, 100.0, 50.0, 512)]


@pytest.mark.parametrize(("taps", "cutoff", "width", "rate"), TAPS)
def test_a_low_pass_is_scipy_s_window_method(taps, cutoff, width, rate):
    """The published design, in the words of the paper's appendix C: firwin, and J1 times a window
    of its own beta."""
    wanted = signal.firwin(taps, cutoff, width=width, fs=rate)
    np.testing.assert_allclose(low_pass(taps, cutoff, width, rate), wanted, atol=1e-6)
    x = (np.arange(taps) - (taps - 1) / 2) / rate
    r = np.hypot(*np.meshgrid(x, x))
    window = np.kaiser(taps, signal.kaiser_beta(signal.kaiser_atten(taps, width / (rate / 2))))
    wanted = special.j1(2 * cutoff * np.pi * r) / (np.pi * r) * np.outer(window, window)
    found = low_pass(taps, cutoff, width, rate, True)
    np.testing.assert_allclose(found, wanted / wanted.sum(), atol=1e-6)


@pytest.mark.parametrize(("taps", "cutoff", "width", "rate"), TAPS)
def test_a_radial_low_pass_is_a_windowed_disc(taps, cutoff, width, rate):
    """The disc of passed frequencies, transformed back by a sum over rings and angles."""
    kernel = low_pass(taps, cutoff, width, rate, True)
    x = (np.arange(taps) - (taps - 1) / 2) / rate
    rings = (np.arange(400) + 0.5) / 400 * cutoff
    angles = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    waves = np.cos(2 * np.pi * np.hypot(*np.meshgrid(x, x))[..., None, None]
                   * rings[:, None] * np.cos(angles))  # fmt: skip
    disc = (waves * rings[:, None]).sum((2, 3))
    line = low_pass(taps, cutoff, width, rate) / np.sinc(2 * cutoff * x)  # its window
    wanted = disc * np.outer(line, line)
    np.testing.assert_allclose(kernel, wanted / wanted.sum(), atol=2e-4 * kernel.max())


@pytest.mark.parametrize("factor", [1, 2, 4])
@pytest.mark.parametrize("pad", [(0, 0), (5, 4), (-3, -4), (9, -2)])
def test_up_and_down_are_zeros_a_filter_and_every_second_sample(factor, pad):
    x = torch.randn(2, 3, 15, 15)
    kernel = torch.randn(6)
    zeros = torch.zeros(2, 3, 15 * factor, 15 * factor)
    zeros[:, :, ::factor, ::factor] = x
    zeros = F.pad(zeros, (*pad, *pad))
    flipped = kernel.flip(0)
    square = (flipped[:, None] * flipped)[None, None].expand(3, 1, 6, 6)
    wanted = F.conv2d(zeros, square * factor**2, groups=3)
    torch.testing.assert_close(upsample(x, kernel, factor, *pad), wanted, atol=1e-4, rtol=1e-4)
    symmetric = kernel + flipped
    two = symmetric[:, None] * symmetric
    wanted = F.conv2d(zeros, two[None, None].expand(3, 1, 6, 6), groups=3)[..., ::2, ::2]
    for each in (symmetric, two):
        torch.testing.assert_close(downsample(zeros, each, 2), wanted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kernel", [1, 3])
def test_padding_keeps_sizes_and_middles(kernel):
    for a, b, up, down in ((36, 36, 2, 2), (36, 52, 4, 2), (52, 32, 2, 2), (32, 32, 1, 1)):
        up_taps, down_taps = (6 * f if f > 1 else 1 for f in (up, down))
        before, after = padding_for(a, b, kernel, up, down, up_taps, down_taps)
        size = up * (a + kernel - 1) + before + after - up_taps + 1
        assert (size - down_taps) // down + 1 == b and abs(before - after) <= up


# equivariance (section 2.2, EQ-T and EQ-R)

T3 = {"resolution": 32, "channels": [8, 8, 8, 7, 6]}
R3 = T3 | {"kernel": 1, "radial": True}


def moved(G, ws, transform):
    G.synthesis["input"].transform.copy_(torch.tensor(transform))
    picture = G.synthesize(ws)
    G.synthesis["input"].transform.copy_(torch.eye(3))
    return picture


def decibels(a, b, margin=6):
    inside = slice(margin, -margin)
    error = (a - b)[..., inside, inside].square().mean()
    return float(10 * torch.log10((b.max() - b.min()).square() / error))


@pytest.mark.parametrize("configuration", [T3, R3], ids=["T", "R"])
@pytest.mark.parametrize(("x", "y"), [(3, 0), (0, -2), (-4, 5)])
def test_a_moved_input_gives_the_moved_picture(configuration, x, y):
    G = tiny3(**configuration)
    ws = G.map(torch.randn(1, 10, generator=torch.Generator().manual_seed(5)))
    shift = [[1.0, 0.0, x / 32], [0.0, 1.0, y / 32], [0.0, 0.0, 1.0]]
    picture = G.synthesize(ws)
    assert decibels(moved(G, ws, shift), picture.roll((-y, -x), (2, 3))) > 60
    assert decibels(moved(G, ws, shift), picture) < 40


@pytest.mark.parametrize("configuration", [T3, R3], ids=["T", "R"])
def test_half_a_pixel(configuration):
    """Two moves by half a pixel are one by a whole, and the half lies between: the picture is a
    continuous signal."""
    G = tiny3(**configuration)
    ws = G.map(torch.randn(1, 10, generator=torch.Generator().manual_seed(5)))
    half = moved(G, ws, [[1.0, 0.0, 0.5 / 32], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    picture = G.synthesize(ws)
    x = torch.cat([picture, picture.flip(3)], 3)  # periodic, so that it has a spectrum
    spectrum = torch.fft.rfft(x)
    waves = torch.arange(spectrum.shape[-1]) * 0.5 * 2j * torch.pi / x.shape[3]
    shifted = torch.fft.irfft(spectrum * torch.exp(waves), n=x.shape[3])[..., :32]
    assert decibels(half, shifted) > max(30, decibels(half, picture) + 6)


def test_r_turns_with_its_input_and_t_does_not():
    quarter = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    found = []
    for configuration in (T3, R3):
        G = tiny3(**configuration)
        ws = G.map(torch.randn(1, 10, generator=torch.Generator().manual_seed(5)))
        turned = moved(G, ws, quarter)
        found.append(decibels(turned, torch.rot90(G.synthesize(ws), 1, (2, 3)), 1))
    assert found[0] < 40 and found[1] > 80


def test_w_turns_and_shifts_the_fourier_features():
    """Its first style does what `transform` does."""
    G = tiny3(**R3)
    first = G.synthesis["input"]
    first.affine.weight.zero_()
    ws = G.map(torch.randn(1, 10))
    first.affine.bias.copy_(torch.tensor([0.0, 1.0, 0.0, 0.0]))
    by_style = G.synthesize(ws)
    first.affine.bias.copy_(torch.tensor([2.0, 0.0, 0.0, 0.0]))
    turned = moved(G, ws, [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    torch.testing.assert_close(by_style, turned)
    first.affine.bias.copy_(torch.tensor([1.0, 0.0, 2 / 32, 0.0]))
    by_style = G.synthesize(ws)
    first.affine.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))
    picture = G.synthesize(ws)
    assert decibels(by_style, picture.roll(2, 3)) > 60


# the interface


def test_pictures_do_not_depend_on_their_neighbours():
    G = tiny3()
    ws = G.map(torch.randn(3, 10))
    torch.testing.assert_close(G.synthesize(ws)[1:2], G.synthesize(ws[1:2]))


def test_entered_at_any_layer_it_draws_the_same():
    G = tiny3()
    ws = G.map(torch.randn(2, 10))
    picture = G.synthesize(ws)
    for k in range(G.num_blocks + 1):
        torch.testing.assert_close(G.synthesize(ws, start=G.features(ws, k)), picture)
    torch.testing.assert_close(G.synthesize(ws, content=G.features(ws, 0).x), picture)


def test_latents_have_gradients():
    G = tiny3()
    ws = G.map(torch.randn(1, 10)).clone().requires_grad_()
    G.synthesize(ws).square().sum().backward()
    assert (ws.grad.abs().amax(2) > 0).all()


@pytest.mark.parametrize(
    "changes",
    [{"resolution": 24}, {"resolution": 8}, {"kernel": 5}, {"critical": 4}, {"first_cutoff": 9.0}],
    ids=str,
)
def test_settings_that_describe_no_network(changes):
    with pytest.raises(ValueError):
        tiny3(**changes)
