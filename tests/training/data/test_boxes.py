"""training/data/boxes.py: known rectangles are found; a generator's mean box is its boxes' mean."""

import pytest
import torch
from torch import Tensor, nn

from models import CATALOG, load
from training.data.boxes import box, foreground, measure


def picture(left: int, top: int, right: int, bottom: int, size: int = 40) -> Tensor:
    """A red rectangle on a slanted ground of blue, [1, 3, size, size]."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, size), torch.linspace(-1, 1, size), indexing="ij")
    image = torch.stack([0.3 * x, 0.2 * y, 0.5 + 0.3 * x - 0.2 * y])[None]
    image[:, :, top:bottom, left:right] = torch.tensor([0.9, -0.9, -0.9])[:, None, None]
    return image


@pytest.mark.parametrize(
    "edges", [(10, 4, 30, 36), (3, 20, 12, 25), (8, 8, 32, 32), (6, 20, 34, 40)]
)
def test_a_rectangle_on_slanted_ground_is_found_exactly(edges):
    left, top, right, bottom = edges
    (mask,) = foreground(picture(*edges))
    assert mask.sum() == (right - left) * (bottom - top)
    assert box(mask) == pytest.approx(
        ((left + right) / 80, (top + bottom) / 80, (right - left) / 40, (bottom - top) / 40)
    )


def test_a_speck_does_not_count():
    x = picture(10, 10, 30, 30)
    before = box(foreground(x)[0])
    x[:, :, 38, 38] = 1
    assert box(foreground(x)[0]) == before


def test_plain_ground_has_no_box():
    assert box(foreground(picture(0, 0, 0, 0))[0]) is None


class Squares(nn.Module):
    """Draws by class: a small square left or a large one right."""

    num_classes = 2

    def sample_z(self, n: int, generator: torch.Generator) -> Tensor:
        return torch.randn(n, 2, generator=generator)

    def generate(self, z: Tensor, c: Tensor) -> Tensor:
        both = torch.cat([picture(4, 10, 14, 20), picture(16, 10, 36, 30)])
        return both[c]


def test_the_mean_over_classes():
    cx, cy, width, height = measure(Squares(), n=400)  # type: ignore[arg-type]  # a stand-in
    assert cx == pytest.approx((9 / 40 + 26 / 40) / 2, abs=0.02)
    assert (cy, width, height) == pytest.approx((17.5 / 40, 15 / 40, 15 / 40), abs=0.02)


def test_a_generator_of_plain_ground_is_refused():
    class Blank(Squares):
        def generate(self, z: Tensor, c: Tensor) -> Tensor:
            return torch.zeros(len(z), 3, 40, 40)

    with pytest.raises(ValueError, match="stands out"):
        measure(Blank(), n=4)  # type: ignore[arg-type]  # a stand-in


EMBEDDED = [row for row in CATALOG.values() if row.kind == "generator" and row.embedded]


@pytest.mark.slow
@pytest.mark.parametrize("row", EMBEDDED, ids=lambda row: row.name)
def test_the_catalog_holds_what_is_measured(row):
    assert measure(load(row.name), n=96, seed=1) == pytest.approx(row.box, abs=0.04)
