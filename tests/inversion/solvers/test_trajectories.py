"""Solvers made of two go, number for number, where they went when they were recorded: also from a
seed that broke, and out of time.

    python -m tests.inversion.solvers.test_trajectories   # records them anew
"""

import json
from pathlib import Path

import pytest
import torch

from inversion.solvers import CMA, Adam, Hybrid, Nevergrad, Search, Then
from tests.inversion.solvers.functions import Objective, rosenbrock, start

RECORDED = Path(__file__).parent / "trajectories.json"
ADAM = Adam(steps=4, lr=0.1, ramp_up=0.0, ramp_down=0.5)
SOLVERS = {
    "then": Then(CMA(steps=3), ADAM),
    "lamarckian": Hybrid(CMA(steps=3), ADAM, tell="lamarckian", final=4),
    "baldwinian": Hybrid(CMA(steps=3), ADAM, tell="baldwinian", final=4),
    "without an end": Hybrid(CMA(steps=3), ADAM, final=0),
    "nevergrad": Hybrid(Nevergrad(steps=3, optimizer="TwoPointsDE"), ADAM, final=3),
    "search": Search(outer=3, inner=3, final=ADAM),
}


def trajectory(solver, hurry):
    """The losses [steps, seeds] of a run whose second seed breaks at the third step; in a hurry, a
    step takes as much of the run as two."""
    begin = start(c=True)
    if isinstance(solver, Search):
        for name, width in (("t", 3), ("colour", 5)):
            begin.theta[name] = torch.zeros(3, width, dtype=torch.float64)
            begin.centre[name] = torch.zeros(1, width, dtype=torch.float64)

    def spoil(call, rows):
        broken = torch.zeros(rows, dtype=torch.float64)
        broken[rows // 3 : 2 * rows // 3] = torch.nan if call == 2 else 0.0
        return broken

    state, objective, seen = solver.init(begin), Objective(rosenbrock, spoil), []
    for step in range(0, solver.steps, 1 + hurry):
        evaluation = solver.step(state, objective, lambda θ: θ, step / solver.steps)
        seen.append(evaluation.observed.detach())
        lost = (~evaluation.total.isfinite()).nonzero().flatten().tolist()
        solver.restart(state, lost, begin.theta)
    return torch.stack(seen)


@pytest.mark.parametrize("hurry", [False, True], ids=["all steps", "out of time"])
@pytest.mark.parametrize("name", SOLVERS)
def test_a_run_goes_where_it_went(name, hurry):
    recorded = json.loads(RECORDED.read_text())[name][hurry]
    expected = torch.tensor(recorded, dtype=torch.float64)
    torch.testing.assert_close(trajectory(SOLVERS[name], hurry), expected, equal_nan=True)


if __name__ == "__main__":
    found = {
        name: [trajectory(solver, hurry).tolist() for hurry in (False, True)]
        for name, solver in SOLVERS.items()
    }
    RECORDED.write_text(json.dumps(found) + "\n")
