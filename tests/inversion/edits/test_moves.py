"""What each edit does to each kind of codes."""

from dataclasses import replace

import pytest
import torch

from inversion.editing import (
    ChangeClass,
    Move,
    Truncate,
    apply,
    listed,
)
from inversion.editing.between_results import mix_with, toward_result
from inversion.edits.interpolation import entered
from inversion.sampling import draw
from models.errors import StudioError
from tests.conftest import tiny_biggan
from tests.inversion.conftest import only_styles, result_of, toward


@pytest.fixture
def classes():
    return tiny_biggan()


@pytest.fixture
def codes(tiny):
    return draw(tiny, 2, seed=3)


def same(a, b):
    """Every tensor of two codes is equal."""
    left, right = dict(a.tensors()), dict(b.tensors())
    return left.keys() == right.keys() and all(torch.equal(left[k], right[k]) for k in left)


def test_no_edits_are_the_codes(tiny, codes):
    assert same(apply(tiny, codes, []), codes)
    still = [Move(toward(tiny), 0.0), Truncate(1.0)]
    assert same(apply(tiny, codes, still), codes)


def test_a_direction_of_w_moves_every_layer_or_a_range(tiny, codes):
    d = toward(tiny)
    everywhere = apply(tiny, codes, [Move(d, 2.0)])
    torch.testing.assert_close(everywhere.ws, codes.ws + 2 * d.vector)
    some = apply(tiny, codes, [Move(d, -1.0, (1, 3))])
    torch.testing.assert_close(some.ws[:, 1:4], codes.ws[:, 1:4] - d.vector)
    for kept in (slice(0, 1), slice(4, None)):
        assert torch.equal(some.ws[:, kept], codes.ws[:, kept])
    assert some.z is None  # it would no longer be theirs


def test_a_direction_of_w_plus_moves_each_layer_its_own_way(tiny, codes):
    d = toward(tiny, "w+")
    torch.testing.assert_close(apply(tiny, codes, [Move(d, 0.5)]).ws, codes.ws + 0.5 * d.vector)


def test_a_direction_of_z_moves_z_and_styles_follow(tiny, codes):
    d = toward(tiny, "z")
    moved = apply(tiny, codes, [Move(d, 1.5)])
    torch.testing.assert_close(moved.z, codes.z + 1.5 * d.vector)
    torch.testing.assert_close(moved.ws, tiny.map(moved.z))
    rows = apply(tiny, codes, [Move(d, 1.5, (2, 3))])
    assert rows.z.shape == (2, 6, 8)
    torch.testing.assert_close(rows.ws[:, 2:4], moved.ws[:, 2:4])
    torch.testing.assert_close(rows.ws[:, :2], codes.ws[:, :2])
    again = apply(tiny, rows, [Move(d, 1.0)])
    torch.testing.assert_close(again.z, rows.z + d.vector)


def test_edits_of_z_come_first_whatever_the_order(tiny, codes):
    z, w = Move(toward(tiny, "z"), 1.0), Move(toward(tiny), 1.0)
    torch.testing.assert_close(
        apply(tiny, codes, [w, z]).ws, apply(tiny, codes, [z, w]).ws, rtol=0, atol=0
    )


def test_an_edit_of_z_needs_a_z_that_determines_the_styles(tiny, codes):
    move = Move(toward(tiny, "z"), 1.0)
    with pytest.raises(StudioError, match="found in another space"):
        apply(tiny, only_styles(codes), [move])
    with pytest.raises(StudioError, match="projection heads"):
        apply(tiny, replace(codes, heads={"ps.b0.weight": torch.ones(2, 1)}), [move])


def test_noises_and_placement_stay(tiny, codes):
    noises = tuple(tiny.sample_noises(2, torch.Generator().manual_seed(0)))
    placement = torch.tensor([[0.8, 0.1, 0.0]]).repeat(2, 1)
    found = replace(codes, noises=noises, placement=placement)
    moved = apply(tiny, found, [Move(toward(tiny), 1.0)])
    assert torch.equal(moved.placement, placement)
    assert all(torch.equal(a, b) for a, b in zip(moved.noises, noises, strict=True))


def test_a_map_that_the_generator_would_draw_itself_moves_as_it_would(tiny, codes):
    deep = entered(tiny, only_styles(codes), 2)
    torch.testing.assert_close(deep.synthesize(tiny), codes.synthesize(tiny))
    edits = [Move(toward(tiny), 1.0), Truncate(0.7)]
    torch.testing.assert_close(
        apply(tiny, deep, edits).synthesize(tiny),
        apply(tiny, codes, edits).synthesize(tiny),
        rtol=1e-4,
        atol=1e-4,
    )


def test_a_searched_map_keeps_what_was_searched(tiny, codes):
    deep = entered(tiny, only_styles(codes), 2)
    extra = torch.randn(deep.x.shape, generator=torch.Generator().manual_seed(0))
    searched = replace(deep, x=deep.x + extra)
    move = [Move(toward(tiny), 1.0, (0, 2))]  # layers that are no longer run
    moved, plain = apply(tiny, searched, move), apply(tiny, deep, move)
    torch.testing.assert_close(moved.x, plain.x + extra, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(moved.x, searched.x)


def test_truncation_draws_to_the_mean(tiny, codes):
    mean = tiny.w_mean()
    torch.testing.assert_close(apply(tiny, codes, [Truncate(0.0)]).ws, mean.expand(2, 6, 8))
    torch.testing.assert_close(
        apply(tiny, codes, [Truncate(0.3)]).ws, mean + 0.3 * (codes.ws - mean)
    )


def test_mixing_takes_layers_of_the_other(tiny, codes):
    one, other = (codes.apply(lambda x, i=i: x[i : i + 1]) for i in (0, 1))
    mix = mix_with(tiny, result_of(tiny, other), (3, 5))
    mixed = apply(tiny, one, [mix])
    assert torch.equal(mixed.ws[:, 3:], other.ws[:, 3:])
    assert torch.equal(mixed.ws[:, :3], one.ws[:, :3])
    deep = result_of(tiny, entered(tiny, only_styles(other), 1))
    with pytest.raises(StudioError, match="feature map"):
        apply(tiny, one, [mix_with(tiny, deep, (3, 5))])


def test_the_other_is_taken_as_it_was_edited(tiny, codes, found):
    d = toward(tiny)
    other = found.edit([Move(d, 1.0)])
    taken = mix_with(tiny, other, None, rank=1).codes
    torch.testing.assert_close(taken.ws, found.codes.ws[1:] + d.vector)
    with pytest.raises(StudioError, match="no answer 2"):
        mix_with(tiny, found, None, rank=2)


@pytest.mark.parametrize("kept", [lambda c: c, only_styles], ids=["z", "w"])
def test_all_the_way_to_the_other_is_the_other(tiny, codes, kept):
    one, other = (kept(codes).apply(lambda x, i=i: x[i : i + 1]) for i in (0, 1))
    for amount, end in ((0.0, one), (1.0, other)):
        edit = toward_result(tiny, result_of(tiny, other), amount)
        torch.testing.assert_close(apply(tiny, one, [edit]).ws, end.ws)


def test_a_class_changes_and_the_pose_stays(classes):
    codes = draw(classes, 2, seed=0)
    changed = apply(classes, codes, [ChangeClass.to(classes, 2)])
    assert torch.equal(changed.z, codes.z)
    torch.testing.assert_close(changed.c, classes.embeddings[2].expand(2, -1))
    torch.testing.assert_close(changed.ws, classes.map(codes.z, changed.c))
    half = apply(classes, codes, [ChangeClass.to(classes, 2, 0.5)])
    torch.testing.assert_close(half.c, (codes.c + changed.c) / 2)


def test_directions_of_z_and_of_the_class_in_biggan(classes):
    codes = draw(classes, 2, seed=0)
    z, c = toward(classes, "z"), toward(classes, "c")
    moved = apply(classes, codes, [Move(z, 1.0), Move(c, 2.0)])
    torch.testing.assert_close(moved.z, codes.z + z.vector)
    torch.testing.assert_close(moved.c, codes.c + 2 * c.vector)
    layer = apply(classes, codes, [Move(z, 1.0, (1, 1))])
    torch.testing.assert_close(layer.ws[:, 1, :8], codes.z + z.vector)
    torch.testing.assert_close(layer.ws[:, 0], codes.ws[:, 0])
    torch.testing.assert_close(layer.ws[..., 8:], codes.ws[..., 8:])
    less = apply(classes, codes, [Truncate(0.5)])
    torch.testing.assert_close(less.z, codes.z / 2)
    assert torch.equal(less.c, codes.c)
    bare = apply(classes, only_styles(codes), [Truncate(0.5)])
    torch.testing.assert_close(bare.ws, less.ws)


def test_what_the_edits_do_is_said(tiny, found):
    edits = [Move(toward(tiny), -1.5, (0, 3)), Truncate(0.7), toward_result(tiny, found, 0.25)]
    assert listed(edits) == [
        "somewhere -1.50, layers 0 to 3",
        "truncation 0.70",
        "25% of the way to the other result",
    ]


def test_what_is_held_still_is_taken_out_of_the_way(tiny, codes):
    """InterFaceGAN's conditional manipulation: the step has nothing of what is held."""
    smile, yaw, age = (
        toward(tiny, seed=seed, name=name) for seed, name in enumerate(("smile", "yaw", "age"))
    )
    move = Move(smile, 2.0, (1, 3), (yaw, age))
    step = apply(tiny, codes, [move]).ws - codes.ws
    for held in (yaw, age):
        assert float((step[:, 1:4] @ held.vector).abs().max()) < 1e-4
    # it goes as far along the direction itself as the free move does
    free = apply(tiny, codes, [Move(smile, 2.0, (1, 3))]).ws - codes.ws
    torch.testing.assert_close(step @ smile.vector, free @ smile.vector)
    assert not torch.allclose(step, free, atol=1e-2) and not step[:, 4:].any()
    assert listed([move]) == ["smile +2.00, layers 1 to 3, holding yaw, age"]
