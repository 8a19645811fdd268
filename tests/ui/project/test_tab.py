import contextlib
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from inversion import Inversion
from inversion.pictures.blend import blend
from inversion.pictures.images import Crop
from inversion.tuning.problem import Tuning
from models.errors import StudioError
from studio.runs import Studio
from studio.session import Session
from tests.ui.conftest import PHOTO
from tests.ui.doubles import load, studio
from ui.project.answer import IN_PHOTO, SLIDER, enlarged
from ui.project.settings import GUESSED, NO_ENCODER
from ui.project.tab import FULL, UNEXPECTED, ProjectTab

CROP = (1.0, 0.0, 0.0, 0.0)


def tab(the_studio: Studio) -> ProjectTab:
    with gr.Blocks() as page:
        return ProjectTab(the_studio, page)


@pytest.fixture
def visitor(photo: np.ndarray):
    session = Session(picture=photo, photo=str(PHOTO), settings={"w+": {"adam.steps": 5}})
    yield session
    session.close()


def run(
    the_tab: ProjectTab, visitor: Session, model: str = "avatars", seeds: int = 2
) -> list[dict]:
    the_tab.begin(visitor)
    return list(the_tab.run(visitor, model, None, "w+", "", "fast", seeds, 0, "embedded", *CROP))


def test_a_run_ends_with_everything_the_visitor_can_take_away(visitor: Session) -> None:
    the_tab = tab(studio())
    stage = the_tab.stage
    *_, last = run(the_tab, visitor)
    assert "Done at step 5 of 5" in last[stage.status]
    assert last[stage.results].visible and not last[stage.live].visible
    assert last[stage.go].interactive and not last[stage.halt].interactive
    result = Inversion.load(last[stage.answer.file])
    pictures = result.render(load("avatars"))
    np.testing.assert_array_equal(pictures, visitor.outcome.pictures)
    assert Path(last[stage.answer.png]).read_bytes().startswith(b"\x89PNG")
    assert '"adam.steps": 5' in Path(last[stage.answer.json]).read_text()
    assert len(last[stage.answer.gallery].value) == 2
    assert not visitor.running


def test_another_seed_of_the_gallery_takes_its_place(visitor: Session) -> None:
    the_tab = tab(studio())
    run(the_tab, visitor)
    event = gr.SelectData(None, {"index": 1, "value": None})
    (before, after), _, _, png, *_ = the_tab.stage.answer.choose(visitor, SLIDER, event)
    np.testing.assert_array_equal(after, enlarged(visitor.outcome.pictures[1]))
    np.testing.assert_array_equal(before, enlarged(visitor.outcome.result.target))
    assert f"seed-{visitor.outcome.result.seeds[1]}" in png


def test_fine_tuning_follows_the_chosen_seed_and_its_strength_redraws_it(visitor: Session) -> None:
    the_tab = tab(studio())
    stage, answer = the_tab.stage, the_tab.stage.answer
    run(the_tab, visitor)
    found = visitor.outcome
    assert found.result.deltas is None
    answer.choose(visitor, SLIDER, gr.SelectData(None, {"index": 1, "value": None}))
    the_tab.begin(visitor)
    turned = {"steps": 3, "lr": 0.01, "penalty": 0.0, "until": 0.0}
    knobs = Tuning().configure({f"tuning.{name}": value for name, value in turned.items()})
    *_, last = the_tab.tune(visitor, "embedded", *knobs.settings().values())
    assert "Done at step 3 of 3" in last[stage.status] and "fine-tuning" in last[stage.status]
    assert last[answer.tune.strength].visible and last[answer.tune.go].interactive
    result = Inversion.load(last[answer.file])
    assert result.seeds[0] == found.result.seeds[1] and result.deltas
    assert result.settings["tuning.steps"] == 3
    np.testing.assert_array_equal(visitor.outcome.photo, found.photo)
    full = visitor.outcome.pictures[0]
    the_tab.redraw(visitor, 0.0, SLIDER)
    np.testing.assert_array_equal(visitor.outcome.pictures[0], found.pictures[1])
    changes = the_tab.redraw(visitor, 1.0, SLIDER)
    np.testing.assert_array_equal(visitor.outcome.pictures[0], full)
    with Image.open(changes[answer.png]) as saved:
        np.testing.assert_array_equal(np.asarray(saved), full)


def test_there_is_nothing_to_fine_tune_before_an_answer(visitor: Session) -> None:
    the_tab = tab(studio())
    the_tab.begin(visitor)
    (only,) = the_tab.tune(visitor, "embedded")
    assert "no answer to fine-tune" in only[the_tab.stage.status]


def test_the_answer_goes_back_into_the_photo(visitor: Session, photo: np.ndarray) -> None:
    the_tab = tab(studio())
    answer = the_tab.stage.answer
    visitor.painted = np.zeros(photo.shape[:2], bool)
    visitor.painted[100:300, 200:400] = True
    *_, last = run(the_tab, visitor)
    assert IN_PHOTO in [value for _, value in last[answer.view].choices]
    shown, file = answer.turn(visitor, IN_PHOTO)[-2:]
    outcome = visitor.outcome
    with Image.open(file) as saved:
        whole = np.asarray(saved)
    expected = blend(photo, outcome.pictures[0], Crop(), outcome.result.mask)
    np.testing.assert_array_equal(whole, expected)
    assert f"{photo.shape[1]} × {photo.shape[0]} pixels" in shown
    *_, file = answer.choose(visitor, IN_PHOTO, gr.SelectData(None, {"index": 1, "value": None}))
    assert f"seed-{outcome.result.seeds[1]}" in file


def test_a_reopened_result_has_no_photo_to_go_back_to(visitor: Session) -> None:
    the_tab = tab(studio())
    answer = the_tab.stage.answer
    *_, last = run(the_tab, visitor)
    *_, last = the_tab.reopen({"path": last[answer.file]}, Session())
    assert IN_PHOTO not in [value for _, value in last[answer.view].choices]


def test_class_paint_and_encoder_reach_the_run(visitor: Session, photo: np.ndarray) -> None:
    jobs = []
    the_studio = studio()
    the_studio.frames = lambda job: jobs.append(job) or iter(())
    the_tab = tab(the_studio)
    visitor.painted = np.zeros(photo.shape[:2], bool)
    visitor.painted[:, 256:] = True
    settings = ("fast", 2, 0, "embedded", *CROP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.project.tab.closing", contextlib.nullcontext)
        for label, method, start in (
            (3, "w+", "psp-ffhq"),
            (GUESSED, "encoder", NO_ENCODER),
            (None, "w+", NO_ENCODER),
        ):
            list(the_tab.run(visitor, "ffhq-1024", label, method, start, *settings))
    assert [job.label for job in jobs] == [3, None, None]
    assert [job.encoder for job in jobs] == ["psp-ffhq", "e4e-ffhq", None]
    np.testing.assert_array_equal(jobs[0].mask, np.arange(1024)[None].repeat(1024, 0) >= 512)


def test_a_failure_is_a_sentence_and_the_last_answer_stays(visitor: Session) -> None:
    broken = {"now": False}

    def sometimes(name: str, device: str, progress) -> object:
        if broken["now"]:
            raise StudioError("The <b>file</b> is gone.")
        return load(name)

    the_tab = tab(studio(load=sometimes))
    run(the_tab, visitor)
    kept, file = visitor.outcome, visitor.folder / "answer" / "result.safetensors"
    broken["now"] = True
    *_, last = run(the_tab, visitor, model="ffhq-1024")
    assert "&lt;b&gt;file&lt;/b&gt; is gone" in last[the_tab.stage.status]
    assert last[the_tab.stage.results].visible
    assert last[the_tab.stage.go].interactive
    assert visitor.outcome is kept and file.exists() and visitor.picture is not None


def test_a_bug_shows_no_traceback(visitor: Session, caplog: pytest.LogCaptureFixture) -> None:
    def wrong(name: str, device: str, progress) -> object:
        raise ZeroDivisionError("secret detail")

    the_tab = tab(studio(load=wrong))
    *_, last = run(the_tab, visitor)
    assert UNEXPECTED in last[the_tab.stage.status]
    assert "secret" not in last[the_tab.stage.status]
    assert "ZeroDivisionError" in caplog.text


def test_a_run_stopped_in_the_queue_changes_nothing(visitor: Session) -> None:
    the_tab = tab(studio())
    the_tab.begin(visitor)
    the_tab.stop(visitor)
    (only,) = the_tab.run(visitor, "avatars", None, "w+", "", "fast", 2, 0, "embedded", *CROP)
    assert "Stopped before" in only[the_tab.stage.status]
    assert visitor.outcome is None
    *_, last = run(the_tab, visitor)
    assert "Done" in last[the_tab.stage.status], "an old Stop must not reach the next run"


def test_leaving_the_page_closes_the_run(visitor: Session) -> None:
    left = []

    def watched(work):
        def wrapped(*arguments):
            try:
                yield from work(*arguments)
            except GeneratorExit:
                left.append(work.__name__)
                raise

        return wrapped

    the_tab = tab(studio(borrow=watched))
    visitor.settings = {"w+": {"adam.steps": 10_000}}
    the_tab.begin(visitor)
    stream = the_tab.run(visitor, "avatars", None, "w+", "", "fast", 1, 0, "embedded", *CROP)
    while the_tab.stage.live not in next(stream):
        pass
    stream.close()
    assert left == ["_frames"]


def test_a_full_queue_is_a_sentence(visitor: Session) -> None:
    the_tab = tab(studio())
    the_tab.begin(visitor)
    changes = the_tab.full(visitor)
    assert FULL in changes[the_tab.stage.status]
    assert changes[the_tab.stage.go].interactive


def test_reopening(visitor: Session, tmp_path: Path) -> None:
    the_tab = tab(studio())
    run(the_tab, visitor)
    saved = tmp_path / "mine.safetensors"
    visitor.outcome.result.save(saved)
    other = Session()
    *_, last = the_tab.reopen({"path": str(saved)}, other)
    np.testing.assert_array_equal(other.outcome.pictures, visitor.outcome.pictures)
    assert "Opened" in last[the_tab.stage.status]
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_text("hello")
    kept = other.outcome
    *_, last = the_tab.reopen({"path": str(wrong)}, other)
    assert "no saved result" in last[the_tab.stage.status]
    assert other.outcome is kept and last[the_tab.stage.results].visible
    other.close()
