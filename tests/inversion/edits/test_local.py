from dataclasses import replace

import numpy as np
import pytest
import torch

from inversion.editing import Local, Move, Truncate, apply
from inversion.edits.interpolation import entered
from inversion.sampling import draw
from models.errors import StudioError
from models.generators.generator import Identity
from models.generators.stylegan2 import StyleGAN2
from tests.conftest import tiny_biggan
from tests.inversion.conftest import only_styles, toward
from tests.models.published import tiny, tiny3


@pytest.fixture(scope="module")
def G():
    """A 64-pixel StyleGAN2 with random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        G = StyleGAN2(
            resolution=64, z_dim=8, w_dim=8, channels=dict.fromkeys((4, 8, 16, 32, 64), 8),
            mapping_layers=2,
        )  # fmt: skip
    G.identity = Identity("sixty-four", "stylegan2", "6" * 64, "")
    return G.eval().requires_grad_(False)


@pytest.fixture
def mask():
    mask = np.zeros((64, 64), bool)
    mask[8:28, 8:28] = True
    return mask


REACH = 4  # pixels: what the last block's convolutions and its upsampling add to a cell's edge


def moved(G, codes, edits):
    before, after = codes.synthesize(G), apply(G, codes, edits).synthesize(G)
    return (after - before).abs().amax(1)[0].numpy()


@pytest.mark.parametrize("first", [1, 2, 3, 4, 9])
def test_pixels_far_from_the_mask_do_not_change(G, mask, first):
    codes = draw(G, 1, seed=2)
    change = moved(G, codes, [Local((Move(toward(G), 3.0),), mask, first)])
    far = np.ones((64, 64), bool)
    far[8 - REACH : 28 + REACH, 8 - REACH : 28 + REACH] = False
    assert change[far].max() < 1e-5
    assert change[12:24, 12:24].mean() > 0.05


def test_inside_it_is_the_edit(G):
    """All painted: the edit itself, but for the styles of the last block."""
    codes, edits = draw(G, 1, seed=2), (Move(toward(G), 1.0, (0, 6)),)
    local = apply(G, codes, [Local(edits, np.ones((64, 64), bool))])
    torch.testing.assert_close(
        local.synthesize(G), apply(G, codes, edits).synthesize(G), rtol=1e-4, atol=1e-4
    )


def test_the_seam_is_drawn_by_the_network(G, mask):
    """It is no cut-out of the edited picture: at the mask's edge it is neither."""
    codes, edits = draw(G, 1, seed=2), (Move(toward(G), 3.0),)
    local = apply(G, codes, [Local(edits, mask)]).synthesize(G)
    edited, plain = apply(G, codes, edits).synthesize(G), codes.synthesize(G)
    pasted = torch.where(torch.from_numpy(mask), edited, plain)
    edge = np.zeros((64, 64), bool)
    edge[8:28, 26:30] = True
    assert (local - pasted).abs()[0, :, torch.from_numpy(edge)].mean() > 0.02


def test_two_places_are_edited_one_after_the_other(G, mask):
    codes = draw(G, 1, seed=2)
    elsewhere = mask[::-1, ::-1].copy()
    both = [
        Local((Move(toward(G), 3.0),), mask),
        Local((Move(toward(G, seed=5), 3.0),), elsewhere),
    ]
    change = moved(G, codes, both)
    assert change[mask].mean() > 0.05 and change[elsewhere].mean() > 0.05
    near = np.zeros((64, 64), bool)
    near[4:32, 4:32] = near[32:60, 32:60] = True
    assert change[~near].max() < 1e-5


def test_codes_with_a_searched_map(G, mask):
    deep = entered(G, only_styles(draw(G, 1, seed=2)), 3)
    deep = replace(deep, x=deep.x + torch.randn(deep.x.shape))
    change = moved(G, deep, [Local((Move(toward(G), 3.0),), mask)])
    assert change[:, 40:].max() < 1e-5 and change[mask].mean() > 0.05


def test_the_mask_is_painted_on_the_picture_as_it_is_placed(G, mask):
    codes = replace(draw(G, 1, seed=2), placement=torch.tensor([[0.5, 0.2, 0.2]]))
    shown = np.zeros((64, 64), bool)
    shown[44:52, 44:52] = True
    change = moved(G, codes, [Local((Move(toward(G), 3.0),), shown)])
    assert change[44:52, 44:52].mean() > 0.05 and change[:36, :36].max() < 1e-5


def test_a_class_conditional_generator_too():
    G = tiny_biggan()
    mask = np.zeros((16, 16), bool)
    mask[:4, :4] = True
    change = moved(G, draw(G, 1), [Local((Move(toward(G, "z"), 3.0),), mask)])
    assert change[:4, :4].mean() > 1e-3 and change[12:, 12:].max() < 1e-6


def test_masks_that_make_no_sense(tiny, found, mask):
    inner = (Truncate(0.5),)
    with pytest.raises(StudioError, match="selects nothing"):
        found.edit([Local(inner, np.zeros((16, 16), bool))])
    with pytest.raises(StudioError, match="no edits"):
        found.edit([Local((), np.ones((16, 16), bool))])
    with pytest.raises(StudioError, match="64 × 64 pixels, the picture 16 × 16"):
        found.edit([Local(inner, mask)]).render(tiny)
    with pytest.raises(StudioError, match="must be a number"):
        found.edit([Local((Truncate(float("nan")),), mask)])


@pytest.mark.parametrize("how", ["4 x 3", "stylegan3"])
def test_the_mask_lies_where_it_was_painted_on_maps_of_another_shape(how):
    """Maps that are no square, or that have a margin around the picture."""
    G = tiny(base=(4, 3), resolution=64, channels=dict.fromkeys((4, 8, 16, 32, 64), 8))
    if how == "stylegan3":
        G = tiny3(resolution=64, channels=[8] * 5)
    mask = np.zeros((64, 64), bool)
    mask[8:28, 12:28] = True
    codes = draw(G, 1, seed=2)
    change = moved(G, codes, [Local((Move(toward(G), 3.0),), mask, 3)])
    weight = change / change.sum()
    middle = (weight * np.arange(64)).sum(), (weight.T * np.arange(64)).sum()
    assert middle == pytest.approx((19.5, 17.5), abs=2.5)
