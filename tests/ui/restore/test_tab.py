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
from studio.restoration import SUITED
from studio.session import Session
from tests.ui.conftest import PHOTO
from tests.ui.doubles import load, studio
from tests.ui.visitor import AtRestore
from ui.components import html, painter
from ui.components.painter import PROJECTED, Words
from ui.project.answer import enlarged
from ui.restore.answer import BASELINE, KEPT, LEFT, TRUTH, UNKNOWN
from ui.restore.degradation import CLEAN, DEGRADED, MEASURED, PREVIEW, followers
from ui.restore.tab import HOLE

KEPT_FILE = "With known pixels (PNG)"


def stated(visitor: AtRestore, **values) -> None:
    """Says what happened to the picture, without a run."""
    for name, value in values.items():
        visitor.put(name, value)


@pytest.fixture
def hole(session: Session, photo: np.ndarray) -> np.ndarray:
    """Painted on the photo: a box, bool [H, W]."""
    session.painted = np.zeros(photo.shape[:2], bool)
    session.painted[160:288, 160:288] = True
    return session.painted


@pytest.mark.slow
def test_a_painted_hole_is_filled_and_everything_can_be_taken_away(
    visitor: AtRestore, session: Session, hole: np.ndarray, photo: np.ndarray
) -> None:
    visitor.restore(baseline="telea")
    assert "Done at step 4 of 4" in visitor.value("status")
    assert visitor.enabled("run") and not visitor.enabled("stop")
    result = Inversion.load(visitor.download("Result file"))
    np.testing.assert_array_equal(result.target, Crop().apply(photo, 64))
    rows = np.where(result.measurement.given.hidden.numpy().any(1))[0]
    assert (rows.min(), rows.max()) in [(19, 36), (20, 35)]
    np.testing.assert_array_equal(result.render(load("avatars")), session.outcome.pictures)
    measured = Measurement.load(visitor.download("Measurement"))
    assert torch.equal(measured.y, result.measurement.y) and not measured.degraded
    text = Path(visitor.download("Settings (JSON)")).read_text()
    assert '"inpainting.hole": "painted"' in text and '"adam.steps": 4' in text
    drawn = np.asarray(Image.open(visitor.download("Picture (PNG)")))
    np.testing.assert_array_equal(drawn, session.outcome.pictures[0])
    assert visitor.visible(KEPT_FILE)
    known = np.asarray(Image.open(visitor.download(KEPT_FILE)))
    hidden = result.measurement.given.hidden.numpy() > 0
    assert (known[hidden] == drawn[hidden]).all()
    assert (known[~hidden] == result.target[~hidden]).all()
    assert html.uri(known) in visitor.value("quartet")
    assert len(visitor.value("seeds-gallery")) == 2
    assert {"PSNR", "SSIM", "measurement error"} <= set(result.metrics)


@pytest.mark.slow
def test_what_stands_beside_the_answer(
    visitor: AtRestore, session: Session, hole: np.ndarray
) -> None:
    visitor.restore(baseline="total-variation")
    outcome = session.outcome
    result, measured = outcome.result, outcome.result.measurement
    A = measured.operator()
    expected = to_uint8(BASELINES["total-variation"].restore(A, measured.y).detach())[0]
    np.testing.assert_array_equal(outcome.beside.picture, expected)
    assert set(outcome.beside.metrics) == set(result.metrics)
    assert visitor.choices("before") == [LEFT, TRUTH, BASELINE]
    for view, picture in (
        (LEFT, measured.picture()),
        (TRUTH, result.target),
        (BASELINE, expected),
    ):
        visitor.put("before", view)
        shown = visitor.value("slider")
        assert shown["before"] == html.uri(enlarged(picture))
        assert shown["after"] == html.uri(enlarged(outcome.kept[0]))
        assert (shown["left"], shown["right"]) == (view.casefold(), KEPT.casefold())
    drawn = (outcome.pictures[0], outcome.kept[0])
    for picture in (result.target, measured.picture(), *drawn, expected):
        assert html.uri(picture) in visitor.value("quartet")
    assert "Total variation" in visitor.value("metrics")
    assert UNKNOWN not in visitor.value("metrics")


@pytest.mark.slow
def test_maps_of_many_answers(visitor: AtRestore, session: Session, hole: np.ndarray) -> None:
    visitor.restore(seeds=3)
    outcome = session.outcome
    measured, x = outcome.result.measurement, to_tensor(outcome.pictures)
    misses = misfit(measured.operator(), x, measured.y)
    shown = visitor.value("maps")
    assert html.uri(heat(spread(x))) in shown and html.uri(heat(misses[0])) in shown
    visitor.pick("seeds-gallery", 2)
    assert html.uri(heat(misses[2])) in visitor.value("maps")
    visitor.restore(seeds=1)
    assert "Spread" not in visitor.value("maps")


def test_only_a_hole_has_known_pixels_to_put_back(visitor: AtRestore) -> None:
    visitor.restore(task="super-resolution", seeds=1)
    assert not visitor.visible(visitor.tab.stage.answer.kept)
    assert KEPT.casefold() not in visitor.value("quartet")
    assert visitor.value("slider")["right"] == "restored"


@pytest.mark.slow
def test_without_a_truth_the_page_says_so(visitor: AtRestore, session: Session) -> None:
    visitor.restore(way=DEGRADED, task="denoising", baseline=SUITED)
    assert UNKNOWN in visitor.value("metrics") and "PSNR" not in visitor.value("metrics")
    assert TRUTH not in visitor.choices("before")
    assert "truth" not in visitor.value("quartet")
    assert session.outcome.beside.title == "Total variation"


@pytest.mark.slow
def test_a_measurement_file_is_a_way_in(visitor: AtRestore, tmp_path: Path) -> None:
    visitor.restore(task="compressed-sensing")
    kept = Measurement.load(visitor.download("Measurement"))
    kept.save(tmp_path / "y.safetensors")
    other = Session(settings={"w": {"adam.steps": 4}})
    again = AtRestore(studio(), other)
    again.restore(way=MEASURED, measurement=str(tmp_path / "y.safetensors"))
    assert "Done" in again.value("status")
    assert torch.equal(other.outcome.result.measurement.y, kept.y)
    assert other.outcome.result.truth is None
    other.close()


def test_knobs_of_tasks_and_the_second_one_reach_the_run(
    visitor: AtRestore, session: Session
) -> None:
    knobs = visitor.tab.task.knobs
    visitor.put("task", "super-resolution")
    visitor.put("then", "denoising")
    visitor.put(knobs["super-resolution"].controls["super-resolution.factor"], 8)
    visitor.put(knobs["denoising"].controls["denoising.sigma"], 0.5)
    shown = visitor.value("degraded")
    for name, value in (("factor", "8"), ("sigma", "0.5"), ("truth", "known")):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in shown
    stated(visitor, **{"task-seed": 5})
    visitor.restore()
    measured = session.outcome.result.measurement
    assert measured.tasks == ("super-resolution", "denoising") and measured.seed == 5
    assert measured.settings["super-resolution.factor"] == 8 and measured.y.shape[-1] == 8
    visitor.put(knobs["super-resolution"].controls["super-resolution.factor"], None)
    assert "super-resolution.factor" not in session.settings["task super-resolution"]


@pytest.mark.slow
def test_the_degraded_picture_is_shown_before_the_run(
    visitor: AtRestore, session: Session, hole: np.ndarray
) -> None:
    visitor.put("task-seed", 1)
    shown = visitor.value("degraded")
    nobody = AtRestore(studio(), Session())
    nobody.put("task-seed", 1)
    assert nobody.value("degraded") == PREVIEW
    visitor.restore()
    assert html.uri(session.outcome.degraded) in shown
    stroke = np.zeros((painter.CANVAS, painter.CANVAS), bool)
    stroke[:128] = True
    visitor.put("crop", {"picture": "", "mask": painter.uri(stroke), "caption": ""})
    assert session.painted[:250].all() and not session.painted[300:].any()


def test_a_thumbnail_keeps_its_pixels(visitor: AtRestore, session: Session) -> None:
    session.picture = np.full((16, 16, 3), (200, 90, 40), np.uint8)
    visitor.restore(way=DEGRADED, task="super-resolution")
    measured = session.outcome.result.measurement
    assert measured.y.shape == (1, 3, 16, 16) and measured.settings["super-resolution.factor"] == 4


def test_a_tiny_thumbnail_is_taken_here_and_is_no_truth(
    visitor: AtRestore, session: Session, tmp_path: Path
) -> None:
    Image.new("RGB", (8, 8), (200, 90, 40)).save(tmp_path / "tiny.png")
    visitor.put("photo", {"path": str(tmp_path / "tiny.png")})
    assert session.picture.shape == (8, 8, 3) and visitor.enabled("run")
    visitor.restore(way=DEGRADED, task="super-resolution")
    measured = session.outcome.result.measurement
    assert "Done" in visitor.value("status")
    assert measured.settings["super-resolution.factor"] == 8 and measured.y.shape == (1, 3, 8, 8)
    visitor.restore(way=CLEAN)
    assert "8 × 8 pixels; it needs at least 16" in visitor.value("status")


@pytest.mark.slow
@pytest.mark.parametrize("task", [key for key in TASKS if key != "projection"])
def test_every_task_has_something_to_show(visitor: AtRestore, task: str) -> None:
    visitor.put("task", task)
    shown = visitor.value("degraded")
    assert TASKS[task].title in shown and "data:image/png" in shown


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"way": DEGRADED}, "Paint one"),
        ({"way": DEGRADED, "task": "compressed-sensing"}, "starts from measured numbers"),
        ({"way": MEASURED}, "Choose a measurement file"),
        ({"way": MEASURED, "measurement": str(PHOTO)}, "not a measurement"),
        ({"task": "denoising", "then": "super-resolution"}, "must come last"),
        ({"task": "deblurring", "kernel": str(PHOTO)}, "too large"),
        ({"baseline": "telea", "task": "denoising"}, "for inpainting alone"),
    ],
)
def test_what_does_not_fit_together_is_a_sentence(
    visitor: AtRestore, session: Session, wrong: dict, words: str
) -> None:
    visitor.restore(**wrong)
    assert words in visitor.value("status") and visitor.enabled("run")
    assert session.outcome is None


def test_a_picture_with_a_hole_is_asked_where_the_hole_is(
    visitor: AtRestore, session: Session, hole: np.ndarray
) -> None:
    note = visitor.tab.picture.note
    stated(visitor, way=DEGRADED)
    assert visitor.value("Hole") == "painted" and "Paint over what is missing" in visitor.value(
        note
    )
    assert visitor.choices("Hole") == ["painted", "centre", "half"]
    assert "unknown" in visitor.value("degraded")
    stated(visitor, way=CLEAN, Hole="scratches")
    session.painted = None
    stated(visitor, way=DEGRADED)
    assert visitor.value("Hole") == "painted" and "Paint one" in visitor.value("degraded")
    stated(visitor, Hole="half", way=CLEAN)
    assert visitor.value("Hole") == "half" and "scratches" in visitor.choices("Hole")


def test_an_answer_to_another_hole_or_by_another_model_is_marked(
    visitor: AtRestore, session: Session
) -> None:
    visitor.restore()
    assert visitor.value("earlier") == ""
    stated(visitor, Hole="half")
    assert "belongs to the earlier picture" in visitor.value("earlier")
    stated(visitor, Hole="centre")
    assert visitor.value("earlier") == ""
    stated(visitor, model="portraits")
    assert "by Avatars" in visitor.value("earlier")
    visitor.press("run")
    assert visitor.value("earlier") == ""


@pytest.mark.parametrize(("paint", "words"), [(True, "hides the whole"), (False, "hides nothing")])
def test_a_hole_over_all_or_outside_the_crop(
    visitor: AtRestore, session: Session, photo: np.ndarray, paint: bool, words: str
) -> None:
    session.painted = np.full(photo.shape[:2], paint)
    visitor.restore()
    assert words in visitor.value("status")


def test_no_picture_is_a_sentence() -> None:
    visitor = AtRestore(studio(), Session())
    visitor.restore()
    assert "Choose a picture first" in visitor.value("status")


@pytest.mark.slow
def test_saved_restorations_open_again_and_projections_do_not(
    visitor: AtRestore, session: Session, tmp_path: Path
) -> None:
    visitor.restore(task="super-resolution")
    session.outcome.result.save(tmp_path / "mine.safetensors")
    other = Session()
    again = AtRestore(studio(), other)
    again.upload("reopen", tmp_path / "mine.safetensors")
    assert "Opened" in again.value("status")
    np.testing.assert_array_equal(other.outcome.pictures, session.outcome.pictures)
    assert other.outcome.beside.title == "Bicubic enlargement"
    replace(session.outcome.result, measurement=None).save(tmp_path / "plain.safetensors")
    again.upload("reopen", tmp_path / "plain.safetensors")
    assert "no restoration" in again.value("status")
    other.close()


@pytest.mark.slow
def test_fine_tuning_a_restoration(visitor: AtRestore, session: Session) -> None:
    tune = visitor.tab.stage.answer.tune
    visitor.restore()
    knobs = dict(zip(tune.names, tune.knobs, strict=True))
    for name, value in {"steps": 3, "lr": 0.0001, "until": 0.0}.items():
        visitor.put(knobs[f"tuning.{name}"], value)
    visitor.press("run-tune")
    assert "Done at step 3 of 3" in visitor.value("status")
    assert session.outcome.result.deltas and session.outcome.result.measurement
    full = session.outcome.misses
    visitor.put("strength", 0.0)
    assert not torch.equal(session.outcome.misses[0], full[0])


def test_the_cards_words_are_those_of_a_restoration() -> None:
    visitor = AtRestore(studio(), Session())
    blocks, the_tab = visitor.page.blocks.values(), visitor.tab
    said = "".join(str(each.value) for each in blocks if isinstance(each, gr.HTML))
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
    shown = AtRestore(studio(), Session()).tab.task.knobs
    assert {name for each in shown.values() for name in each.controls} == set(knobs)
    assert [key for key, each in shown.items() if each.row.visible] == ["inpainting"]
    assert not shown["inpainting"].controls["inpainting.share"].visible
