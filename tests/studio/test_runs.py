import threading

import numpy as np
import pytest

from inversion import Inversion
from models.errors import StudioError
from studio import runs as module
from studio.messages import Job, Loading, Progress, TuneJob
from tests.conftest import PixelFeatures
from tests.ui.doubles import load, load_perceptual, studio


@pytest.fixture
def job() -> Job:
    target = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    return Job(target, model="avatars", method="w+", seeds=2, seed=3, settings={"adam.steps": 12})


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CADENCE", 0.0)


def test_a_job_ends_with_an_outcome_that_draws_what_it_shows(job: Job) -> None:
    the_studio = studio()
    *_, last = the_studio.frames(job)
    assert isinstance(last, Progress) and last.outcome is not None
    assert last.outcome.ended == "done"
    assert "step 12 of 12" in last.outcome.how
    result = last.outcome.result
    assert sorted(result.seeds) == [3, 4]
    np.testing.assert_array_equal(result.render(load("avatars")), last.outcome.pictures)
    np.testing.assert_array_equal(result.target, job.target)


def test_an_answer_is_drawn_once(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    render = Inversion.render
    monkeypatch.setattr(
        Inversion,
        "render",
        lambda self, *how, **more: drawn.append(self) or render(self, *how, **more),
    )
    *_, last = studio().frames(job)
    assert len(drawn) == 1 and len(last.outcome.pictures) == 2
    tuning = {"tuning.steps": 2, "tuning.until": 0.0}
    *_, last = studio().tune(TuneJob(last.outcome.result, 0, tuning))
    assert len(drawn) == 2 and len(last.outcome.pictures) == 2


def test_trails_of_the_frames_join_to_the_loss_of_every_step(job: Job, every_step: None) -> None:
    frames = [moment for moment in studio().frames(job) if isinstance(moment, Progress)]
    assert len(frames) == 13
    assert sum(len(frame.trail) for frame in frames) == 12
    assert frames[4].trail == [frames[4].observed]
    assert frames[0].preview.shape == (2, 64, 64, 3)
    assert frames[0].seconds_left > 0


@pytest.mark.slow
def test_frames_come_no_faster_than_the_cadence(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(np.arange(0, 1e6, 0.01))
    monkeypatch.setattr("studio.runs.monotonic", lambda: float(next(clock)))
    assert sum(isinstance(moment, Progress) for moment in studio().frames(job)) < 6


def test_a_stop_file_ends_the_run_with_its_best(job: Job, every_step: None, tmp_path) -> None:
    stop = tmp_path / "stop"
    moments = studio().frames(Job(**{**vars(job), "stop": stop, "settings": {"adam.steps": 1000}}))
    for moment in moments:
        if isinstance(moment, Progress) and moment.step == 5:
            stop.touch()
    assert moment.outcome.ended == "stopped"
    assert moment.outcome.result.steps == 6
    assert moment.outcome.pictures.shape == (2, 64, 64, 3)


def test_a_model_is_loaded_once_and_its_loading_is_told(job: Job) -> None:
    asked = []

    def counting(name: str, device: str, progress) -> object:
        asked.append(name)
        return load(name)

    the_studio = studio(load=counting)
    first = list(the_studio.frames(job))
    again = list(the_studio.frames(job))
    assert isinstance(first[0], Loading) and "Avatars" in first[0].title
    assert not any(isinstance(moment, Loading) for moment in again)
    assert asked == ["avatars"]


def test_stop_reaches_a_run_whose_model_is_still_on_its_way(job: Job, tmp_path) -> None:
    stop, gone = tmp_path / "stop", threading.Event()
    stop.touch()

    def slow(name: str, device: str, progress) -> object:
        gone.wait()
        return load(name)

    with pytest.raises(StudioError, match="Stopped while"):
        list(studio(load=slow).frames(Job(**{**vars(job), "stop": stop})))
    gone.set()


def test_a_model_that_cannot_be_loaded_says_so(job: Job) -> None:
    def missing(name: str, device: str, progress) -> object:
        raise StudioError("No file.")

    with pytest.raises(StudioError, match="No file"):
        list(studio(load=missing).frames(job))


def test_trouble_on_the_way_keeps_the_best_so_far(job: Job) -> None:
    class Exhausted(PixelFeatures):
        left = 6

        def features(self, x):
            Exhausted.left -= 1
            if Exhausted.left == 0:
                raise MemoryError
            return super().features(x)

    *_, last = studio(load_perceptual=lambda name, device, progress: Exhausted()).frames(job)
    assert last.outcome.ended == "failed"
    assert "not enough memory" in last.outcome.how
    assert last.outcome.result.steps == 4


def test_trouble_at_the_first_step_is_the_callers(job: Job) -> None:
    class Exhausted(PixelFeatures):
        def compare(self, a, b, weight=None):
            raise MemoryError

    moments = studio(load_perceptual=lambda name, device, progress: Exhausted()).frames(job)
    with pytest.raises(StudioError, match="not enough memory"):
        list(moments)


def test_a_saved_result_opens_to_the_same_pictures(job: Job, tmp_path) -> None:
    the_studio = studio()
    *_, last = the_studio.frames(job)
    last.outcome.result.save(tmp_path / "result.safetensors")
    *_, opened = the_studio.reopen(str(tmp_path / "result.safetensors"))
    np.testing.assert_array_equal(opened.pictures, last.outcome.pictures)
    assert "Avatars" in opened.how


def test_a_result_of_an_unlisted_model_says_which(job: Job, tmp_path) -> None:
    renamed = studio(load=lambda name, device, progress: load("stranger"))
    *_, last = renamed.frames(job)
    last.outcome.result.save(tmp_path / "result.safetensors")
    with pytest.raises(StudioError, match="stranger"):
        list(studio().reopen(str(tmp_path / "result.safetensors")))


def test_warming_up_never_fails() -> None:
    def missing(name: str, device: str, progress=None) -> object:
        raise StudioError("No file.")

    studio(load=missing).warm()
    the_studio = studio(load_perceptual=load_perceptual)
    the_studio.warm()
    assert the_studio.generators.peek("avatars") is not None
