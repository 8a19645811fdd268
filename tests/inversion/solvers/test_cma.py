"""CMA against pycma used directly."""

import math

import numpy as np
import pytest
import torch

from inversion.solvers import CMA
from models.errors import StudioError
from tests.inversion.solvers.functions import Objective, rosenbrock, run, start


@pytest.mark.parametrize(("guessed", "σ"), [(False, 1.0), (True, 0.5)])
def test_cma_moves_as_pycma_does_with_the_same_normals(guessed, σ):
    import cma

    begin = start((5,), guessed=guessed)
    rng = torch.Generator().set_state(begin.rngs[0].get_state())
    asked = []

    def watch(z):
        asked.append(z.numpy())
        return rosenbrock(z)

    run(CMA(steps=12), begin, Objective(watch))
    options = {
        "randn": lambda *shape: torch.randn(shape, generator=rng, dtype=torch.float64).numpy(),
        "seed": np.nan,
        "verbose": -9,
        "verb_log": 0,
    }
    es = cma.CMAEvolutionStrategy(np.zeros(6), σ, options)
    for points in asked:
        expected = es.ask()
        np.testing.assert_allclose(points, expected)
        es.tell(expected, rosenbrock(torch.tensor(np.array(expected))).tolist())
    assert len(points) == 4 + math.floor(3 * math.log(6))


@pytest.mark.slow
def test_a_cma_that_has_collapsed_begins_anew():
    flat = Objective(lambda z: torch.ones(len(z), dtype=torch.float64))
    solver = CMA(steps=1)
    state = solver.init(start())
    for _ in range(60):
        z = solver.ask(state)["z"]
        assert 0.05 < z.std() < 20
        solver.tell(state, flat({"z": z}).total)
    assert all(searcher.es.countiter < 60 for searcher in state.searchers)


def test_a_space_of_several_vectors_is_searched_flat_and_one_of_hundreds_diagonally():
    begin = start()
    begin = begin.at({"z": torch.zeros(3, 4, 60)})
    begin.centre["z"] = torch.zeros(1, 4, 60)
    solver = CMA(population=6)
    state = solver.init(begin)
    assert solver.ask(state)["z"].shape == (18, 4, 60)
    assert state.searchers[0].es.opts["CMA_diagonal"] is True


def test_a_tensor_that_is_not_searched_cannot_be_evolved():
    with pytest.raises(StudioError, match="moves t, which is not searched here; z is"):
        CMA(over="t").init(start())
