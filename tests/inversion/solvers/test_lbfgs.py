"""L-BFGS against torch's own."""

import threading

import pytest
import torch

from inversion.solvers import LBFGS
from tests.inversion.solvers.functions import Objective, rosenbrock, run, start, unconstrained


def test_lbfgs_is_torchs_on_every_row_for_itself_in_shared_batches():
    begin, solver, objective = start(n=5), LBFGS(lr=1.0, steps=25), Objective(rosenbrock)
    state = solver.init(begin)
    looks = [solver.step(state, objective, unconstrained, 0.0) for _ in range(25)]
    alone, evaluations = [], 0
    for row in begin.theta["z"]:
        x = row.clone().requires_grad_()
        torchs = torch.optim.LBFGS([x], 1.0, 1, max_eval=25, line_search_fn="strong_wolfe")

        def closure(x=x, torchs=torchs):
            nonlocal evaluations
            evaluations += 1
            torchs.zero_grad()
            loss = rosenbrock(x[None]).sum()
            loss.backward()
            return loss

        for _ in range(25):
            torchs.step(closure)
        alone.append(x.detach())
    torch.testing.assert_close(state.theta()["z"].detach(), torch.stack(alone))
    assert sum(objective.batches) == evaluations == sum(look.drawn for look in looks)
    assert len(objective.batches) < evaluations / 2, "seeds did not share their batches"


def test_an_error_while_drawing_comes_out_of_lbfgs_and_leaves_no_thread_behind():
    def out_of_memory(call, rows):
        if call == 1:
            raise MemoryError("too much")
        return 0.0

    before = threading.active_count()
    with pytest.raises(MemoryError, match="too much"):
        run(LBFGS(steps=2), start(), Objective(rosenbrock, out_of_memory))
    assert threading.active_count() == before
