from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from inversion import Inversion
from models.errors import StudioError
from tests.ui.conftest import PHOTO
from tests.ui.doubles import load, studio
from ui.project import FULL, UNEXPECTED, ProjectTab
from ui.session import Session
from ui.stage import enlarged
from ui.studio import Studio

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
    return list(the_tab.run(visitor, model, None, "w+", "fast", seeds, 0, "embedded", *CROP))


def test_a_run_ends_with_everything_the_visitor_can_take_away(visitor: Session) -> None:
    the_tab = tab(studio())
    stage = the_tab.stage
    *_, last = run(the_tab, visitor)
    assert "Done at step 5 of 5" in last[stage.status]
    assert last[stage.results].visible and not last[stage.live].visible
    assert last[stage.go].interactive and not last[stage.halt].interactive
    result = Inversion.load(last[stage.file])
    pictures = result.render(load("avatars"))
    np.testing.assert_array_equal(pictures, visitor.outcome.pictures)
    assert Path(last[stage.png]).read_bytes().startswith(b"\x89PNG")
    assert '"adam.steps": 5' in Path(last[stage.json]).read_text()
    assert len(last[stage.gallery].value) == 2
    assert not visitor.running


def test_another_seed_of_the_gallery_takes_its_place(visitor: Session) -> None:
    the_tab = tab(studio())
    run(the_tab, visitor)
    event = gr.SelectData(None, {"index": 1, "value": None})
    (before, after), _, _, png = the_tab.stage.choose(visitor, event)
    np.testing.assert_array_equal(after, enlarged(visitor.outcome.pictures[1]))
    np.testing.assert_array_equal(before, enlarged(visitor.outcome.result.target))
    assert f"seed-{visitor.outcome.result.seeds[1]}" in png


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
    (only,) = the_tab.run(visitor, "avatars", None, "w+", "fast", 2, 0, "embedded", *CROP)
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
    stream = the_tab.run(visitor, "avatars", None, "w+", "fast", 1, 0, "embedded", *CROP)
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
