from dataclasses import replace

import numpy as np
import pytest
import torch

from inversion.editing import (
    ChangeClass,
    Move,
    Truncate,
    conversion,
    convert,
    has_latent,
    in_classes,
)
from inversion.editing.conversion import wants_latent
from inversion.edits import Local
from inversion.latents import Codes
from inversion.metrics import psnr
from inversion.pictures.images import to_tensor
from inversion.result import Inversion
from inversion.sampling import draw
from inversion.tuning.deltas import compress
from models.errors import StudioError
from tests.conftest import tiny_biggan
from tests.inversion.conftest import only_styles, result_of, toward

pytestmark = pytest.mark.slow


@pytest.fixture
def G():
    return tiny_biggan()


@pytest.fixture
def styles(G):
    """Two answers in w+, whose layers differ a little."""
    ws = draw(G, 2, seed=3).ws
    rng = torch.Generator().manual_seed(0)
    return result_of(G, Codes(ws=ws + 0.5 * torch.randn(ws.shape, generator=rng)))


@pytest.fixture
def brief(monkeypatch):
    """A conversion of few steps, where it does not matter how near it comes."""
    monkeypatch.setattr(conversion, "ADAM", replace(conversion.ADAM, steps=10))


def test_directions_and_classes_act_on_what_was_found_in_w_plus(G, styles, pixels):
    move, change = Move(toward(G, "z"), 2.0), ChangeClass.to(G, 1)
    for edit in (move, change):
        with pytest.raises(StudioError, match="found"):
            styles.edit([edit]).render(G)
    converted = convert(G, styles, pixels)
    before, after = styles.render(G), converted.result.render(G)
    near = psnr(to_tensor(after), to_tensor(before))
    torch.testing.assert_close(torch.tensor(converted.psnr), near, atol=0.3, rtol=0)
    assert near.min() > 25 and converted.alike
    for edit in (move, change):
        assert (converted.result.edit([edit]).render(G) != after).any((1, 2, 3)).all()
    assert len(in_classes(G, converted.result)) == G.num_classes


def test_it_is_nearer_than_the_mean_over_layers_and_the_same_each_time(G, styles, pixels):
    d = G.z_dim
    mean = G.map(styles.codes.ws[..., :d].mean(1), styles.codes.ws[..., d:].mean(1))
    first = psnr(G.synthesize(mean), G.synthesize(styles.codes.ws))
    converted = convert(G, styles, pixels)
    assert (torch.tensor(converted.psnr) > first + 3).all()
    again = convert(G, styles, pixels)
    assert torch.equal(again.result.codes.z, converted.result.codes.z)
    alone = convert(G, styles.answer(1), pixels)
    torch.testing.assert_close(alone.result.codes.z[0], converted.result.codes.z[1])


def test_what_was_found_stays_and_the_new_one_says_what_it_is(G, styles, pixels, brief, tmp_path):
    edited = styles.edit([Truncate(0.8)])
    before = edited.codes.ws.clone()
    converted = convert(G, edited, pixels).result
    assert edited.codes.z is None and torch.equal(edited.codes.ws, before)
    assert converted.edits == edited.edits and "nearest z and class" in converted.notes[-1]
    assert set(converted.metrics) != set(edited.metrics)
    converted.save(tmp_path / "mine.safetensors")
    opened = Inversion.load(tmp_path / "mine.safetensors")
    np.testing.assert_array_equal(opened.render(G), converted.render(G))


def test_fine_tuned_weights_draw_what_is_looked_for(G, styles, pixels, brief):
    name, weight = next((k, w) for k, w in G.named_parameters() if w.dim() == 4)
    tuned = replace(styles, deltas=compress({name: weight}))
    assert (tuned.render(G)[0] != styles.render(G)[0]).any()
    assert (tuned.render(G)[1] == styles.render(G)[1]).all()
    converted = convert(G, tuned, pixels)
    z, untuned = converted.result.codes.z, convert(G, styles, pixels).result.codes.z
    assert not torch.allclose(z[0], untuned[0], atol=0.01) and torch.allclose(z[1], untuned[1])
    near = psnr(to_tensor(converted.result.render(G)), to_tensor(tuned.render(G)))
    torch.testing.assert_close(torch.tensor(converted.psnr), near, atol=0.3, rtol=0)


def test_placement_and_content_stay(G, styles, pixels, brief):
    placed = replace(
        styles.codes,
        placement=torch.tensor([[0.1, 0.0, 0.2]]).repeat(2, 1),
        content=torch.randn(2, *G.content_shape),
    )
    converted = convert(G, result_of(G, placed), pixels).result.codes
    assert torch.equal(converted.placement, placed.placement)
    assert torch.equal(converted.content, placed.content)


def test_what_has_a_z_and_a_class_comes_back_as_it_is(G, tiny, found, pixels):
    own = result_of(G, draw(G, 2))
    assert has_latent(G, own.codes) and not has_latent(G, only_styles(own.codes))
    converted = convert(G, own, pixels)
    assert converted.result is own and converted.psnr == (torch.inf, torch.inf)
    without = result_of(tiny, only_styles(found.codes))
    assert has_latent(tiny, without.codes) and convert(tiny, without, pixels).result is without
    with pytest.raises(StudioError, match="made with"):
        convert(G, found, pixels)


def test_which_edits_want_it(G, tiny):
    change = ChangeClass.to(G, 1)
    mask = np.ones((16, 16), bool)
    for edits, wanted in (
        ([], False),
        ([Truncate(0.5), Move(toward(tiny), 1.0)], False),
        ([Move(toward(G, "c"), 1.0)], True),
        ([Truncate(0.5), Move(toward(G, "z"), 1.0)], True),
        ([Local((change,), mask)], True),
    ):
        assert wants_latent(edits) is wanted
