"""The measurements of overparameterization: the paper's settings for every space, and the paths."""

import dataclasses

import numpy as np
import pytest
import torch

from benchmarks import overparam, overparam_figures, overparam_training
from benchmarks.twins import SPACES, Runs, Twins, inverted
from inversion import METHODS
from tests.conftest import tiny_overparam, tiny_stylegan2


@pytest.fixture
def both() -> Twins:
    return Twins(tiny_stylegan2(), tiny_overparam())


@pytest.mark.parametrize("name", SPACES)
def test_every_space_is_searched_by_the_papers_settings(name, both, picture, pixels):
    space = SPACES[name]
    method = space.method(adam_steps=4)
    ours = {k: v for k, v in method.settings().items() if not k.startswith(space.latents.key)}
    paper = {k: v for k, v in METHODS["W"].settings().items() if not k.startswith("W.")}
    assert ours == paper | {"adam.steps": 4} and method.refuses(both.of(space)) is None
    assert method.settings()[f"{space.latents.key}.spread"] == 0
    lines: list[str] = []
    runs = inverted(both.of(space), [picture] * 2, method, pixels, lines.append)
    assert runs.losses.shape == (2, 4) and len(lines) == len(runs.results) == 2
    assert (runs.losses[0] == runs.losses[1]).all()


def test_settings_of_other_figures(both):
    method = SPACES["w+"].method(adam_steps=4, spread=1.0, truncation_psi=1.0)
    assert method.latents == dataclasses.replace(SPACES["w+"].latents, spread=1.0)
    assert method.settings()["truncation.psi"] == 1.0


def test_paths_are_pairs_each_once():
    every = overparam.paths(5, 100)
    assert len(every) == 10 and {frozenset(pair) for pair in every} == {
        frozenset((a, b)) for a in range(5) for b in range(a)
    }
    assert overparam.paths(5, 3) == every[:3]


def test_the_verdict_counts_pictures_by_their_best_loss():
    near, far = np.array([[3.0, 1.0], [2.0, 2.0]]), np.array([[2.0, 2.0], [9.0, 1.0]])
    told = overparam.verdict({"W": Runs([], near), "w+": Runs([], far)})
    assert "1 of 2" in told
    assert overparam.verdict({"W": Runs([], near)}) == ""


def test_a_path_of_one_picture_has_no_length(both, picture, pixels):
    G = both.overparam
    runs = inverted(G, [picture] * 2, SPACES["W"].method(adam_steps=3), pixels)
    row = overparam.interpolation("W", runs, [(0, 1)] * 30, both, torch.zeros(30, 3), pixels)
    assert float(row[2]) == pytest.approx(0, abs=1e-6)
    near, apart = overparam_figures.between_answers(
        G, pixels, runs.results, overparam_figures.partway(G, *runs.results, 1)
    )
    assert near == pytest.approx([0], abs=1e-9) and apart == pytest.approx([0], abs=1e-6)


def test_path_length_is_the_squared_speed(both, pixels):
    """Over pairs of w, of a distance that is a mean of squares: |dG/dt|^2 by a larger step."""
    G = both.baseline.double()
    rng = torch.Generator().manual_seed(1)
    a, b = (G.mapping(G.sample_z(4, rng).double()) for _ in range(2))
    ends = [G.synthesize((a + h * (b - a))[:, None].expand(-1, G.num_ws, -1)) for h in (0, 1e-6)]
    expected = float(pixels(*ends).mean() / 1e-12)
    G.float()
    found = overparam_training.path_length(G, pixels, 4)
    assert found == pytest.approx(expected, rel=0.05)
