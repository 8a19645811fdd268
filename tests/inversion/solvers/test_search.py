"""The transformation search: it finds what was moved, and holds what it found."""

import numpy as np
import pytest
import torch

from inversion import METHODS, solve
from inversion.latents import Start
from inversion.pictures.images import to_uint8
from inversion.pictures.transforms import place
from inversion.problem import Evaluation
from inversion.solvers import Adam, Search
from models.errors import StudioError

SMALL = Search(outer=3, inner=4, final=Adam(steps=6, lr=0.05))
MOVED = torch.tensor([[0.75, 0.1, -0.05]])


def start_of(seeds, **tensors):
    """A start at these centres [1, …], every seed at the centre."""
    rngs = [torch.Generator().manual_seed(seed) for seed in range(seeds)]
    theta = {name: x.repeat(seeds, *[1] * (x.dim() - 1)) for name, x in tensors.items()}
    return Start(theta=theta, centre=tensors, rngs=rngs)


class Bowl:
    """Σ (z − 1)² + Σ (t − target)²; remembers every θ, and says NaN where it is told to."""

    def __init__(self, target=0.0):
        self.target, self.seen, self.broken = target, [], lambda rows: []

    def __call__(self, theta, seeds=None):
        self.seen.append({name: x.detach().clone() for name, x in theta.items()})
        rows = (theta["z"] - 1).square().sum(1) + (theta["t"] - self.target).square().sum(1)
        nan = torch.zeros(len(rows))
        nan[self.broken(len(rows))] = torch.nan
        images = torch.zeros(len(rows), 3, 1, 1)
        return Evaluation(theta, images, {"bowl": rows}, rows + nan, rows + nan, len(rows))


def through(solver, objective, start, until=None):
    """All steps of a solver's run, or so many; the evaluations and the state."""
    state, evaluations = solver.init(start), []
    for step in range(until or solver.steps):
        t = step / solver.steps
        evaluations.append(solver.step(state, objective, lambda θ: θ, t))
    return evaluations, state


def bowl_start(seeds=2):
    return start_of(seeds, z=torch.zeros(1, 4), t=torch.zeros(1, 3))


def test_a_generation_is_seven_transforms_a_seed_each_held_while_its_code_descends():
    bowl = Bowl()
    through(SMALL, bowl, bowl_start(), until=12)
    assert {len(θ["t"]) for θ in bowl.seen} == {2 * 7}
    for g in range(3):
        ts = [θ["t"] for θ in bowl.seen[4 * g : 4 * g + 4]]
        zs = [θ["z"] for θ in bowl.seen[4 * g : 4 * g + 4]]
        assert all(torch.equal(t, ts[0]) for t in ts)
        assert (zs[3] - 1).abs().mean() < (zs[0] - 1).abs().mean()
    assert not torch.equal(bowl.seen[0]["t"], bowl.seen[4]["t"])


def test_colours_join_the_transform_and_its_population():
    start = start_of(1, z=torch.zeros(1, 4), t=torch.zeros(1, 3), colour=torch.zeros(1, 5))
    bowl = Bowl()
    through(SMALL, bowl, start, until=1)
    assert bowl.seen[0]["colour"].shape == (4 + int(3 * np.log(8)), 5)


def test_the_code_is_carried_as_a_gaussian_around_its_mean():
    start = start_of(1, z=torch.full((1, 4000), 3.0), t=torch.zeros(1, 3))
    bowl = Bowl()
    through(SMALL, bowl, start, until=5)
    first, last, carried = (bowl.seen[i]["z"] for i in (0, 3, 4))
    assert first.mean() == pytest.approx(3, abs=0.02)
    assert first.var() == pytest.approx(0.5, abs=0.02)
    assert (carried - last.mean(0)).var() == pytest.approx(0.5, abs=0.02)
    assert (carried - last.mean(0)).mean() == pytest.approx(0, abs=0.02)


def test_the_class_begins_anew_and_w_where_it_was_left():
    c, w = torch.full((1, 2), 5.0), torch.zeros(1, 3, 2)
    start = start_of(1, w=w, z=torch.zeros(1, 2), c=c, t=torch.zeros(1, 3))

    class Pulling(Bowl):
        def __call__(self, theta, seeds=None):
            evaluation = super().__call__(theta)
            pull = evaluation.total + theta["c"].sum(1) - theta["w"].sum((1, 2))
            return Evaluation(theta, evaluation.images, {}, pull, pull, len(pull))

    bowl = Pulling()
    through(SMALL, bowl, start, until=5)
    assert (bowl.seen[3]["c"] < 5).all() and (bowl.seen[4]["c"] == 5).all()
    torch.testing.assert_close(bowl.seen[4]["w"], bowl.seen[3]["w"])
    assert (bowl.seen[3]["w"] > 0).all()


def test_the_best_transform_is_held_and_the_code_goes_on_from_its_own():
    evaluations, state = through(SMALL, Bowl(), bowl_start())
    search, final = evaluations[:12], evaluations[12:]
    observed = torch.stack([e.observed for e in search])
    best = observed.argmin(0)
    for seed in range(2):
        found = search[best[seed]].theta
        assert all(torch.equal(e.theta["t"][seed], found["t"][seed]) for e in final)
        torch.testing.assert_close(final[0].theta["z"][seed], found["z"][seed])
    assert [e.drawn for e in evaluations] == [14] * 12 + [2] * 6
    assert (final[-1].observed < final[0].observed).all()


@pytest.mark.slow
def test_cma_comes_nearer_to_where_the_object_is():
    target = torch.tensor([2.0, -3.0, 1.5])
    solver = Search(outer=30, inner=12, lr=0.3, final=Adam(steps=1))
    evaluations, _ = through(solver, Bowl(target), bowl_start(3))
    found = evaluations[-1].theta["t"]
    assert (found - target).norm(dim=1).max() < 0.25 * target.norm()


def test_a_run_out_of_time_hands_over_what_it_has():
    state = SMALL.init(bowl_start())
    bowl = Bowl()
    SMALL.step(state, bowl, lambda θ: θ, 0.0)
    evaluation = SMALL.step(state, bowl, lambda θ: θ, 0.9)
    assert evaluation.drawn == 2
    assert torch.equal(evaluation.theta["t"], state.first.best.theta["t"])


def test_a_broken_candidate_neither_wins_nor_is_carried():
    bowl = Bowl()
    bowl.broken = lambda rows: [0] if rows == 14 else []
    evaluations, state = through(SMALL, bowl, bowl_start(), until=12)
    assert all(e.total.isfinite().all() for e in evaluations)
    assert state.first.solver.carried["z"].isfinite().all()


def test_a_seed_whose_candidates_all_broke_goes_back_to_its_best_at_half_the_rate():
    bowl = Bowl()
    state = SMALL.init(bowl_start())
    SMALL.step(state, bowl, lambda θ: θ, 0.0)
    bowl.broken = lambda rows: list(range(7))
    lost = SMALL.step(state, bowl, lambda θ: θ, 0.05)
    assert lost.total.isfinite().tolist() == [False, True]
    SMALL.restart(state, [0], {"z": torch.full((2, 4), 9.0), "t": torch.zeros(2, 3)})
    bowl.broken = lambda rows: []
    SMALL.step(state, bowl, lambda θ: θ, 0.1)
    assert (bowl.seen[-1]["z"][:7] == 9).all() and (bowl.seen[-1]["z"][7:] != 9).all()
    assert state.first.solver.trust == [0.5, 1.0]
    for step in range(3, 5):
        SMALL.step(state, bowl, lambda θ: θ, step / SMALL.steps)
    moved = []
    for step in range(5, 7):
        SMALL.step(state, bowl, lambda θ: θ, step / SMALL.steps)
        moved.append(bowl.seen[-1]["z"])
    first = (moved[1] - moved[0]).abs().flatten(1).amax(1)
    assert first[:7].max() < 0.6 * first[7:].max()


def test_the_global_generators_are_left_alone():
    before, torch_before = np.random.get_state()[1].copy(), torch.get_rng_state()
    through(SMALL, Bowl(), bowl_start(), until=9)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert torch.equal(torch.get_rng_state(), torch_before)


def test_nothing_to_place_is_a_sentence():
    with pytest.raises(StudioError, match="needs a placement"):
        SMALL.init(start_of(1, z=torch.zeros(1, 4)))


@pytest.mark.slow
def test_what_was_moved_and_shrunk_is_found(tiny, pixels):
    z = tiny.sample_z(1, torch.Generator().manual_seed(0))
    y = to_uint8(place(tiny.generate(z), MOVED))[0]
    ends = {}
    for name in ("z, placed", "z"):
        row = METHODS[name].with_steps(160)
        *_, ends[name] = solve(tiny, y, row, seeds=3, perceptual=pixels)
    found = ends["z, placed"].result().codes.placement[0]
    torch.testing.assert_close(found, MOVED[0], rtol=0, atol=0.12)
    assert ends["z, placed"].best.min() < 0.5 * ends["z"].best.min()
