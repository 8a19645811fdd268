from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from inversion import Inversion
from inversion.pictures.blend import blend
from inversion.pictures.images import Crop
from models.errors import StudioError
from studio.session import Session
from tests.ui.conftest import PHOTO
from tests.ui.doubles import load, studio
from tests.ui.visitor import AtProject
from ui.components import html
from ui.components.events import FULL, UNEXPECTED
from ui.project.answer import enlarged
from ui.project.model_choice import GUESSED, NO_ENCODER
from ui.project.projected import IN_PHOTO


@pytest.fixture
def session(photo: np.ndarray):
    session = Session(picture=photo, photo=str(PHOTO), settings={"w+": {"adam.steps": 5}})
    yield session
    session.close()


@pytest.fixture
def visitor(session: Session) -> AtProject:
    return AtProject(studio(), session)


@pytest.mark.slow
def test_a_run_ends_with_everything_the_visitor_can_take_away(
    visitor: AtProject, session: Session
) -> None:
    visitor.project()
    assert "Done at step 5 of 5" in visitor.value("status")
    assert visitor.visible("results") and not visitor.visible("live")
    assert visitor.enabled("run") and not visitor.enabled("stop")
    result = Inversion.load(visitor.download("Result file"))
    pictures = result.render(load("avatars"))
    np.testing.assert_array_equal(pictures, session.outcome.pictures)
    with Image.open(visitor.download("Picture (PNG)")) as saved:
        np.testing.assert_array_equal(np.asarray(saved), pictures[0])
    assert '"adam.steps": 5' in Path(visitor.download("Settings (JSON)")).read_text()
    assert len(visitor.value("seeds-gallery")) == 2
    assert not session.running


@pytest.mark.slow
def test_an_answer_to_another_picture_or_by_another_model_is_marked(visitor: AtProject) -> None:
    def said() -> str:
        return str(visitor.value("earlier"))

    visitor.put("Zoom", 2.0)
    assert not said(), "there is no answer yet"
    visitor.project()
    assert not said()
    visitor.put("Zoom", 1.0)
    assert "belongs to the earlier picture. Press Project" in said()
    visitor.put("Zoom", 2.0)
    assert not said(), "the same again"
    visitor.put("model", "portraits")
    assert "by Avatars, embedded, not by the model" in said()
    visitor.put("model", "avatars")
    visitor.put("photo", {"path": str(PHOTO.parent / "chelsea.jpg")})
    assert "earlier picture" in said()
    visitor.project()
    assert not said()


@pytest.mark.slow
def test_what_changes_during_a_run_is_marked_at_its_end(visitor: AtProject) -> None:
    visitor.put("seeds", 1)
    for _ in visitor.pressing("run"):
        if "Projecting" in visitor.value("status"):
            visitor.stand("Zoom", 3.0)
    assert "earlier picture" in visitor.value("earlier")


@pytest.mark.slow
def test_a_file_is_written_when_it_is_asked_for(visitor: AtProject, session: Session) -> None:
    with pytest.raises(gr.Error, match="no longer kept"):
        visitor.press("Result file")
    visitor.project()
    folder = session.folder / "answer"
    assert not list(folder.iterdir())
    file = Path(visitor.download("Picture (PNG)"))
    assert list(folder.iterdir()) == [file]
    visitor.project()
    assert not file.exists(), "files of the answer before are gone"


def test_another_seed_of_the_gallery_takes_its_place(visitor: AtProject, session: Session) -> None:
    visitor.project()
    visitor.pick("seeds-gallery", 1)
    shown, outcome = visitor.value("slider"), session.outcome
    assert shown["after"] == html.uri(enlarged(outcome.pictures[1]))
    assert shown["before"] == html.uri(enlarged(outcome.result.target))
    assert (shown["left"], shown["right"]) == ("your picture", "the answer")
    assert f"seed-{session.outcome.result.seeds[1]}" in visitor.download("Picture (PNG)")


@pytest.mark.slow
def test_fine_tuning_follows_the_chosen_seed_and_its_strength_redraws_it(
    visitor: AtProject, session: Session
) -> None:
    tune = visitor.tab.stage.answer.tune
    visitor.project()
    found = session.outcome
    assert found.result.deltas is None
    visitor.pick("seeds-gallery", 1)
    turned = {"steps": 3, "lr": 0.01, "penalty": 0.0, "until": 0.0}
    knobs = dict(zip(tune.names, tune.knobs, strict=True))
    for name, value in turned.items():
        visitor.put(knobs[f"tuning.{name}"], value)
    visitor.press("run-tune")
    assert "Done at step 3 of 3" in visitor.value("status")
    assert "fine-tuning" in visitor.value("status")
    assert visitor.visible("strength") and visitor.enabled("run-tune")
    result = Inversion.load(visitor.download("Result file"))
    assert result.seeds[0] == found.result.seeds[1] and result.deltas
    assert result.settings["tuning.steps"] == 3
    np.testing.assert_array_equal(session.outcome.photo, found.photo)
    full = session.outcome.pictures[0]
    visitor.put("strength", 0.0)
    np.testing.assert_array_equal(session.outcome.pictures[0], found.pictures[1])
    visitor.put("strength", 1.0)
    np.testing.assert_array_equal(session.outcome.pictures[0], full)
    with Image.open(visitor.download("Picture (PNG)")) as saved:
        np.testing.assert_array_equal(np.asarray(saved), full)


def test_there_is_nothing_to_fine_tune_before_an_answer(visitor: AtProject) -> None:
    visitor.press("run-tune")
    assert "no answer to fine-tune" in visitor.value("status")


@pytest.mark.slow
def test_the_answer_goes_back_into_the_photo(
    visitor: AtProject, session: Session, photo: np.ndarray
) -> None:
    session.painted = np.zeros(photo.shape[:2], bool)
    session.painted[100:300, 200:400] = True
    visitor.project()
    assert IN_PHOTO in visitor.choices("view")
    visitor.put("view", IN_PHOTO)
    outcome = session.outcome
    with Image.open(visitor.value("Blended photo (PNG)")) as saved:
        whole = np.asarray(saved)
    expected = blend(photo, outcome.pictures[0], Crop(), outcome.result.mask)
    np.testing.assert_array_equal(whole, expected)
    assert f"{photo.shape[1]} × {photo.shape[0]} pixels" in visitor.value("inside")
    visitor.pick("seeds-gallery", 1)
    assert f"seed-{outcome.result.seeds[1]}" in visitor.value("Blended photo (PNG)")


@pytest.mark.slow
def test_a_reopened_result_has_no_photo_to_go_back_to(visitor: AtProject) -> None:
    visitor.project()
    other = AtProject(studio(), Session())
    other.upload("reopen", visitor.download("Result file"))
    assert IN_PHOTO not in other.choices("view")


def test_class_paint_and_encoder_reach_the_run(session: Session, photo: np.ndarray) -> None:
    jobs = []
    the_studio = studio()

    def frames(job):
        jobs.append(job)
        yield from ()

    the_studio.frames = frames
    visitor = AtProject(the_studio, session)
    session.painted = np.zeros(photo.shape[:2], bool)
    session.painted[:, 256:] = True
    visitor.put("model", "ffhq-1024")
    for label, method, start in (
        (3, "w+", "psp-ffhq"),
        (GUESSED, "encoder", NO_ENCODER),
        (None, "w+", NO_ENCODER),
    ):
        for name, value in (("class", label), ("method", method), ("start", start)):
            visitor.put(name, value)
        visitor.press("run")
    assert [job.label for job in jobs] == [3, None, None]
    assert [job.encoder for job in jobs] == ["psp-ffhq", "e4e-ffhq", None]
    np.testing.assert_array_equal(jobs[0].mask, np.arange(1024)[None].repeat(1024, 0) >= 512)


@pytest.mark.slow
def test_a_failure_is_a_sentence_and_the_last_answer_stays(session: Session) -> None:
    broken = {"now": False}

    def sometimes(name: str, device: str, progress) -> object:
        if broken["now"]:
            raise StudioError("The <b>file</b> is gone.")
        return load(name)

    visitor = AtProject(studio(load=sometimes), session)
    visitor.project()
    kept = session.outcome
    broken["now"] = True
    visitor.project(model="ffhq-1024")
    assert "&lt;b&gt;file&lt;/b&gt; is gone" in visitor.value("status")
    assert visitor.visible("results")
    assert visitor.enabled("run")
    assert session.outcome is kept and session.picture is not None
    Inversion.load(visitor.download("Result file"))


def test_a_bug_shows_no_traceback(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    def wrong(name: str, device: str, progress) -> object:
        raise ZeroDivisionError("secret detail")

    visitor = AtProject(studio(load=wrong), session)
    visitor.project()
    assert UNEXPECTED in visitor.value("status")
    assert "secret" not in visitor.value("status")
    assert "ZeroDivisionError" in caplog.text


def test_a_run_stopped_in_the_queue_changes_nothing(visitor: AtProject, session: Session) -> None:
    moments = visitor.pressing("run")
    next(moments)  # the click is answered, the run waits for its turn
    visitor.press("stop")
    list(moments)
    assert "Stopped before" in visitor.value("status")
    assert session.outcome is None
    visitor.project()
    assert "Done" in visitor.value("status"), "an old Stop must not reach the next run"


def test_leaving_the_page_closes_the_run(session: Session) -> None:
    left = []

    def watched(work):
        def wrapped(*arguments):
            try:
                yield from work(*arguments)
            except GeneratorExit:
                left.append(arguments)
                raise

        return wrapped

    visitor = AtProject(studio(borrow=watched), session)
    session.settings = {"w+": {"adam.steps": 10_000}}
    visitor.put("seeds", 1)
    moments = visitor.pressing("run")
    while visitor.find("live") not in next(moments):
        pass
    moments.close()
    ((job,),) = left
    assert job.method == "w+" and job.target.shape == (64, 64, 3)


def test_a_full_queue_is_a_sentence(visitor: AtProject) -> None:
    visitor.turned_away("run")
    assert FULL in visitor.value("status")
    assert visitor.enabled("run")


@pytest.mark.slow
def test_reopening(visitor: AtProject, session: Session, tmp_path: Path) -> None:
    visitor.project()
    saved = tmp_path / "mine.safetensors"
    session.outcome.result.save(saved)
    other = AtProject(studio(), Session())
    other.upload("reopen", saved)
    np.testing.assert_array_equal(other.session.outcome.pictures, session.outcome.pictures)
    assert "Opened" in other.value("status")
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_text("hello")
    kept = other.session.outcome
    other.upload("reopen", wrong)
    assert "not a saved result" in other.value("status")
    assert other.session.outcome is kept and other.visible("results")
    other.session.close()
