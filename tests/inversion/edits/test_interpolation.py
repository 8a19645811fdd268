"""Between two results; of SPHInX's θ is blended, not what it made (figure 8)."""

from dataclasses import replace

import pytest
import torch

from inversion import METHODS, Inversion
from inversion.editing import Move, between, frames
from inversion.editing.between_results import toward_result
from inversion.edits.interpolation import constants
from inversion.latents.heads import ContentHead, StyleHead
from inversion.sampling import draw
from models.errors import StudioError
from tests.inversion.conftest import result_of, toward
from tests.inversion.seeds import rngs


def found_by(G, name="sphinx", seed=0):
    """A result as that method starts: heads as they are drawn."""
    latents = METHODS[name].latents
    return result_of(G, latents.codes(G, latents.start(G, rngs(seed))))


@pytest.fixture
def two(tiny, one_thread):
    return found_by(tiny, seed=1), found_by(tiny, seed=2)


def test_head_parameters_and_noises_go_straight(tiny, two):
    a, b = (each.codes for each in two)
    t = torch.tensor([0.0, 0.3, 1.0])
    found = between(tiny, a, b, t, heads=True)
    for name in ("ps.b0.weight", "ps.d1.bias", "pc.2.weight"):
        expected = 0.7 * a.heads[name] + 0.3 * b.heads[name]
        torch.testing.assert_close(found.heads[name][1:2], expected)
    torch.testing.assert_close(found.noises[2][1:2], 0.7 * a.noises[2] + 0.3 * b.noises[2])
    theta = {k: x[1:2] for k, x in found.heads.items()} | {"z": found.z[1:2]}
    torch.testing.assert_close(StyleHead().fields(tiny, theta)["ws"], found.ws[1:2])
    torch.testing.assert_close(ContentHead().fields(tiny, theta)["content"], found.content[1:2])
    for row, end in ((0, a), (2, b)):
        torch.testing.assert_close(found.ws[row : row + 1], end.ws)
        torch.testing.assert_close(found.content[row : row + 1], end.content)


def test_half_way_it_is_another_picture_than_half_way_of_the_codes(tiny, two):
    a, b = (each.codes for each in two)
    half = torch.tensor([0.5])
    heads, codes = (between(tiny, a, b, half, heads=own).ws for own in (True, False))
    assert not torch.allclose(heads, codes, atol=1e-3)


def test_the_way_of_heads_is_an_edit_and_a_film(tiny, two, tmp_path):
    a, b = two
    edited = a.edit([toward_result(tiny, b, 1.0, name="the other", heads=True)])
    edited.save(tmp_path / "e.safetensors")
    again = Inversion.load(tmp_path / "e.safetensors")
    assert again.edits[0].text == "100% of the way to the other by heads"
    assert (again.render(tiny) == edited.render(tiny)).all()
    assert abs(edited.render(tiny).astype(int) - b.render(tiny)).max() <= 1
    *_, last = frames(tiny, [a, b], 0.2, 10, heads=True)
    assert abs(last.astype(int) - b.render(tiny)[0]).max() <= 1


def test_heads_that_cannot_be_blended_are_sentences(tiny, two):
    a, b = two
    other = found_by(tiny, "sphinx (P_s)")
    plain = result_of(tiny, replace(a.codes, heads=None))
    heads = {k: x for k, x in b.codes.heads.items() if k != "s"}
    old = result_of(tiny, replace(b.codes, heads=heads))
    moved = b.edit([Move(toward(tiny), 1.0)])
    for end, words in (
        (plain, "not edited in w"),
        (moved, "not edited in w"),
        (other, "different kinds"),
        (old, "earlier version"),
    ):
        with pytest.raises(StudioError, match=words):
            list(frames(tiny, [a, end], 0.2, 10, heads=True))


def test_the_constant_noise_maps_are_what_none_stands_for(tiny):
    codes = draw(tiny, 2, seed=3)
    assert codes.noises is None
    still, maps = codes.synthesize(tiny), constants(tiny)
    assert torch.equal(replace(codes, noises=maps).synthesize(tiny), still)
    others = tuple(x + 1 for x in maps)
    assert not torch.equal(replace(codes, noises=others).synthesize(tiny), still)
