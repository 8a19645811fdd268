"""A method whose every part is somebody's own, from public names alone, runs as any other."""

from dataclasses import dataclass

import pytest
import torch

from inversion import Inversion, Method, invert, solve
from inversion.knobs import knob
from inversion.latents import Latents, sample_z
from inversion.losses import Loss, mean
from inversion.priors import Prior
from inversion.solvers import Solver


@dataclass(frozen=True)
class Scaled(Latents):
    """z at a tenth of its size."""

    key = "scaled"
    space = "z"

    def centre(self, G, guess):
        return {"u": torch.zeros(1, G.z_dim)}

    def start(self, G, rngs, guess=None):
        return {"u": 10 * sample_z(G, rngs)}

    def fields(self, G, theta):
        z = theta["u"] / 10
        return {"z": z, "ws": G.map(z)}


@dataclass(frozen=True)
class Cubed(Loss):
    key = "cubed"

    def between(self, x, y, perceptual, weight=None):
        return mean((x - y).abs() ** 3, weight)


@dataclass(frozen=True)
class Bounded(Prior):
    key = "bounded"
    bound: float = knob(5.0, "largest absolute value", low=0, high=100)

    def constrain(self, theta, G, t=1.0):
        return {name: x.clamp(-self.bound, self.bound) for name, x in theta.items()}


@dataclass(frozen=True)
class Walk(Solver):
    """Random steps, each seed's kept where they help."""

    key = "walk"
    steps: int = knob(30, "steps", low=1, high=1000)

    def init(self, start):
        return {"theta": start.theta, "rngs": start.rngs, "lowest": None}

    def step(self, state, objective, constrain, t):
        def tried(x):
            return x + torch.stack([torch.randn(x.shape[1:], generator=g) for g in state["rngs"]])

        here = constrain({name: tried(x) for name, x in state["theta"].items()})
        evaluation = objective(here)
        lowest = evaluation.total if state["lowest"] is None else state["lowest"]
        better = (evaluation.total <= lowest)[:, None]
        state["lowest"] = torch.minimum(lowest, evaluation.total)
        state["theta"] = {k: here[k].where(better, x) for k, x in state["theta"].items()}
        return evaluation

    def restart(self, state, seeds, theta):
        assert not seeds, "nothing is lost here"


OWN = Method(
    title="own",
    source="this test",
    summary="Four parts that no table knows.",
    latents=Scaled(),
    losses=(Cubed(weight=2.0),),
    priors=(Bounded(),),
    solver=Walk(),
)


def test_it_searches_and_its_result_is_a_result(tiny, pixels, picture, tmp_path):
    iterates = list(solve(tiny, picture, OWN, seeds=2, steps=20, perceptual=pixels))
    assert len(iterates) == 20 and list(iterates[0].terms) == ["cubed"]
    assert (iterates[-1].best <= iterates[0].best).all()
    assert (iterates[-1].best < iterates[0].best).any()
    result = iterates[-1].result()
    assert result.method == "own" and result.codes.z.abs().max() <= 0.5
    result.save(tmp_path / "own.safetensors")
    again = Inversion.load(tmp_path / "own.safetensors")
    assert (again.render(tiny) == result.render(tiny)).all()


def test_its_knobs_are_settings_like_any_other(tiny, pixels, picture):
    settings = {"bounded.bound": 1.0, "walk.steps": 3, "cubed.weight": 4.0}
    result = invert(tiny, picture, OWN, settings=settings, perceptual=pixels)
    assert result.steps == 3 and result.codes.z.abs().max() <= 0.1
    assert result.settings == {"cubed.weight": 4.0, "bounded.bound": 1.0, "walk.steps": 3}


def test_it_runs_on_a_task(tiny, pixels, picture):
    result = invert(tiny, picture, OWN, task="super-resolution", steps=3, perceptual=pixels)
    assert result.measurement.tasks == ("super-resolution",)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_seed_does_not_depend_on_those_beside_it(tiny, pixels, picture, rows):
    run = {"steps": 5, "perceptual": pixels}
    alone = invert(tiny, picture, OWN, seeds=1, seed=1, **run)
    beside = invert(tiny, picture, OWN, seeds=rows, seed=1, **run)
    i = beside.seeds.index(1)
    torch.testing.assert_close(beside.codes.z[i], alone.codes.z[0])
