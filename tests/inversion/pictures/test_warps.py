import numpy as np
import torch
from scipy import ndimage

from inversion.pictures.transforms import place
from inversion.pictures.warps import warp


def smooth(n: int = 1) -> torch.Tensor:
    noise = torch.randn(n, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    return torch.nn.functional.interpolate(noise, (33, 33), mode="bicubic")


def test_nothing_changes_nothing():
    x = smooth(2)
    torch.testing.assert_close(warp(x), x, atol=1e-4, rtol=0)


def test_a_quarter_turn_is_counter_clockwise():
    x = smooth()
    torch.testing.assert_close(warp(x, 90.0), x.rot90(1, (2, 3)), atol=1e-3, rtol=0)


def test_a_turn_is_scipys_inside_the_frame():
    x = smooth()
    expected = ndimage.rotate(x[0, 0].numpy(), 20.0, reshape=False, order=1)
    middle = np.s_[9:24, 9:24]
    np.testing.assert_allclose(warp(x, 20.0)[0, 0].numpy()[middle], expected[middle], atol=2e-2)


def test_scale_and_shift_are_those_of_a_placement():
    x = smooth()
    there = place(x, torch.tensor([[0.75, 0.1, -0.2]]))
    here = warp(x, scale=0.75, shift=(0.1, -0.2))
    torch.testing.assert_close(here, there, atol=1e-3, rtol=0)


def test_the_border_goes_on():
    x = smooth()
    moved = warp(x, shift=(10 / 33, 0.0))
    border = x[..., :1].expand(-1, -1, -1, 10)
    torch.testing.assert_close(moved[..., :10], border, atol=1e-4, rtol=0)
