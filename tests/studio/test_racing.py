import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inversion.comparison.sets import AT
from inversion.evaluation.robustness import RATIOS
from inversion.operators.degradation import Degradation
from models.errors import StudioError
from studio.messages import Loading
from studio.race_session import RaceSession, equal_and_not
from studio.racing import FRAGILE, Raced, RaceJob, Racer
from studio.restoration import Restored
from tests.ui import doubles


def raced(picture: np.ndarray, *methods: str, **options) -> list[Raced]:
    job = RaceJob(picture, "avatars", methods, **{"equal": "steps", "budget": 3} | options)
    moments = Racer(doubles.studio()).frames(job)
    return [moment for moment in moments if not isinstance(moment, Loading)]


@pytest.fixture
def square() -> np.ndarray:
    return np.tile(np.linspace(0, 255, 64, dtype=np.uint8)[None, :, None], (64, 1, 3))


@pytest.fixture
def session() -> RaceSession:
    session = RaceSession()
    yield session
    session.close()


def test_a_race_is_plain_moments_and_its_last_has_the_answers(square: np.ndarray) -> None:
    first, *_, last = raced(square, "w", "W", "z")
    assert first.answers is None and len(first.standing.cells) == 3
    assert [cell.model for cell in last.standing.cells] == [
        "avatars",
        "avatars-overparam",
        "avatars",
    ]
    assert [cell.state for cell in last.standing.cells] == ["done"] * 3
    assert last.how == "Done: 3 of 3 methods have an answer."
    sent = pickle.loads(pickle.dumps(last))
    for cell, answer in zip(sent.standing.cells, sent.answers, strict=True):
        np.testing.assert_array_equal(cell.picture, answer.pictures[0])


def test_stop_keeps_the_best_of_those_that_have_begun(square: np.ndarray, tmp_path: Path) -> None:
    job = RaceJob(square, "avatars", ("w", "z"), "steps", 10**4, stop=tmp_path / "stop")
    moments = Racer(doubles.studio()).frames(job)
    for moment in moments:
        if isinstance(moment, Raced) and moment.standing.cells[1].step > 1:
            job.stop.touch()
    assert moment.ended == "stopped" and moment.how.startswith("Stopped: 2 of 2")
    assert all(answer is not None for answer in moment.answers)


def test_a_model_that_cannot_be_had_is_a_cell_and_none_at_all_a_sentence(
    square: np.ndarray,
) -> None:
    *_, last = raced(square, "w", f"z{AT}nowhere")
    assert [cell.state for cell in last.standing.cells] == ["done", "failed"]
    assert "no such model" in last.standing.cells[1].sentence and last.answers[1] is None
    assert last.standing.cells[1].model == "nowhere"
    with pytest.raises(StudioError, match="no such model"):
        raced(square, f"z{AT}nowhere")
    with pytest.raises(StudioError, match="No method has an answer"):
        raced(square, f"w{AT}avatars-overparam")


def test_an_encoder_that_nobody_asks_is_not_fetched(square: np.ndarray, monkeypatch) -> None:
    studio = doubles.studio()
    monkeypatch.setattr(studio, "encoders", lambda name: pytest.fail("an encoder was loaded"))
    *_, last = Racer(studio).frames(RaceJob(square, "avatars", ("w", "z"), "steps", 2))
    assert [cell.state for cell in last.standing.cells] == ["done", "done"]


def test_seconds_on_a_machine_that_is_lent_are_shared_by_all(square: np.ndarray) -> None:
    studio = doubles.studio(budget=0.2)
    job = RaceJob(square, "avatars", ("w", "z"), "seconds", 60)
    *_, last = Racer(studio).frames(job)
    assert last.standing.budget == 0.1


def test_a_session_keeps_a_race_and_the_chosen_answer_is_its_outcome(
    square: np.ndarray, session: RaceSession
) -> None:
    *_, last = raced(square, "w", "w+", "z")
    session.finish(last, "", square, None)
    best = session.race.ranking()[0]
    assert session.cell == best
    assert session.outcome.result is last.answers[best].result
    session.choose(1)
    assert session.shown[0].method == "w+"
    report = session.report()
    assert len(report.answers()) == 3 and report.sheet().is_file()
    again = session.again()
    assert again.race is session.race and again.folder != session.folder
    again.close()
    found = dict(Racer(doubles.studio()).fragility(session.answers))
    assert found.keys() == {0, 1, 2} and set(found.values()) <= {
        value for value in found.values() if RATIOS[-1] <= value <= RATIOS[0]
    }
    session.measured(FRAGILE, found)
    assert [cell.metrics[FRAGILE] for cell in session.race.cells] == [found[i] for i in range(3)]


def test_a_cell_of_a_restoration_is_one_that_restore_can_show(
    square: np.ndarray, session: RaceSession
) -> None:
    asked = Degradation("super-resolution")
    *_, last = raced(square, "w", degradation=asked)
    session.finish(last, "super-resolution", None, None)
    restored = Racer(doubles.studio()).restored(session.outcome)
    assert isinstance(restored, Restored) and restored.beside is not None


def test_what_is_alike_and_what_is_not_is_said(square: np.ndarray) -> None:
    *_, last = raced(square, "w", "W", "w+, fine-tuned")
    said = equal_and_not(last.standing)
    assert "equal steps: 3 each" in said and "2 models" in said and "seconds (" in said
    early = replace(last.standing.cells[0], step=1)
    assert f"Done before that: {early.name}." in equal_and_not(
        replace(last.standing, cells=(early, *last.standing.cells[1:]))
    )
