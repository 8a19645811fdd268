import math

import pytest
import torch
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample

from training.avatars import (
    ATTRIBUTES,
    CODE_DIM,
    SPECIES,
    Attributes,
    Warp,
    attributes,
    codes,
    render,
)
from training.avatars.attributes import INDEX
from training.avatars.species import EYE_X, EYE_Y

PX = 32


pytestmark = pytest.mark.usefixtures("one_thread")  # small tensors: threads only wait


def toys(n: int, seed: int = 3) -> Attributes:
    """n plain avatars, one species after the other, looking into the camera."""
    return attributes(codes(seed, torch.arange(n))).replace(
        species=torch.arange(n) % len(SPECIES),
        yaw=0,
        pitch=0,
        glasses=0,
        eye_openness=1,
        smile=0.3,
        mouth_open=0,
        brow_raise=0,
        brow_tilt=0,
        hair_length=0.3,
        hair_style=0.5,
        light_azimuth=-30,
        light_elevation=40,
        background_lightness=0.95,
        age=0.4,
    )


def difference(a: Attributes, b: Attributes) -> torch.Tensor:
    """Mean absolute difference of each pixel over the channels, [n, PX, PX], grey levels."""
    one, two = (render(v, PX).images.float() for v in (a, b))
    return (one - two).abs().mean(1)


def test_codes_are_standard_normal_and_independent() -> None:
    u = codes(0, torch.arange(20_000)).double()
    assert u.shape == (20_000, CODE_DIM)
    assert u.mean(0).abs().max() < 0.035
    off = torch.corrcoef(u.T) - torch.eye(CODE_DIM)
    assert off.abs().max() < 0.035
    assert (u.var(0) - 1).abs().max() < 0.06
    assert CODE_DIM <= 64


def test_codes_depend_on_seed_and_index_alone() -> None:
    some = torch.tensor([7, 99_999, 12])
    assert torch.equal(codes(5, some)[1], codes(5, torch.tensor([99_999]))[0])
    assert not torch.equal(codes(5, some), codes(6, some))


def test_attributes_keep_their_ranges_and_species_are_even() -> None:
    a = attributes(codes(1, torch.arange(16_000)))
    for row in ATTRIBUTES:
        value = getattr(a, row.name)
        assert value.min() >= row.low - 1e-5 and value.max() <= row.high + 1e-5, row.name
    share = torch.bincount(a.species, minlength=len(SPECIES)) / len(a)
    assert (share - 1 / 8).abs().max() < 0.015
    assert (a.glasses > 0.75).float().mean().sub(0.25).abs() < 0.02


def test_attributes_rise_with_their_coordinate() -> None:
    u = torch.zeros(9, CODE_DIM)
    for row in ATTRIBUTES:
        v = u.clone()
        v[:, INDEX[row.name]] = torch.linspace(-3, 3, 9)
        assert (getattr(attributes(v), row.name).diff() >= 0).all(), row.name


def test_replace_refuses_an_unknown_name() -> None:
    with pytest.raises(AttributeError):
        toys(1).replace(moustache=1.0)


@pytest.mark.slow
def test_a_picture_does_not_depend_on_its_batch() -> None:
    together = render(attributes(codes(2, torch.arange(5))), PX).images
    alone = render(attributes(codes(2, torch.tensor([3]))), PX).images
    other = render(attributes(codes(2, torch.tensor([9, 3, 11]))), PX).images
    assert torch.equal(together[3], alone[0])
    assert torch.equal(together[3], other[1])


@pytest.mark.slow
def test_eyes_are_at_fixed_places_in_every_species() -> None:
    """The visible part of each eyeball centres on its place, to 1.5 pixels of 64: the side of
    the face hides less of its outer half."""
    eyes = render(toys(8).replace(gaze_x=0, gaze_y=0), PX).eyes
    ticks = (torch.arange(PX) + 0.5) * 2 / PX - 1
    near = 1.5 * 2 / 64
    for name, mask in zip(SPECIES, eyes, strict=True):
        for half, x in ((slice(0, PX // 2), -EYE_X), (slice(PX // 2, PX), EYE_X)):
            weight = mask[:, half] / mask[:, half].sum()
            assert mask[:, half].sum() > 8, name
            assert abs((weight.sum(0) * ticks[half]).sum() - x) < near, name
            assert abs((weight.sum(1) * ticks).sum() + EYE_Y) < near, name


# each attribute: two values and the box (left, top, right, bottom; fractions) where it works most
CHANGES = {
    "smile": (-0.9, 1.0, (0.2, 0.5, 0.8, 0.8)),
    "mouth_open": (0.0, 1.0, (0.2, 0.5, 0.8, 0.85)),
    "eye_openness": (0.0, 1.0, (0.15, 0.3, 0.85, 0.65)),
    "brow_raise": (-1.0, 1.0, (0.15, 0.15, 0.85, 0.5)),
    "brow_tilt": (-1.0, 1.0, (0.15, 0.15, 0.85, 0.6)),
    "hair_length": (0.0, 1.0, (0.0, 0.0, 1.0, 0.85)),
    "glasses": (0.0, 0.8, (0.0, 0.25, 1.0, 0.75)),
    "iris_hue": (0.0, 1.0, (0.1, 0.25, 0.9, 0.75)),
    "blush": (0.0, 1.0, (0.0, 0.3, 1.0, 0.85)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_an_attribute_works_in_its_place(name: str) -> None:
    low, high, (left, top, right, bottom) = CHANGES[name]
    a = toys(2).replace(species=torch.tensor([0, 3]))
    change = difference(a.replace(**{name: low}), a.replace(**{name: high}))
    box = torch.zeros(PX, PX, dtype=torch.bool)
    box[int(top * PX) : math.ceil(bottom * PX), int(left * PX) : math.ceil(right * PX)] = True
    assert (change.amax((1, 2)) > 6).all()
    assert change[:, box].sum() > 0.8 * change.sum()


@pytest.mark.slow
def test_skin_and_backdrop_keep_apart() -> None:
    a = toys(2)
    inside = render(a, PX).alpha
    hue = difference(a.replace(hue=0.0), a.replace(hue=0.5))
    assert hue[inside == 1].mean() > 5 and hue[inside == 0].max() == 0
    back = difference(a.replace(background_hue=0.1), a.replace(background_hue=0.6))
    assert back[inside == 0].min() > 0.5
    assert back[inside == 0].mean() > 10 * back[inside == 1].mean()


@pytest.mark.slow
def test_light_comes_from_its_side() -> None:
    a = toys(4).replace(light_elevation=20, species=torch.tensor([0, 2, 5, 6]))
    right, left = (
        render(a.replace(light_azimuth=v), PX).images.float().mean(1) for v in (55.0, -55.0)
    )
    gain = (right - left)[:, PX // 3 : 2 * PX // 3]
    assert (gain[:, :, PX // 2 :].mean((1, 2)) > gain[:, :, : PX // 2].mean((1, 2)) + 10).all()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "axis"), [("yaw", 2), ("pitch", 1)])
def test_the_head_turns_where_it_should(name: str, axis: int) -> None:
    """Eyes go right with yaw and up with pitch."""
    a = toys(3).replace(species=torch.tensor([0, 2, 6]))
    ticks = torch.arange(PX, dtype=torch.float32)
    places = []
    for value in (-14.0, 0.0, 14.0):
        eyes = render(a.replace(**{name: value}), PX).eyes
        places.append((eyes.sum(3 - axis) * ticks).sum(1) / eyes.sum((1, 2)))
    moves = torch.stack(places).diff(dim=0)
    assert (moves > 0.3).all() if name == "yaw" else (moves < -0.3).all()


@pytest.mark.slow
def test_backdrop_is_where_the_mask_is_empty() -> None:
    """Two avatars of unlike shape on one backdrop agree exactly where both masks are empty."""
    a = toys(8).replace(background_hue=0.4)
    r = render(a, PX)
    empty = (r.alpha[:1] == 0) & (r.alpha == 0)
    same = (r.images[:1] == r.images).all(1)
    assert same[empty].all() and empty.float().mean() > 0.15
    assert 0.3 < r.alpha.mean() < 0.8
    assert not same[1:][(r.alpha[1:] == 1)].float().mean() > 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    "warp",
    [Warp(degrees=25), Warp(shift=(0.125, -0.0625)), Warp(scale=0.75), Warp(20, (-0.05, 0.1), 1.2)],
)
def test_warps_match_a_resampled_picture(warp: Warp) -> None:
    a = toys(2)
    fine, bent = render(a, 2 * PX).alpha, render(a, PX, warp).alpha
    t = math.radians(warp.degrees)
    turn = torch.tensor([[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]]) / warp.scale
    shift = -turn @ (2 * torch.tensor(warp.shift))
    theta = torch.cat([turn, shift[:, None]], 1).expand(2, -1, -1)
    grid = affine_grid(theta, [2, 1, 2 * PX, 2 * PX], align_corners=False)
    known = (grid.abs() < 0.97).all(-1).float()
    wanted = grid_sample(fine[:, None], grid, align_corners=False)[:, 0]
    wanted, known, still = (avg_pool2d(v, 2) for v in (wanted, known, fine))
    assert (wanted - bent)[known == 1].abs().mean() < 0.02
    assert (still - bent).abs().mean() > 0.04


@pytest.mark.slow
def test_resolutions_agree() -> None:
    a = toys(2)
    small, large = render(a, 16).images.float(), render(a, 32).images.float()
    assert (avg_pool2d(large, 2) - small).abs().mean() < 4
