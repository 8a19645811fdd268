import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from inversion.editing import EASINGS, Move, between, frames, slerp, strip
from inversion.edits.interpolation import entered
from inversion.sampling import draw
from models.errors import StudioError
from tests.conftest import tiny_biggan
from tests.inversion.conftest import only_styles, result_of, toward


@pytest.fixture
def two(tiny):
    """Two codes of one row."""
    codes = draw(tiny, 2, seed=3)
    return [codes.apply(lambda x, i=i: x[i : i + 1]) for i in (0, 1)]


def test_slerp_stays_on_the_sphere_at_an_even_pace():
    rng = torch.Generator().manual_seed(0)
    a, b = torch.nn.functional.normalize(torch.randn(2, 5, 16, generator=rng), dim=-1)
    total = torch.acos((a * b).sum(-1))
    for t in (0.0, 0.2, 0.5, 0.9, 1.0):
        x = slerp(a, b, torch.tensor(t))
        torch.testing.assert_close(x.norm(dim=-1), torch.ones(5))
        angle = torch.acos((a * x).sum(-1).clamp(-1, 1))
        torch.testing.assert_close(angle, t * total, atol=2e-3, rtol=0)


def test_slerp_changes_the_length_evenly_and_goes_straight_where_there_is_no_arc():
    a, b = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 4.0]])
    assert float(slerp(a, b, torch.tensor(0.5)).norm()) == pytest.approx(3.0)
    for other in (2 * a, -a, 0 * a):
        t = torch.tensor(0.25)
        torch.testing.assert_close(slerp(a, other, t), torch.lerp(a, other, t))


def test_between_styles_is_a_straight_line(tiny, two):
    a, b = map(only_styles, two)
    t = torch.tensor([0.0, 0.25, 1.0])
    ws = between(tiny, a, b, t).ws
    torch.testing.assert_close(ws, a.ws + t[:, None, None] * (b.ws - a.ws))
    assert torch.equal(ws[:1], a.ws) and torch.equal(ws[2:], b.ws)


def test_between_two_zs_the_styles_follow_the_arc(tiny, two):
    a, b = two
    middle = between(tiny, a, b, torch.tensor([0.5]))
    torch.testing.assert_close(middle.z, slerp(a.z, b.z, torch.tensor(0.5)))
    torch.testing.assert_close(middle.ws, tiny.map(middle.z))
    # a z on one side only: in w
    assert between(tiny, a, only_styles(b), torch.tensor([0.5])).z is None


def test_class_vectors_go_straight():
    G = tiny_biggan()
    codes = draw(G, 2, seed=1)
    a, b = (codes.apply(lambda x, i=i: x[i : i + 1]) for i in (0, 1))
    middle = between(G, a, b, torch.tensor([0.5]))
    torch.testing.assert_close(middle.c, (a.c + b.c) / 2)
    torch.testing.assert_close(middle.ws, G.map(middle.z, middle.c))


def test_the_ends_are_the_two_whatever_was_searched(tiny, two):
    rng = torch.Generator().manual_seed(0)
    a, b = map(only_styles, two)
    noisy = replace(a, noises=tuple(tiny.sample_noises(1, rng)))
    placed = replace(b, placement=torch.tensor([[0.7, 0.1, 0.0]]))
    content = replace(b, content=torch.randn(1, 8, 4, 4, generator=rng))
    deep = entered(tiny, a, 2)
    deep = replace(deep, x=deep.x + torch.randn(deep.x.shape, generator=rng))
    cases = [(noisy, placed), (noisy, content), (deep, b), (deep, placed), (deep, noisy)]
    for one, other in cases:
        ends = between(tiny, one, other, torch.tensor([0.0, 1.0])).synthesize(tiny)
        drawn = torch.cat([one.synthesize(tiny), other.synthesize(tiny)])
        torch.testing.assert_close(ends, drawn, rtol=1e-4, atol=1e-4)


def test_noise_stays_as_rough_as_it_was(tiny, two):
    rng = torch.Generator().manual_seed(0)
    a, b = (replace(only_styles(c), noises=tuple(tiny.sample_noises(1, rng))) for c in two)
    middle = between(tiny, a, b, torch.tensor([0.5]))
    assert float(middle.noises[-1].std()) == pytest.approx(1.0, abs=0.15)  # a line's would be .7


@pytest.mark.parametrize("name", EASINGS)
def test_an_easing_goes_from_0_to_1_and_never_back(name):
    steps = [EASINGS[name](i / 50) for i in range(51)]
    assert steps[0] == 0 and steps[-1] == 1
    assert all(a <= b for a, b in zip(steps, steps[1:], strict=False))


def test_a_strip_begins_and_ends_with_the_results(tiny, found):
    a, b = found.answer(0), found.answer(1)
    row = strip(tiny, [a, b], 5)
    assert row.shape == (16, 5 * 16, 3) and row.dtype == np.uint8
    assert np.abs(row[:, :16].astype(int) - a.render(tiny)[0]).max() <= 1
    assert np.abs(row[:, -16:].astype(int) - b.render(tiny)[0]).max() <= 1
    np.testing.assert_array_equal(row, strip(tiny, [found, found], 5, ranks=[0, 1]))


def test_frames_pass_through_every_result_as_edited(tiny, found):
    a, b = found.answer(0), found.answer(1)
    c = a.edit([Move(toward(tiny), 1.0)])
    film = list(frames(tiny, [a, b, c], seconds=1.0, fps=9, easing="linear"))
    assert len(film) == 9
    for i, stop in ((0, a), (4, b), (8, c)):
        assert np.abs(film[i].astype(int) - stop.render(tiny)[0]).max() <= 1, i
    loop = list(frames(tiny, [a, b], seconds=1.0, fps=8, loop=True))
    assert len(loop) == 8
    assert np.abs(loop[4].astype(int) - b.render(tiny)[0]).max() <= 1
    assert np.abs(loop[0].astype(int) - loop[-1]).max() > 0


def test_ways_that_cannot_be_walked(tiny, found, other_tiny):
    for results in ([found], [found] * 50):
        with pytest.raises(StudioError, match="2 to 16"):
            frames(tiny, results)
    theirs = result_of(other_tiny, draw(other_tiny, 1))
    with pytest.raises(StudioError, match="made with other"):
        strip(tiny, [found, theirs])
    with pytest.raises(StudioError, match="easing 'bouncy'"):
        frames(tiny, [found, found], easing="bouncy")
    for seconds, fps in ((math.nan, 24), (4.0, 0), (600.0, 60)):
        with pytest.raises(StudioError):
            frames(tiny, [found, found], seconds, fps)
