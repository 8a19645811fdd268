"""Every solver on functions whose answers are known, against the libraries used directly."""

import math
import threading

import numpy as np
import pytest
import torch

from inversion.latents import Start
from inversion.problem import Evaluation
from inversion.solvers import CMA, LBFGS, Adam, Hybrid, Nevergrad, Then
from inversion.solvers.nevergrad import GOOD
from models.errors import StudioError

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


def rosenbrock(x):
    return (100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(1)


def sphere(x):
    return (x - 0.5).square().flatten(1).sum(1)


class Objective:
    """f(z) + |c|², counting what it draws; `breaks(seed rows)` may spoil the losses."""

    def __init__(self, f=sphere, spoil=None):
        self.f, self.spoil, self.batches = f, spoil, []

    def __call__(self, theta, /, seeds=None):
        loss = self.f(theta["z"])
        if "c" in theta:
            loss = loss + theta["c"].square().sum(1)
        if self.spoil is not None:
            loss = loss + self.spoil(len(self.batches), len(loss))
        self.batches.append(len(loss))
        images = theta["z"].flatten(1)[:, :3, None, None]
        return Evaluation(theta, images, {"f": loss}, loss, loss, len(loss))


def start(seeds=(0, 1, 2), n=6, c=False, dtype=torch.float64, **more):
    rngs = [torch.Generator().manual_seed(seed) for seed in seeds]
    z = torch.stack([torch.randn(n, generator=rng, dtype=dtype) for rng in rngs])
    theta, centre = {"z": z}, {"z": torch.zeros(1, n, dtype=dtype)}
    if c:
        theta["c"], centre["c"] = torch.ones(len(z), 2, dtype=dtype), torch.ones(1, 2, dtype=dtype)
    return Start(theta, centre, rngs, **more)


def unconstrained(theta):
    return theta


def run(solver, begin, objective, constrain=unconstrained):
    """Every evaluation of a full run."""
    state = solver.init(begin)
    return [
        solver.step(state, objective, constrain, step / solver.steps)
        for step in range(solver.steps)
    ]


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


@pytest.mark.parametrize("solver", [ADAM, LBFGS(steps=4)], ids=["adam", "lbfgs"])
def test_a_rate_of_zero_holds_a_tensor(solver):
    *_, last = run(solver, start(c=True, rates={"c": 0.0}), Objective())
    torch.testing.assert_close(last.theta["c"], torch.ones(3, 2, dtype=torch.float64))


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
        state.outer.searchers[0].tell = lambda x, loss, to=learned: to.update(x=x, loss=loss)
        for step in range(4):
            evaluated = Objective()
            solver.step(state, evaluated, unconstrained, step / 4)
        if tell == "baldwinian":
            np.testing.assert_array_equal(learned["x"], state.outer.asked[0])
            assert (sphere(torch.tensor(learned["x"])) > torch.tensor(learned["loss"])).all()
        else:
            assert not np.array_equal(learned["x"], state.outer.asked[0])
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


def test_the_second_solver_goes_on_from_the_best_of_the_first():
    evaluations = run(Then(CMA(steps=3), ADAM), start(), Objective())
    best = torch.stack([each.observed for each in evaluations[:3]]).min(0).values
    torch.testing.assert_close(evaluations[3].observed.detach(), best)


def test_stages_keep_their_proportions():
    solver = Then(CMA(steps=100), Adam(steps=500)).with_steps(60)
    assert (solver.first.steps, solver.second.steps) == (10, 50)
    assert Then(CMA(), Adam()).with_steps(1).steps == 2


@pytest.mark.parametrize("name", GOOD)
def test_every_optimizer_on_the_page_searches_by_its_own_generator(name):
    def points():
        searcher = Nevergrad(steps=3, optimizer=name).searcher(
            np.zeros(4), 1.0, 5, torch.Generator().manual_seed(3)
        )
        for _ in range(3):
            asked = searcher.ask()
            searcher.tell(0.9 * asked, np.square(asked).sum(1))  # refined ones, as Lamarck would
        return asked

    first = points()
    np.random.seed(11)
    np.testing.assert_array_equal(first, points())


def test_an_optimizer_is_any_registered_name_and_no_other():
    other = Nevergrad().configure({"nevergrad.optimizer": "OnePlusLambda"})
    assert other.optimizer == "OnePlusLambda"
    with pytest.raises(StudioError, match="no optimizer 'DiagonalCAM'. Did you mean DiagonalCMA"):
        Nevergrad().configure({"nevergrad.optimizer": "DiagonalCAM"})


def test_a_table_of_all_pairs_of_many_coordinates_is_refused_before_it_is_made():
    """16 448 numbers of a matrix of rows took 7 GB a seed, and four seeds the whole machine."""
    rng = torch.Generator().manual_seed(0)
    with pytest.raises(StudioError, match=r"2\.2 GB a seed. Choose DiagonalCMA"):
        Nevergrad().searcher(np.zeros(16_448), 1.0, 8, rng)
    diagonal = Nevergrad(optimizer="DiagonalCMA").searcher(np.zeros(16_448), 1.0, 8, rng)
    assert diagonal.ask().shape == (8, 16_448)
