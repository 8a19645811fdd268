import numpy as np
import pytest
import torch

from inversion import solve
from inversion.latents import Codes, Colour, Guess, Placement, Z, placement_for
from inversion.pictures.transforms import place, recolour
from tests.inversion.seeds import rngs


def corners(mask):
    """left, top, right, bottom of a mask in fractions of the frame."""
    y, x = np.nonzero(mask)
    h, w = mask.shape
    return np.array([x.min() / w, y.min() / h, (x.max() + 1) / w, (y.max() + 1) / h])


def test_the_generators_box_lands_on_the_painted_one():
    box = (0.5, 0.6, 0.5, 0.5)
    drawn = np.zeros((64, 64), bool)
    drawn[22:54, 16:48] = True
    painted = np.zeros((64, 64), bool)
    painted[10:34, 30:54] = True
    placement = placement_for(painted, box)
    moved = place(torch.from_numpy(drawn)[None, None].float().expand(1, 3, -1, -1), placement)
    np.testing.assert_allclose(corners(moved[0, 0].numpy() > 0.5), corners(painted), atol=1 / 64)


def test_an_oblong_object_keeps_its_area_and_an_unmeasured_generator_has_a_box():
    painted = np.zeros((40, 80), bool)
    painted[10:30, 20:60] = True
    scale, x, y = placement_for(painted, None)[0].tolist()
    assert scale == pytest.approx(0.5 / 0.85)
    assert (x, y) == pytest.approx((0, 0))


def test_a_mask_of_the_whole_frame_says_nothing():
    assert placement_for(np.ones((8, 8), bool), None) is None


def test_a_dot_does_not_make_the_picture_vanish():
    dot = np.zeros((500, 500), bool)
    dot[3, 3] = True
    assert placement_for(dot, None)[0, 0] == pytest.approx(0.1)


def test_seeds_start_around_the_guess_one_tenth_apart(tiny):
    guess = Guess(placement=torch.tensor([[0.6, 0.1, -0.2]]))
    theta = Placement().start(tiny, rngs(*range(500)), guess)
    t = Placement().fields(tiny, theta)["placement"]
    torch.testing.assert_close(t.mean(0), guess.placement[0], rtol=0, atol=0.02)
    torch.testing.assert_close(t.std(0), torch.full((3,), 0.1), rtol=0, atol=0.01)
    centre = Placement().fields(tiny, Placement().centre(tiny, guess))["placement"]
    torch.testing.assert_close(centre, guess.placement)


def test_without_a_guess_the_middle_is_the_identity(tiny):
    both = Placement() + Colour()
    fields = both.fields(tiny, both.centre(tiny, Guess()))
    assert fields["placement"].tolist() == [[1, 0, 0]]
    assert fields["colour"].tolist() == [[0, 1, 1, 1, 1]]


def test_no_theta_leaves_the_ranges(tiny):
    far = torch.tensor([[-1e3] * 5, [1e3] * 5])
    colour = Colour().fields(tiny, {"colour": far})["colour"]
    assert colour[0].tolist() == pytest.approx([-0.5, *[2 / 3] * 4])
    assert colour[1].tolist() == pytest.approx([0.5, *[3 / 2] * 4])
    scale = Placement().fields(tiny, {"t": far[:, :3]})["placement"][:, 0]
    assert scale.tolist() == pytest.approx([0.1, 5])


def test_codes_draw_colour_first_then_placement_and_upright_neither(tiny):
    latents = Z() + Placement() + Colour()
    codes = latents.codes(tiny, latents.start(tiny, rngs(0, 1)))
    plain = tiny.synthesize(codes.ws)
    torch.testing.assert_close(codes.upright().synthesize(tiny), plain)
    drawn = place(recolour(plain, codes.colour), codes.placement)
    torch.testing.assert_close(codes.synthesize(tiny), drawn)
    again = Codes.from_tensors(dict(codes.tensors()))
    assert torch.equal(again.synthesize(tiny), codes.synthesize(tiny))


def test_solve_begins_at_the_painted_object(tiny, picture, pixels):
    from inversion import METHODS

    mask = np.zeros((16, 16), bool)
    mask[8:12, 8:12] = True
    first = next(solve(tiny, picture, METHODS["z, placed"], mask=mask, seeds=8, perceptual=pixels))
    t = first.result().codes.placement.mean(0)
    expected = placement_for(mask, tiny.box)[0]
    torch.testing.assert_close(t, expected, rtol=0, atol=0.15)
