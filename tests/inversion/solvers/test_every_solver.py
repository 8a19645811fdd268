"""What holds for every solver, on functions whose answers are known."""

import numpy as np
import pytest
import torch

from inversion.solvers import CMA, LBFGS, Adam, Hybrid, Nevergrad, Then
from tests.inversion.solvers.functions import Objective, run, sphere, start, unconstrained

ADAM = Adam(steps=4, lr=0.1, ramp_up=0.0, ramp_down=0.0)
SOLVERS = {
    "adam": ADAM,
    "lbfgs": LBFGS(steps=4, lr=1.0),
    "cma": CMA(steps=4),
    "then": Then(CMA(steps=2), ADAM),
    "lamarckian": Hybrid(CMA(steps=3), ADAM, tell="lamarckian", final=3),
    "baldwinian": Hybrid(CMA(steps=3), ADAM, tell="baldwinian", final=3),
    "nevergrad": Nevergrad(steps=4, optimizer="OnePlusOne"),
    "hybrid": Hybrid(Nevergrad(steps=3, optimizer="TwoPointsDE"), ADAM, final=3),
}
EACH = pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)


@EACH
def test_a_run_descends_and_gives_a_row_a_seed(solver):
    evaluations = run(solver, start(c=True), objective := Objective())
    observed = torch.stack([each.observed for each in evaluations])
    assert observed.shape == (solver.steps, 3)
    assert all(len(each.images) == len(each.theta["z"]) == 3 for each in evaluations)
    assert (observed.min(0).values < observed[0]).all()
    assert sum(each.drawn for each in evaluations) == sum(objective.batches)


@EACH
def test_a_seed_alone_is_that_seed_among_others(solver):
    together = run(solver, start((0, 1, 2), c=True), Objective())
    np.random.seed(7)  # whose state must not matter
    alone = run(solver, start((2,), c=True), Objective())
    for a, b in zip(together, alone, strict=True):
        torch.testing.assert_close(a.observed[2:], b.observed)
        torch.testing.assert_close(a.theta["z"][2:], b.theta["z"])


@EACH
def test_only_what_the_priors_allow_is_drawn(solver):
    drawn = []

    def watch(z):
        drawn.append(float(z.detach().abs().max()))
        return sphere(z)

    def hold(theta):
        return {**theta, "z": theta["z"].clamp(-0.3, 0.3)}

    begin = start()
    run(solver, begin.at(hold(begin.theta)), Objective(watch), hold)
    searching = drawn if not isinstance(solver, LBFGS) else drawn[:1]  # a line search looks further
    assert max(searching) <= 0.3 + 1e-12


@EACH
def test_a_seed_that_breaks_goes_on_from_where_it_is_put_and_the_others_as_if_nothing(solver):
    def spoil(call, rows):
        broken = torch.zeros(rows, dtype=torch.float64)
        if call == 0:
            broken[rows // 3 : 2 * rows // 3] = torch.nan
        return broken

    runs = []
    for spoiled in (spoil, None):
        begin = start()
        state, objective = solver.init(begin), Objective(spoil=spoiled)
        seen = []
        for step in range(solver.steps):
            evaluation = solver.step(state, objective, unconstrained, step / solver.steps)
            seen.append(evaluation.observed.detach())
            lost = (~evaluation.total.isfinite()).nonzero().flatten().tolist()
            solver.restart(state, lost, begin.theta)
        runs.append(torch.stack(seen))
    assert runs[0][-1].isfinite().all()
    if not isinstance(solver, LBFGS):  # whose later calls are of fewer seeds
        torch.testing.assert_close(runs[0][:, [0, 2]], runs[1][:, [0, 2]])
