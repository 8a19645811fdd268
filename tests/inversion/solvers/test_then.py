"""One solver after another."""

import torch

from inversion.solvers import CMA, Adam, Then
from tests.inversion.solvers.functions import Objective, run, start


def test_the_second_solver_goes_on_from_the_best_of_the_first():
    evaluations = run(Then(CMA(steps=3), Adam(steps=4)), start(), Objective())
    best = torch.stack([each.observed for each in evaluations[:3]]).min(0).values
    torch.testing.assert_close(evaluations[3].observed.detach(), best)


def test_stages_keep_their_proportions():
    solver = Then(CMA(steps=100), Adam(steps=500)).with_steps(60)
    assert (solver.first.steps, solver.second.steps) == (10, 50)
    assert Then(CMA(), Adam()).with_steps(1).steps == 2
