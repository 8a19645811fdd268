"""BasinCMA: outer times inner steps, and what the outer search learns of them."""

import numpy as np
import pytest
import torch

from inversion.solvers import CMA, Adam, Hybrid
from tests.inversion.solvers.functions import Objective, run, sphere, start, unconstrained

ADAM = Adam(steps=4, lr=0.1, ramp_up=0.0, ramp_down=0.0)


@pytest.mark.parametrize("steps", [3, 50, 500])
def test_basincma_draws_outer_times_inner_populations_and_the_last_descent(steps):
    solver = Hybrid(CMA(steps=30, population=5), Adam(steps=30), final=300).with_steps(steps)
    drawn = sum(each.drawn for each in run(solver, start((0, 1)), Objective()))
    outer, inner = solver.outer.steps, solver.inner.steps
    assert drawn == 2 * (outer * inner * 5 + solver.final)
    assert solver.steps == outer * inner + solver.final == steps


def test_the_two_tells_differ_in_what_cma_learns_and_nothing_else():
    for tell in ("lamarckian", "baldwinian"):
        solver = Hybrid(CMA(steps=1, population=6), ADAM, tell=tell, final=0)
        state = solver.init(start((0,)))
        learned = {}
        state.first.solver.outer.searchers[0].tell = lambda x, loss, to=learned: to.update(
            x=x, loss=loss
        )
        for step in range(4):
            evaluated = Objective()
            solver.step(state, evaluated, unconstrained, step / 4)
        if tell == "baldwinian":
            np.testing.assert_array_equal(learned["x"], state.first.solver.outer.asked[0])
            assert (sphere(torch.tensor(learned["x"])) > torch.tensor(learned["loss"])).all()
        else:
            assert not np.array_equal(learned["x"], state.first.solver.outer.asked[0])
            np.testing.assert_allclose(sphere(torch.tensor(learned["x"])), learned["loss"])


def test_candidates_begin_at_their_class_anew_in_every_generation():
    classes = []

    class Watching(Objective):
        def __call__(self, theta, /, seeds=None):
            classes.append(theta["c"].detach().clone())
            return super().__call__(theta, seeds)

    run(Hybrid(CMA(steps=2, population=5), ADAM, final=0), start((0,), c=True), Watching())
    assert (classes[0] == 1).all() and (classes[4] == 1).all()
    assert (classes[3] < 1).all()
