from dataclasses import replace

import numpy as np
import pytest
import torch

from inversion import METHODS, Inversion
from inversion.discover import discover, refuses
from inversion.discovery.problem import Joint, unit
from inversion.editing import Move, load_directions, save_directions
from inversion.losses import MSE
from inversion.metrics import psnr
from inversion.pictures.images import to_tensor, to_uint8
from inversion.pictures.series import SERIES, Series, draw_series, series_of
from models.errors import StudioError
from tests.inversion.conftest import Plain
from tests.inversion.seeds import rngs


class Tiles(Plain):
    """Plain's four pixels as tiles of 8 × 8: layer 0 is seen as it is, the others not at all."""

    def __init__(self):
        super().__init__()
        self.resolution = 16

    def synthesize(self, ws, noises=None, content=None, start=None):
        small = super().synthesize(ws)
        return small.repeat_interleave(8, 2).repeat_interleave(8, 3)


def found(G, series, pixels, **options):
    *_, last = discover(G, series, perceptual=pixels, **{"steps": 300} | options)
    return last.drawn()


@pytest.mark.slow
@pytest.mark.parametrize("own", [0, 1])
def test_the_way_through_the_series_is_found_and_leads_on(own, pixels):
    G = Tiles().requires_grad_(False)
    rng = torch.Generator().manual_seed(5)
    w = G.map(G.sample_z(1, rng))
    true = unit(torch.randn(1, G.w_dim, generator=rng))[:, None]

    def pictures(*at):
        return to_uint8(torch.cat([G.synthesize(w + a * true) for a in at]))

    steps = [0.0 - 2 * own, 2.0 - 2 * own, 6.0 - 2 * own]
    answer = found(G, Series(pictures(*steps), own, "mine"), pixels)
    assert answer.strengths == pytest.approx([a / max(steps) for a in steps], abs=0.05)
    assert torch.cosine_similarity(answer.direction.vector[0], true[0, 0], 0) > 0.99
    beyond = answer.result.edit([Move(answer.direction, -1.5)]).render(G)
    assert np.abs(beyond.astype(int) - pictures(-1.5 * max(steps))).max() <= 8


def joint(G, pixels, own=0, count=3, seeds=2):
    series = Series(np.zeros((count, 16, 16, 3), np.uint8), own, "x")
    row = replace(METHODS["w+"], losses=(MSE(),), priors=())
    return Joint.of(G, row, pixels, series, 2.0, seeds)


def margins(search, α):
    (margin,) = search.problem.priors
    return margin.penalty({"strengths": torch.as_tensor(α)}, search.problem.G)


def test_the_margin_is_the_papers(tiny, pixels):
    α = torch.tensor([[2.0, 4.0], [0.5, 1.0], [3.0, 2.0]])
    papers = [max(0, 2 - a) + max(0, 2 - b) + max(0, 2 - b + a) for a, b in α.tolist()]
    torch.testing.assert_close(margins(joint(tiny, pixels), α), torch.tensor(papers))
    both = joint(tiny, pixels, own=1)
    assert margins(both, [[-2.0, 2.0]]) == 0
    assert margins(both, [[1.0, 2.0]]) == 3 + 1


def test_a_search_begins_where_the_margins_are_met(tiny, pixels):
    for own in range(3):
        search = joint(tiny, pixels, own)
        start = search.start(rngs(0, 1)).theta
        assert not margins(search, start["strengths"]).any()
        assert search.along.strengths(start)[:, own].tolist() == [0, 0]
    alone = joint(tiny, pixels, seeds=1).start(rngs(1)).theta
    both = joint(tiny, pixels).start(rngs(0, 1)).theta
    torch.testing.assert_close(both["direction"][1:], alone["direction"])


def test_a_look_draws_the_whole_series_of_every_seed(tiny, pixels):
    search = joint(tiny, pixels)
    theta = search.start(rngs(0, 1)).theta
    theta["strengths"] = theta["strengths"] * torch.tensor([[0.5], [1.0]])
    look = search.evaluate(theta, 0.0, rngs(0, 1))
    assert look.images.shape == (2, 3, 16, 48) and look.drawn == 6
    ws = theta["w"] + theta["strengths"][:, 1, None, None] * unit(theta["direction"])
    last = tiny.synthesize(ws)
    torch.testing.assert_close(look.images[..., 32:], last, atol=1e-5, rtol=1e-4)
    expected = (look.images + 1).square().unflatten(3, (3, 16)).mean((1, 2, 4)).sum(1)
    torch.testing.assert_close(look.terms["mse"], expected)
    assert look.terms["margin"].tolist() == [2.0, 0.0]
    torch.testing.assert_close(look.total, look.observed + look.terms["margin"])


@pytest.mark.parametrize("method", ["(w+, s, b)", "sphinx", "z+", "w"])
def test_edits_along_the_direction_draw_what_the_search_drew(method, tiny, picture, pixels):
    series = draw_series(picture, "brightness", 16)
    answer = found(tiny, series, pixels, method=method, steps=5, seeds=2)
    assert len(answer.result) == 1
    told = answer.result.notes[-1].partition("drawn to ")[2].removesuffix(" dB.")
    for strength, picture_, said in zip(
        answer.strengths, series.pictures, told.split(", "), strict=True
    ):
        shown = answer.result.edit([Move(answer.direction, strength)]).render(tiny)
        near = psnr(to_tensor(shown), to_tensor(picture_))
        assert float(near) == pytest.approx(float(said), abs=0.1)


@pytest.mark.slow
def test_the_loss_falls(tiny, picture, pixels):
    run = list(discover(tiny, draw_series(picture, "rotation", 16), steps=40, perceptual=pixels))
    assert (run[-1].best < 0.8 * run[0].observed).all() and run[0].preview.shape == (1, 16, 48, 3)


def test_direction_and_result_are_saved_and_serve_other_results(tiny, picture, pixels, tmp_path):
    answer = found(tiny, draw_series(picture, "zoom", 16), pixels, steps=5)
    answer.result.save(tmp_path / "found.safetensors")
    again = Inversion.load(tmp_path / "found.safetensors")
    assert again.settings == answer.result.settings and again.settings["margin"] == 2.0
    save_directions(tmp_path / "d.safetensors", [answer.direction])
    (direction,) = load_directions(tmp_path / "d.safetensors", tiny)
    assert direction == answer.direction
    moved = again.edit([Move(direction, -3.0)]).render(tiny)
    assert (moved == answer.result.edit([Move(answer.direction, -3.0)]).render(tiny)).all()


@pytest.mark.parametrize("kind", SERIES)
def test_a_drawn_series_has_the_picture_itself_where_it_says(kind, picture):
    series = draw_series(picture, kind, 16)
    assert len(series.pictures) == 3
    assert np.abs(series.pictures[series.own].astype(int) - picture).max() <= 1
    light = series.pictures.astype(float).mean((1, 2, 3))
    if kind == "brightness":
        np.testing.assert_allclose(series.pictures[0], picture / 2, atol=1)
        assert light[0] < light[1] < light[2]


def test_what_cannot_be_is_a_sentence(tiny, picture, pixels):
    series = draw_series(picture, "zoom", 16)
    for options, words in (
        ({"method": "cma"}, "does more than descend"),
        ({"method": "encoder"}, "does more than descend"),
        ({"method": "bdinvert"}, "would not reach"),
        ({"seeds": 0}, "seeds is 0"),
        ({"margin": float("nan")}, "margin"),
    ):
        with pytest.raises(StudioError, match=words):
            discover(tiny, series, perceptual=pixels, **options)
    with pytest.raises(StudioError, match="16 pixels a side"):
        discover(tiny, draw_series(picture, "zoom", 32), perceptual=pixels)
    tiny.spaces = frozenset({"z"})
    assert "which tiny lacks" in refuses(METHODS["z"], tiny)
    with pytest.raises(StudioError, match="no series 'colour'"):
        draw_series(picture, "colour", 16)
    with pytest.raises(StudioError, match="2 to 12 pictures"):
        series_of([picture], 16)
    assert series_of([picture] * 3, 16, name="x").pictures.shape == (3, 16, 16, 3)
