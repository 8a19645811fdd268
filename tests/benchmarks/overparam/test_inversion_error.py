"""The measurements of overparameterization: the paper's settings for every space, and the paths."""

import argparse
import dataclasses

import numpy as np
import pytest
import torch

from benchmarks.common import report
from benchmarks.overparam import figures, inversion_error, midpoints, training
from benchmarks.overparam.twins import SPACES, Measured, Runs, Twins, arguments, inverted
from inversion import METHODS
from inversion.pictures.images import to_uint8
from tests.conftest import tiny_overparam, tiny_stylegan2


@pytest.fixture
def both() -> Twins:
    return Twins(tiny_stylegan2(), tiny_overparam())


@pytest.mark.parametrize("name", SPACES)
def test_every_space_is_searched_by_the_papers_settings(name, both, picture, pixels):
    space = SPACES[name]
    method = space.method({"adam.steps": 4})
    ours = {k: v for k, v in method.settings().items() if not k.startswith(space.latents.key)}
    paper = {k: v for k, v in METHODS["W"].settings().items() if not k.startswith("W.")}
    assert ours == paper | {"adam.steps": 4} and method.refuses(both.of(space)) is None
    assert method.settings()[f"{space.latents.key}.spread"] == 0
    lines: list[str] = []
    runs = inverted(both.of(space), [picture] * 2, method, pixels, lines.append)
    assert runs.losses.shape == (2, 4) and len(lines) == len(runs.results) == 2
    assert (runs.losses[0] == runs.losses[1]).all()


def test_settings_of_other_figures(both):
    method = SPACES["w+"].method({"adam.steps": 4, "truncation.psi": 1.0}, spread=1.0)
    assert method.latents == dataclasses.replace(SPACES["w+"].latents, spread=1.0)
    assert method.settings()["truncation.psi"] == 1.0


def test_the_verdict_counts_pictures_by_their_best_loss():
    near, far = np.array([[3.0, 1.0], [2.0, 2.0]]), np.array([[2.0, 2.0], [9.0, 1.0]])
    told = inversion_error.verdict({"W": Runs([], near), "w+": Runs([], far)})
    assert "1 of 2" in told
    assert inversion_error.verdict({"W": Runs([], near)}) == ""


def test_a_path_of_one_picture_has_no_length(both, picture, pixels):
    G = both.overparam
    runs = inverted(G, [picture] * 3, SPACES["W"].method({"adam.steps": 3}), pixels)
    chosen = midpoints.pairs(3)
    assert chosen == [(0, 1), (0, 2), (1, 2)]
    found = midpoints.paths("W", runs, chosen, both, pixels)
    assert found.length == pytest.approx([0, 0, 0], abs=1e-6)
    middles = figures.between_answers(G, runs.results)
    assert middles.shape == (3, 3, 16, 16)
    assert figures.apart(middles, pixels) == pytest.approx(0, abs=1e-9)


def test_halves_are_of_pictures_that_the_other_half_lacks():
    chosen = midpoints.pairs(6)
    length = np.array([1.0 if b < 3 else 3.0 if a > 2 else 0.0 for a, b in chosen])
    features = torch.randn(15, 2, generator=torch.Generator().manual_seed(0))
    found = midpoints.Between(features, features, length)
    row = midpoints.row("W", chosen, 6, torch.zeros(6, 2), found)
    assert row[3] == "0.8000 [1.0000, 3.0000]"


def test_a_thumbnail_is_shown_as_the_pixels_that_are_known():
    y = torch.rand(1, 3, 4, 4) * 2 - 1
    shown = figures.enlarged(y)
    assert shown.shape == (64, 64, 3)
    np.testing.assert_array_equal(shown[::16, ::16], to_uint8(y)[0])
    assert (shown[:16, :16] == shown[0, 0]).all()


def test_path_length_is_the_squared_speed(both, pixels):
    """Over pairs of w, of a distance that is a mean of squares: |dG/dt|^2 by a larger step."""
    G = both.baseline.double()
    rng = torch.Generator().manual_seed(1)
    a, b = (G.mapping(G.sample_z(4, rng).double()) for _ in range(2))
    ends = [G.synthesize((a + h * (b - a))[:, None].expand(-1, G.num_ws, -1)) for h in (0, 1e-6)]
    expected = float(pixels(*ends).mean() / 1e-12)
    G.float()
    found = training.path_length(G, pixels, 4)
    assert found == pytest.approx(expected, rel=0.05)


@pytest.mark.slow
def test_sections_hold_a_row_a_space_and_their_pictures(
    both, picture, pixels, tmp_path, monkeypatch
):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.md")
    monkeypatch.setattr(pixels, "pooled", lambda x: x.mean((2, 3)), raising=False)
    targets = [np.roll(picture, k, 1) for k in range(8)]
    runs = {
        name: inverted(
            both.of(SPACES[name]), targets, SPACES[name].method({"adam.steps": 3}), pixels
        )
        for name in ("w+", "W")
    }
    found = Measured(both, pixels, targets, torch.rand(6, 3), runs)
    table_2 = inversion_error.section(found, argparse.Namespace(count=8, steps=3, real=6))
    table_3 = midpoints.section(found, 3)
    given = argparse.Namespace(steps=3, starts=3)
    figure_11 = figures.answers(both, pixels, targets[:2], given)
    for text in (table_2, table_3, figure_11):
        assert text.count("| baseline w+ |") == text.count("| overparam W |") == 1
    assert "all 28 pairs" in table_3 and "more in W than in w+: " in figure_11
    assert "every 16th" in figures.upsampling(both, pixels, targets[:2], 3)
    assert "(figure 9)" in figures.components(both.overparam)
    assert len(list(tmp_path.glob("overparam-*.png"))) == 7


def test_too_few_pictures_are_refused_before_anything_is_inverted(capsys):
    with pytest.raises(SystemExit):
        arguments(argparse.ArgumentParser(), 8).parse_args(["--count", "7"])
    assert "7 pictures are too few; 8 are the least" in capsys.readouterr().err


def test_figure_11_is_agreed_only_where_quartiles_lie_apart():
    low, high, between = (np.array(q) for q in ([1.0, 2.0], [3.0, 4.0], [1.5, 3.5]))
    assert figures.verdict(low, high) == "agreed"
    assert figures.verdict(high, low) == "not agreed"
    assert figures.verdict(low, between) == "not told apart here"
