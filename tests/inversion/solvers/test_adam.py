"""Adam against torch's own."""

import pytest
import torch

from inversion.solvers import LBFGS, Adam
from tests.inversion.solvers.functions import Objective, rosenbrock, run, start


def test_adam_is_torchs_on_every_row_for_itself():
    begin = start(c=True, rates={"c": 0.5})
    solver = Adam(steps=30, lr=0.1, ramp_up=0.0, ramp_down=0.0)
    ours = run(solver, begin, Objective(rosenbrock))[-1].theta
    for i in range(3):
        z, c = (begin.theta[name][i : i + 1].clone().requires_grad_() for name in "zc")
        torchs = torch.optim.Adam([{"params": [z]}, {"params": [c], "lr": 0.05}], lr=0.1)
        for _ in range(29):
            torchs.zero_grad()
            Objective(rosenbrock)({"z": z, "c": c}).total.sum().backward()
            torchs.step()
        torch.testing.assert_close(ours["z"][i : i + 1], z)
        torch.testing.assert_close(ours["c"][i : i + 1], c)


@pytest.mark.parametrize("solver", [Adam(steps=4), LBFGS(steps=4)], ids=["adam", "lbfgs"])
def test_a_rate_of_zero_holds_a_tensor(solver):
    *_, last = run(solver, start(c=True, rates={"c": 0.0}), Objective())
    torch.testing.assert_close(last.theta["c"], torch.ones(3, 2, dtype=torch.float64))
