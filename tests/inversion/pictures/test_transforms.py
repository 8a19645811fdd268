"""Laws of place and recolour, each against something written out by hand."""

import numpy as np
import pytest
import torch
from PIL import Image

from inversion.pictures.transforms import inverted, place, recolour, unplace

NEUTRAL = (0.0, 1.0, 1.0, 1.0, 1.0)


def random(*shape, seed=0, dtype=torch.float64):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def smooth(n=1, size=64):
    """Pictures of a few slow waves in [-1, 1], which interpolation hardly disturbs."""
    y, x = torch.meshgrid(*[torch.linspace(-1, 1, size).double()] * 2, indexing="ij")
    waves = [torch.sin(2 * x + y), torch.cos(x - 2 * y), torch.sin(x * y + 1)]
    return torch.stack(waves).expand(n, 3, size, size)


def rows(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_the_identity_changes_nothing():
    x = random(2, 3, 20, 20) * 2.4 - 1.2
    same = rows((1, 0, 0), (1, 0, 0))
    torch.testing.assert_close(place(x, same), x)
    torch.testing.assert_close(recolour(x, rows(NEUTRAL, NEUTRAL)), x, rtol=0, atol=1e-7)


def test_a_shift_by_whole_pixels_repeats_the_border():
    x = random(1, 3, 8, 8)
    moved = place(x, rows((1, 2 / 8, -1 / 8)))
    expected = np.pad(x[0].numpy(), ((0, 0), (0, 1), (2, 0)), mode="edge")[:, 1:, :8]
    np.testing.assert_allclose(moved[0], expected, atol=1e-12)


def test_half_the_size_is_in_the_middle_and_averages_four_pixels():
    x = random(1, 3, 8, 8)
    middle = place(x, rows((0.5, 0, 0)))[:, :, 2:6, 2:6]
    torch.testing.assert_close(middle, torch.nn.functional.avg_pool2d(x, 2))


def test_twice_the_size_is_what_pillow_draws():
    x = random(1, 3, 16, 16, dtype=torch.float32)
    ours = place(x, torch.tensor([[2.0, 0.0, 0.0]]))[0, 0].numpy()
    whole = Image.fromarray(x[0, 0].numpy()).resize((32, 32), Image.Resampling.BILINEAR)
    np.testing.assert_allclose(ours, np.asarray(whole)[8:24, 8:24], atol=1e-5)


def test_unplacing_undoes_placing_where_the_frame_holds_both():
    x, placement = smooth(2), rows((0.7, 0.1, -0.05), (0.8, 0.0, 0.1))
    seen = unplace(place(x, placement), placement)
    inside = (..., slice(2, -2), slice(2, -2))  # half a pixel of border is repeated
    torch.testing.assert_close(seen[inside], x[inside], rtol=0, atol=2e-3)
    torch.testing.assert_close(inverted(inverted(placement)), placement)


def test_one_target_is_seen_through_every_placement():
    y = smooth()
    seen = unplace(y, rows((1, 0, 0), (0.5, 0.2, 0)))
    assert seen.shape == (2, 3, 64, 64)
    torch.testing.assert_close(seen[:1], y)


def test_two_placements_in_a_row_are_one():
    x, a, b = smooth(), rows((0.8, 0.05, 0.1)), rows((0.9, -0.1, 0.05))
    both = torch.cat([a[:, :1] * b[:, :1], b[:, 1:] + b[:, :1] * a[:, 1:]], 1)
    torch.testing.assert_close(place(place(x, a), b), place(x, both), rtol=0, atol=1e-2)


def test_rows_do_not_see_each_other():
    x = random(2, 3, 8, 8)
    placements = rows((0.7, 0.1, 0), (1.2, 0, 0.1))
    colours = rows((0.2, 1.2, 0.8, 1.1, 0.9), (-0.3, 0.8, 1.2, 0.7, 1.4))
    for f, parameters in ((place, placements), (recolour, colours)):
        torch.testing.assert_close(f(x, parameters)[1:], f(x[1:], parameters[1:]))


@pytest.mark.slow
def test_gradients_are_those_of_finite_differences():
    x = (random(2, 3, 5, 5) * 1.2 - 0.8).requires_grad_()
    placements = rows((0.73, 0.11, -0.07), (1.21, -0.13, 0.09)).requires_grad_()
    colours = rows((0.13, 0.9, 1.2, 0.8, 0.9), (-0.23, 1.1, 0.8, 0.9, 0.8)).requires_grad_()
    assert torch.autograd.gradcheck(place, (x, placements))
    assert torch.autograd.gradcheck(recolour, (x, colours))


def test_black_white_and_grey_have_finite_gradients():
    x = torch.tensor([-1.5, -1.0, 0.0, 1.0, 1.5]).expand(1, 3, 1, 5).clone().requires_grad_()
    colour = torch.tensor([[0.4, 1.5, 2 / 3, 1.5, 1.5]], requires_grad=True)
    recolour(x, colour).square().sum().backward()
    assert x.grad.isfinite().all() and x.grad.abs().max() < 100
    assert colour.grad.isfinite().all()


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((1 / 3, 1, 1, 1, 1), lambda x: x[:, [2, 0, 1]]),  # a third of the circle: red is green
        ((0, 0.8, 1, 1, 1), lambda x: 0.8 * x),
        ((0, 1, 1.3, 1, 1), lambda x: x**1.3),
        ((0, 1, 1, 0.7, 1), lambda x: 0.7 * x + 0.3 * grey(x)),
        ((0, 1, 1, 1, 0.7), lambda x: 0.7 * x + 0.3 * grey(x).mean((2, 3), keepdim=True)),
    ],
)
def test_each_colour_does_what_its_name_says(colour, expected):
    x = 0.2 + 0.6 * random(1, 3, 6, 6)
    drawn = (recolour(2 * x - 1, rows(colour)) + 1) / 2
    torch.testing.assert_close(drawn, expected(x), rtol=0, atol=1e-6)


def grey(x):
    """Luma of ITU-R BT.601."""
    return (x * torch.tensor([0.299, 0.587, 0.114], dtype=x.dtype).view(3, 1, 1)).sum(1, True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_dtype_stays(dtype):
    x = random(1, 3, 4, 4, dtype=dtype)
    assert place(x, rows((0.9, 0, 0)).to(dtype)).dtype == dtype
    assert recolour(x, rows((0.1, 1, 1, 1, 1)).to(dtype)).dtype == dtype
