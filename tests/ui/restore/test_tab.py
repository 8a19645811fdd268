from dataclasses import fields, replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

from inversion import Inversion
from inversion.evaluation.baselines import BASELINES
from inversion.evaluation.uncertainty import heat, misfit, spread
from inversion.operators import TASKS
from inversion.operators.measurement import Measurement
from inversion.pictures.images import Crop, to_tensor, to_uint8
from inversion.tuning.problem import Tuning
from studio.restoration import NOTHING, SUITED
from studio.runs import Studio
from studio.session import Session
from tests.ui.conftest import PHOTO
from tests.ui.doubles import load, studio
from ui.components import html, painter
from ui.components.painter import PROJECTED, Words
from ui.project.answer import enlarged
from ui.restore.answer import BASELINE, KEPT, LEFT, TRUTH, UNKNOWN
from ui.restore.degradation import CLEAN, DEGRADED, MEASURED, NO_MORE, PREVIEW, followers
from ui.restore.tab import HOLE, RestoreTab

CROP = (1.0, 0.0, 0.0, 0.0)


def tab(the_studio: Studio | None = None) -> RestoreTab:
    with gr.Blocks(), gr.Tab() as opened:
        return RestoreTab(the_studio or studio(), opened)


@pytest.fixture
def visitor(photo: np.ndarray):
    session = Session(picture=photo, photo=str(PHOTO), settings={"w": {"adam.steps": 4}})
    yield session
    session.close()


def run(
    the_tab: RestoreTab,
    visitor: Session,
    way: str = CLEAN,
    task: str = "inpainting",
    then: str = NO_MORE,
    kernel: str | None = None,
    file: str | None = None,
    seeds: int = 2,
    baseline: str = NOTHING,
    seed: int = 0,
) -> list[dict]:
    the_tab.begin(visitor)
    search = ("avatars", None, "w", "", "fast", seeds, 0, "embedded", baseline)
    return list(the_tab.search(visitor, *search, way, task, then, seed, kernel, file, *CROP))


def status(the_tab: RestoreTab, updates: dict) -> str:
    return updates[the_tab.stage.status]


@pytest.fixture
def hole(visitor: Session, photo: np.ndarray) -> np.ndarray:
    """Painted on the photo: a box, bool [H, W]."""
    visitor.painted = np.zeros(photo.shape[:2], bool)
    visitor.painted[160:288, 160:288] = True
    return visitor.painted


def test_a_painted_hole_is_filled_and_everything_can_be_taken_away(
    visitor: Session, hole: np.ndarray, photo: np.ndarray
) -> None:
    the_tab = tab()
    answer = the_tab.stage.answer
    *_, last = run(the_tab, visitor, baseline="telea")
    assert "Done at step 4 of 4" in status(the_tab, last)
    assert last[the_tab.stage.go].interactive and not last[the_tab.stage.halt].interactive
    result = Inversion.load(last[answer.file])
    np.testing.assert_array_equal(result.target, Crop().apply(photo, 64))
    rows = np.where(result.measurement.given.hidden.numpy().any(1))[0]
    assert (rows.min(), rows.max()) in [(19, 36), (20, 35)]
    np.testing.assert_array_equal(result.render(load("avatars")), visitor.outcome.pictures)
    measured = Measurement.load(last[answer.measurement])
    assert torch.equal(measured.y, result.measurement.y) and not measured.degraded
    text = Path(last[answer.json]).read_text()
    assert '"inpainting.hole": "painted"' in text and '"adam.steps": 4' in text
    assert Path(last[answer.png]).read_bytes().startswith(b"\x89PNG")
    known = np.asarray(Image.open(last[answer.kept].value["path"]))
    drawn, hidden = visitor.outcome.pictures[0], result.measurement.given.hidden.numpy() > 0
    assert (known[hidden] == drawn[hidden]).all()
    assert (known[~hidden] == result.target[~hidden]).all()
    assert html.uri(known) in last[answer.quartet]
    assert len(last[answer.gallery].value) == 2
    assert {"PSNR", "SSIM", "measurement error"} <= set(result.metrics)


def test_what_stands_beside_the_answer(visitor: Session, hole: np.ndarray) -> None:
    the_tab = tab()
    *_, last = run(the_tab, visitor, baseline="total-variation")
    answer, outcome = the_tab.stage.answer, visitor.outcome
    result, measured = outcome.result, outcome.result.measurement
    A = measured.operator()
    expected = to_uint8(BASELINES["total-variation"].restore(A, measured.y).detach())[0]
    np.testing.assert_array_equal(outcome.beside.picture, expected)
    assert set(outcome.beside.metrics) == set(result.metrics)
    assert [value for _, value in last[answer.view].choices] == [LEFT, TRUTH, BASELINE]
    for view, picture in (
        (LEFT, measured.picture()),
        (TRUTH, result.target),
        (BASELINE, expected),
    ):
        before, after = answer.turn(visitor, view)
        np.testing.assert_array_equal(before, enlarged(picture))
        np.testing.assert_array_equal(after, enlarged(outcome.pictures[0]))
    for picture in (result.target, measured.picture(), outcome.pictures[0], expected):
        assert html.uri(picture) in last[answer.quartet]
    assert "Total variation" in last[answer.metrics]
    assert UNKNOWN not in last[answer.metrics]


def test_maps_of_many_answers(visitor: Session, hole: np.ndarray) -> None:
    the_tab = tab()
    *_, last = run(the_tab, visitor, seeds=3)
    outcome = visitor.outcome
    measured, x = outcome.result.measurement, to_tensor(outcome.pictures)
    misses = misfit(measured.operator(), x, measured.y)
    shown = last[the_tab.stage.answer.maps]
    assert html.uri(heat(spread(x))) in shown and html.uri(heat(misses[0])) in shown
    event = gr.SelectData(None, {"index": 2, "value": None})
    chosen = the_tab.stage.answer.choose(visitor, TRUTH, event)
    assert html.uri(heat(misses[2])) in chosen[2]
    *_, last = run(the_tab, visitor, seeds=1)
    assert "Spread" not in last[the_tab.stage.answer.maps]


def test_only_a_hole_has_known_pixels_to_put_back(visitor: Session) -> None:
    the_tab = tab()
    *_, last = run(the_tab, visitor, task="super-resolution", seeds=1)
    answer = the_tab.stage.answer
    assert not last[answer.kept].visible and KEPT not in last[answer.quartet]


def test_without_a_truth_the_page_says_so(visitor: Session) -> None:
    the_tab = tab()
    *_, last = run(the_tab, visitor, way=DEGRADED, task="denoising", baseline=SUITED)
    answer = the_tab.stage.answer
    assert UNKNOWN in last[answer.metrics] and "PSNR" not in last[answer.metrics]
    assert TRUTH not in [value for _, value in last[answer.view].choices]
    assert "truth" not in last[answer.quartet]
    assert visitor.outcome.beside.title == "Total variation"


def test_a_measurement_file_is_a_way_in(visitor: Session, tmp_path: Path) -> None:
    the_tab = tab()
    run(the_tab, visitor, task="compressed-sensing")
    file = str(visitor.folder / "answer" / "measurement.safetensors")
    kept = Measurement.load(file)
    kept.save(tmp_path / "y.safetensors")
    other = Session(settings={"w": {"adam.steps": 4}})
    *_, last = run(the_tab, other, way=MEASURED, file=str(tmp_path / "y.safetensors"))
    assert "Done" in status(the_tab, last)
    assert torch.equal(other.outcome.result.measurement.y, kept.y)
    assert other.outcome.result.truth is None
    other.close()


def test_knobs_of_tasks_and_the_second_one_reach_the_run(visitor: Session) -> None:
    the_tab = tab()
    card = the_tab.task
    values = ("avatars", CLEAN, "super-resolution", "denoising", 5, None, None, *CROP)
    card.turn(visitor, "super-resolution.factor", 8, *values)
    shown = card.turn(visitor, "denoising.sigma", 0.5, *values)
    for name, value in (("factor", "8"), ("sigma", "0.5"), ("truth", "known")):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in shown
    run(the_tab, visitor, task="super-resolution", then="denoising", seed=5)
    measured = visitor.outcome.result.measurement
    assert measured.tasks == ("super-resolution", "denoising") and measured.seed == 5
    assert measured.settings["super-resolution.factor"] == 8 and measured.y.shape[-1] == 8
    card.turn(visitor, "super-resolution.factor", None, *values)
    assert "super-resolution.factor" not in visitor.settings["task super-resolution"]


def test_the_degraded_picture_is_shown_before_the_run(visitor: Session, hole: np.ndarray) -> None:
    card = tab().task
    values = ("avatars", CLEAN, "inpainting", NO_MORE, 0, None, None, *CROP)
    seen, _, _ = card.asked(visitor, *values)
    assert html.uri(to_uint8(seen.view)[0]) in card.show(visitor, *values)
    assert card.show(Session(), *values) == PREVIEW
    stroke = np.zeros((painter.CANVAS, painter.CANVAS), bool)
    stroke[:128] = True
    card.painted({"mask": painter.uri(stroke)}, visitor, *values)
    assert visitor.painted[:250].all() and not visitor.painted[300:].any()


def test_a_thumbnail_keeps_its_pixels(visitor: Session) -> None:
    visitor.picture = np.full((16, 16, 3), (200, 90, 40), np.uint8)
    seen, image, _ = tab().task.asked(
        visitor, "avatars", DEGRADED, "super-resolution", NO_MORE, 0, None, None, *CROP
    )
    assert image.shape == (16, 16, 3) and seen.measurement.settings["super-resolution.factor"] == 4


def test_a_tiny_thumbnail_is_taken_here_and_is_no_truth(visitor: Session, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (200, 90, 40)).save(tmp_path / "tiny.png")
    the_tab = tab()
    changes = the_tab.picture.accept({"path": str(tmp_path / "tiny.png")}, visitor, "avatars")
    assert visitor.picture.shape == (8, 8, 3) and changes[the_tab.picture.go].interactive
    *_, last = run(the_tab, visitor, way=DEGRADED, task="super-resolution")
    measured = visitor.outcome.result.measurement
    assert "Done" in status(the_tab, last)
    assert measured.settings["super-resolution.factor"] == 8 and measured.y.shape == (1, 3, 8, 8)
    *_, last = run(the_tab, visitor, task="super-resolution")
    assert "8 × 8 pixels; it needs at least 16" in status(the_tab, last)


@pytest.mark.parametrize("task", [key for key in TASKS if key != "projection"])
def test_every_task_has_something_to_show(visitor: Session, task: str) -> None:
    shown = tab().task.show(visitor, "avatars", CLEAN, task, NO_MORE, 0, None, None, *CROP)
    assert TASKS[task].title in shown and "data:image/png" in shown


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"way": DEGRADED}, "Paint one"),
        ({"way": DEGRADED, "task": "compressed-sensing"}, "starts from measured numbers"),
        ({"way": MEASURED}, "Choose a measurement file"),
        ({"way": MEASURED, "file": str(PHOTO)}, "no measurement"),
        ({"then": "super-resolution", "task": "denoising"}, "must come last"),
        ({"task": "deblurring", "kernel": str(PHOTO)}, "too large"),
        ({"baseline": "telea", "task": "denoising"}, "for inpainting alone"),
    ],
)
def test_what_does_not_fit_together_is_a_sentence(
    visitor: Session, wrong: dict, words: str
) -> None:
    the_tab = tab()
    *_, last = run(the_tab, visitor, **wrong)
    assert words in status(the_tab, last) and last[the_tab.stage.go].interactive
    assert visitor.outcome is None


@pytest.mark.parametrize(("paint", "words"), [(True, "hides the whole"), (False, "hides nothing")])
def test_a_hole_over_all_or_outside_the_crop(
    visitor: Session, photo: np.ndarray, paint: bool, words: str
) -> None:
    visitor.painted = np.full(photo.shape[:2], paint)
    the_tab = tab()
    *_, last = run(the_tab, visitor)
    assert words in status(the_tab, last)


def test_no_picture_is_a_sentence() -> None:
    the_tab = tab()
    *_, last = run(the_tab, Session())
    assert "Choose a picture first" in status(the_tab, last)


def test_saved_restorations_open_again_and_projections_do_not(
    visitor: Session, tmp_path: Path
) -> None:
    the_tab = tab()
    *_, last = run(the_tab, visitor, task="super-resolution")
    visitor.outcome.result.save(tmp_path / "mine.safetensors")
    other = Session()
    *_, again = the_tab.reopen({"path": str(tmp_path / "mine.safetensors")}, other)
    assert "Opened" in status(the_tab, again)
    np.testing.assert_array_equal(other.outcome.pictures, visitor.outcome.pictures)
    assert other.outcome.beside.title == "Bicubic enlargement"
    replace(visitor.outcome.result, measurement=None).save(tmp_path / "plain.safetensors")
    *_, last = the_tab.reopen({"path": str(tmp_path / "plain.safetensors")}, other)
    assert "no restoration" in status(the_tab, last)
    other.close()


def test_fine_tuning_a_restoration(visitor: Session) -> None:
    the_tab = tab()
    run(the_tab, visitor)
    the_tab.begin(visitor)
    knobs = Tuning().configure({"tuning.steps": 3, "tuning.lr": 0.0001, "tuning.until": 0.0})
    *_, last = the_tab.tune(visitor, "embedded", *knobs.settings().values())
    assert "Done at step 3 of 3" in status(the_tab, last)
    assert visitor.outcome.result.deltas and visitor.outcome.result.measurement
    full = visitor.outcome.misses
    the_tab.redraw(visitor, 0.0, LEFT)
    assert not torch.equal(visitor.outcome.misses[0], full[0])


def test_the_cards_words_are_those_of_a_restoration() -> None:
    with gr.Blocks() as page:
        the_tab = tab()
    said = "".join(str(each.value) for each in page.blocks.values() if isinstance(each, gr.HTML))
    said += the_tab.picture.crop.html_template
    for field in fields(Words):
        assert getattr(HOLE, field.name) in said
        assert getattr(PROJECTED, field.name) not in said
    assert the_tab.settings.method.value == "ilo"
    assert 'name="method' not in the_tab.settings.method.html_template
    assert "Paint a hole" in the_tab.picture.crop.html_template


def test_a_choices_own_knobs_are_known() -> None:
    knobs = {name: knob for row in TASKS.values() for name, knob in row.knobs().items()}
    conditional = [knob for knob in knobs.values() if knob.when is not None]
    assert len(conditional) == 7
    for knob in conditional:
        other, value = knob.when
        assert value in knobs[other].choices
        assert knob.matters({other: value}) and not knob.matters({other: "own"})
    assert "inpainting" not in [key for _, key in followers("inpainting")]
    shown = tab().task.knobs
    assert {name for each in shown.values() for name in each.controls} == set(knobs)
    assert [key for key, each in shown.items() if each.row.visible] == ["inpainting"]
    assert not shown["inpainting"].controls["inpainting.share"].visible
