import itertools
import pickle
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from inversion import METHODS, Degradation, compare, invert, solve
from inversion.comparison import Entry, serving
from inversion.comparison.lane import UNEXPECTED, Stopwatch
from inversion.comparison.sets import SETS
from inversion.presets import WISHES
from models.errors import StudioError
from tests.conftest import tiny_encoder, tiny_overparam
from tests.models.published import tiny as a_network

FEW = {"cma.population": 4}


def test_the_first_standing_shows_all_cells_before_any_step(race, picture):
    first = race("w", "w+")[0]
    assert [cell.name for cell in first.cells] == [METHODS[m].title for m in ("w", "w+")]
    assert all(cell.state == "running" and cell.step == 0 for cell in first.cells)
    assert first.turn is None and first.leader is None and first.done == 0
    np.testing.assert_array_equal(first.target, picture)


def test_in_equal_steps_nobody_is_ahead_by_more_than_one(race):
    standings = race("w", "z", "w+", budget=5)
    for standing in standings:
        steps = [cell.step for cell in standing.cells]
        assert max(steps) - min(steps) <= 1
    assert [cell.step for cell in standings[-1].cells] == [5, 5, 5]
    assert [cell.state for cell in standings[-1].cells] == ["done"] * 3
    assert len(standings) == 1 + 15 and standings[-1].done == 1 and standings[-1].over


def test_in_equal_pictures_nobody_is_ahead_by_more_than_a_step_of_its_own(race):
    standings = race("w", Entry("cma", settings=FEW), equal="pictures", budget=9)
    widest = {}
    for before, after in itertools.pairwise(standings):
        i = after.turn
        gain = after.cells[i].pictures - before.cells[i].pictures
        widest[i] = max(gain, widest.get(i, 0))
        others = [c.pictures for c in before.cells if c.state == "running"]
        assert before.cells[i].pictures == min(others)
    assert widest == {0: 1, 1: 4}
    assert [cell.pictures for cell in standings[-1].cells] == [9, 12]


def test_in_equal_seconds_whoever_had_less_is_stepped_and_only_steps_count(race):
    standings = []
    for standing in race("w", "cma", equal="seconds", budget=0.1):
        time.sleep(0.01)  # whoever looks on is not charged for
        standings.append(standing)
    for before, after in itertools.pairwise(standings):
        running = {i for i, cell in enumerate(before.cells) if cell.state == "running"}
        assert after.turn == min(running, key=lambda i: before.cells[i].seconds)
    assert all(cell.state == "done" for cell in standings[-1].cells)
    assert all(cell.seconds >= 0.1 for cell in standings[-1].cells)


def test_a_stopwatch_runs_only_within_its_steps():
    watch = Stopwatch(torch.device("cpu"))
    with watch:
        time.sleep(0.02)
    charged = watch()
    time.sleep(0.02)
    assert watch() == charged >= 0.02


def test_a_run_by_a_clock_of_its_own_ends_by_it(tiny, picture, pixels):
    ticks = itertools.count()
    options = {"budget": 10.0, "clock": lambda: float(next(ticks)), "perceptual": pixels}
    *_, last = solve(tiny, picture, "w", **options)
    assert 1 < last.step < 10 and last.seconds_left == 0


@pytest.mark.parametrize("method", ["cma", "w+, fine-tuned"])
def test_a_run_ends_by_the_pictures_that_it_drew(tiny, picture, pixels, method):
    row = METHODS[method]
    *_, last = solve(tiny, picture, row, pictures=9, perceptual=pixels, seeds=1)
    assert 9 <= last.evaluations < 9 + 20 and last.step < row.steps


@pytest.mark.parametrize("equal", ["steps", "pictures"])
def test_each_answer_is_that_of_the_method_alone(race, tiny, picture, pixels, equal):
    entries = ["w+", Entry("cma", settings=FEW), "w+, fine-tuned", "sphinx (P_s)"]
    *_, last = race(*entries, equal=equal, budget=5, seeds=2, seed=3)
    for entry, cell in zip(entries, last.cells, strict=True):
        method = entry.method if isinstance(entry, Entry) else entry
        settings = entry.settings if isinstance(entry, Entry) else {}
        alone = invert(
            tiny, picture, method, settings=settings, **{equal: 5}, seeds=2, seed=3,
            perceptual=pixels, preview_every=1,
        )  # fmt: skip
        raced = cell.answer().result
        assert raced.seeds == alone.seeds and raced.losses == alone.losses
        for (name, one), (_, other) in zip(
            raced.codes.tensors(), alone.codes.tensors(), strict=True
        ):
            assert torch.equal(one, other), name


def test_what_is_measured_on_the_way_is_what_the_answer_has(race):
    *_, last = race("w", "w+", budget=6)
    for cell in last.cells:
        np.testing.assert_array_equal(cell.picture, cell.answer().pictures[0])
        assert {"PSNR", "SSIM", "pooled pixels", "identity"} == cell.metrics.keys()
        assert [point.step for point in cell.curve] == [1, 2, 3, 4, 5, 6, 6]
        distances = [point.metrics["pooled pixels"] for point in cell.curve]
        assert distances[-1] < distances[0]
    near = [cell.metrics["pooled pixels"] for cell in last.cells]
    assert last.leader == near.index(min(near)) and last.nearest_by == "pooled pixels"


def test_closing_it_keeps_the_best_of_every_cell(tiny, picture, pixels):
    race = compare(tiny, picture, ["w", "w+"], budget=100, equal="steps", perceptual=pixels)
    for standing in race:
        if standing.cells[1].step == 3:
            break
    race.close()
    assert next(race, None) is None
    ended = standing.settled()
    assert [cell.state for cell in ended.cells] == ["stopped", "stopped"] and ended.over
    assert ended.cells[0].step == 3
    for cell in ended.cells:
        answer = cell.answer()
        assert answer.result.steps == 3
        np.testing.assert_array_equal(answer.result.render(tiny), answer.pictures)


def test_stopped_before_its_first_step_a_cell_says_so(tiny, picture, pixels):
    race = compare(tiny, picture, ["w", "w+"], equal="steps", perceptual=pixels)
    next(race)
    standing = next(race).settled()
    assert standing.cells[0].state == "stopped"
    assert standing.cells[1].sentence == "Stopped before its first step."
    assert standing.ranking()[-1] == 1 and standing.cells[1].answer() is None


def test_who_cannot_run_is_a_cell_with_its_sentence(race):
    matrices, unknown = "W", Entry("w", name="mine", trouble="Its file is gone.")
    *_, last = race("w", matrices, unknown, Entry("w", settings={"zap": 1}), "encoder")
    states = [cell.state for cell in last.cells]
    assert states == ["done", "failed", "failed", "failed", "failed"]
    assert last.cells[1].sentence.endswith("which tiny lacks.")
    assert last.cells[2].sentence == "Its file is gone." and last.cells[2].name == "mine"
    assert "has no setting zap" in last.cells[3].sentence
    assert "choose an encoder" in last.cells[4].sentence
    assert last.cells[0].step == 4 and last.leader == 0


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(StudioError("Enough."), "Enough."), (RuntimeError("a fault"), UNEXPECTED)],
)
def test_who_fails_on_the_way_keeps_its_best_and_the_others_go_on(
    race, monkeypatch, error, sentence
):
    from inversion.solvers import Adam

    step, counted = Adam.step, itertools.count()

    def failing(self, state, objective, constrain, t):
        if self.lr == 0.5 and next(counted) == 2:
            raise error
        return step(self, state, objective, constrain, t)

    monkeypatch.setattr(Adam, "step", failing)
    *_, last = race("w", Entry("w", settings={"adam.lr": 0.5}))
    assert [(cell.state, cell.step) for cell in last.cells] == [("done", 4), ("failed", 2)]
    assert last.cells[1].sentence == sentence
    assert last.cells[1].answer().result.steps == 2 and last.cells[1].picture is not None


def test_models_of_another_kind_race_too_and_an_encoder_serves_who_begins_there(race, tiny):
    matrix = tiny_overparam()
    *_, last = race("w", Entry("W", matrix), "encoder", encoder=tiny_encoder(tiny))
    assert [cell.state for cell in last.cells] == ["done"] * 3
    assert [cell.model for cell in last.cells] == ["tiny", "tiny-matrix", "tiny"]
    assert last.cells[2].step == 1 and last.cells[2].pictures == 1


def test_a_wish_runs_what_was_measured_best(race):
    *_, last = race("closest")
    assert last.cells[0].name == f"{WISHES['closest']}: {METHODS['bdinvert'].title}"
    assert last.cells[0].answer().result.method == "bdinvert"


def test_what_is_degraded_is_measured_against_the_truth_where_it_is_known(
    race, tiny, picture, pixels
):
    asked = Degradation("super-resolution", {"super-resolution.factor": 2})
    *_, last = race("w", "ilo", degradation=asked)
    assert last.truth is not None and not np.array_equal(last.target, last.truth)
    assert all("measurement error" in cell.metrics for cell in last.cells)
    assert last.nearest_by == "pooled pixels"
    small = picture[::2, ::2]
    given = Degradation("super-resolution", {"super-resolution.factor": 2}, degrade=False)
    *_, last = compare(
        tiny, small, ["w", "ilo"], degradation=given, budget=4, equal="steps", perceptual=pixels
    )
    assert last.truth is None and last.nearest_by == "measurement error"
    assert all(cell.metrics.keys() == {"measurement error"} for cell in last.cells)


def test_a_painted_part_alone_counts(race, picture):
    mask = np.zeros(picture.shape[:2], bool)
    mask[:8] = True
    *_, last = race("w+", mask=mask)
    assert last.cells[0].state == "done"
    np.testing.assert_array_equal(last.cells[0].answer().result.mask, mask)


def test_a_standing_can_be_sent_to_another_process(race):
    *_, last = race("w", budget=1)
    sent = pickle.loads(pickle.dumps(last.plain()))
    assert sent.cells[0].metrics == last.cells[0].metrics and sent.cells[0].answer() is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"equal": "joules"}, "no equal 'joules'"),
        ({"budget": 0}, "above 0"),
        ({"budget": float("nan")}, "above 0"),
        ({"seeds": 0}, "between 1 and 64"),
        ({"task": "zap"}, "no task 'zap'"),
        ({"mask": np.ones((16, 16), bool), "task": "inpainting"}, "hidden"),
    ],
)
def test_what_no_cell_could_run_with_is_said_before_anything_runs(race, options, words):
    with pytest.raises(StudioError, match=words):
        race("w", **options)


def test_there_must_be_methods_and_they_must_exist(race):
    with pytest.raises(StudioError, match="1 to 16 methods"):
        race()
    with pytest.raises(StudioError, match="no method 'zap'"):
        race("zap")


def test_a_set_names_methods_and_each_has_a_model_that_serves_it():
    for row in SETS.values():
        assert len(set(row.methods)) == len(row.methods) > 3
        assert all(method in METHODS or method in WISHES for method in row.methods)
        for method in row.methods:
            for model in ("avatars", "species", "avatars-overparam"):
                assert method in WISHES or serving(method, serving(method, model)) == serving(
                    method, model
                )
    assert serving("w", "avatars-overparam") == "avatars"


@pytest.mark.parametrize("changes", [{"grey": True}, {"base": (2, 4)}], ids=str)
def test_a_network_of_grey_or_of_no_squares_races_for_what_it_can_draw(pixels, picture, changes):
    G = a_network(**changes)
    alone = invert(G, picture, "w", seeds=1, steps=3, perceptual=pixels)
    how = {"budget": 3, "equal": "steps", "perceptual": pixels}
    *_, last = compare(G, picture, ["w"], **how)
    raced = last.cells[0].answer().result
    np.testing.assert_array_equal(raced.target, alone.target)
    np.testing.assert_array_equal(last.cells[0].picture, alone.render(G)[0])
    assert raced.notes == alone.notes


def test_a_cell_whose_answer_cannot_be_drawn_does_not_lead(race):
    def end():
        raise StudioError("It cannot be drawn.")

    last = race("w", "w+")[-1]
    first = last.ranking()[0]
    cells = [replace(c, end=end, state="running").ended("done") if i == first else c
             for i, c in enumerate(last.cells)]  # fmt: skip
    left = replace(last, cells=tuple(cells))
    assert left.cells[first].state == "failed" and left.cells[first].picture is None
    assert left.leader == 1 - first
