"""What is shown first of a restoration, what is said of it, and how one looks further."""

from dataclasses import replace

import numpy as np
import pytest
from markupsafe import escape
from PIL import Image

from studio.restoration import NOTHING, nearness
from studio.session import Session
from tests.ui.visitor import AtRestore
from ui.components import html
from ui.project.answer import enlarged
from ui.restore.answer import DRAWN, KEPT, MADE_UP, ONE, RIM, nearer
from ui.restore.degradation import DEGRADED

pytestmark = pytest.mark.slow


def shown_seeds(visitor: AtRestore) -> list[np.ndarray]:
    return [np.asarray(image) for image, _ in visitor.value("seeds-gallery")]


def test_a_filled_hole_is_shown_with_its_known_pixels_and_the_drawing_is_a_click_away(
    visitor: AtRestore, session: Session
) -> None:
    visitor.restore(baseline="telea", seeds=3)
    outcome, right = session.outcome, visitor.tab.stage.answer.drawn
    hidden = outcome.result.measurement.operator().mask[0, 0].numpy() == 0
    assert (outcome.kept[:, ~hidden] == outcome.result.target[~hidden]).all()
    assert (outcome.kept[:, hidden] == outcome.pictures[:, hidden]).all()
    assert outcome.kept_metrics["PSNR"][0] > outcome.result.metrics["PSNR"][0]
    told = f"PSNR {outcome.kept_metrics['PSNR'][0]:.3g} dB"
    assert told in visitor.value("status") and visitor.visible(right)
    for way, pictures, numbers in (
        (KEPT, outcome.kept, outcome.kept_metrics),
        (DRAWN, outcome.pictures, outcome.result.metrics),
        (KEPT, outcome.kept, outcome.kept_metrics),
    ):
        if way != visitor.value(right):
            visitor.put(right, way)
        np.testing.assert_array_equal(shown_seeds(visitor), pictures)
        assert visitor.value("slider")["after"] == html.uri(enlarged(pictures[0]))
        assert visitor.value("slider")["right"] == way.casefold()
        assert f"{numbers['PSNR'][0]:.4g}" in visitor.value("metrics")
        visitor.pick("seeds-gallery", 2)
        assert visitor.value("slider")["after"] == html.uri(enlarged(pictures[2]))
        visitor.pick("seeds-gallery", 0)
    visitor.put(right, DRAWN)
    visitor.restore(baseline="telea")
    assert visitor.value(right) == KEPT and not session.as_drawn


def test_all_answers_stand_side_by_side_and_none_is_the_truth(
    visitor: AtRestore, session: Session
) -> None:
    visitor.restore(seeds=5)
    assert len(shown_seeds(visitor)) == 5
    assert MADE_UP in html_of(visitor) and RIM in html_of(visitor)
    visitor.restore(seeds=1, task="super-resolution")
    assert ONE in html_of(visitor) and RIM not in html_of(visitor)
    assert not visitor.visible(visitor.tab.stage.answer.drawn)


def html_of(visitor: AtRestore) -> str:
    return str(visitor.value("plausible"))


@pytest.mark.parametrize("task", ["inpainting", "super-resolution"])
def test_the_baseline_is_said_to_be_nearer_where_it_is(
    visitor: AtRestore, session: Session, task: str
) -> None:
    visitor.restore(task=task, baseline="suited")
    outcome = session.outcome
    told = nearness(outcome)
    first, _ = outcome.looked_at(True)
    assert told.name == "pooled pixels"
    for picture, distance in ((outcome.beside.picture, told.baseline), (first[0], told.answer)):
        pooled = [
            np.asarray(Image.fromarray(each).resize((32, 32), Image.Resampling.BOX), float)
            for each in (picture, outcome.result.target)
        ]
        expected = ((pooled[0] - pooled[1]) ** 2).mean() / 127.5**2
        assert distance == pytest.approx(expected, rel=0.05)
    lost = told.baseline < told.answer
    assert ("The plain baseline is nearer" in visitor.value("nearer")) == lost
    assert lost, "a network with random weights should lose"
    assert escape(outcome.beside.title) in visitor.value("nearer")
    assert f"{told.baseline:.3g}" in visitor.value("nearer")
    won = replace(outcome.beside, metrics={"pooled pixels": [told.answer + 1]})
    said = nearer(replace(outcome, beside=won), 0, True)
    assert "Nearer to the truth than the plain baseline" in said


def test_nothing_is_claimed_without_a_truth_or_a_baseline(
    visitor: AtRestore, session: Session
) -> None:
    visitor.restore(way=DEGRADED, task="denoising", baseline="suited")
    assert session.outcome.beside is not None and nearness(session.outcome) is None
    assert not visitor.value("nearer")
    visitor.restore(way="clean", baseline=NOTHING)
    assert nearness(session.outcome) is None and not visitor.value("nearer")


def test_a_hole_with_a_second_degradation_has_no_known_pixels(
    visitor: AtRestore, session: Session
) -> None:
    visitor.restore(task="inpainting", then="denoising")
    assert session.outcome.kept is None
    assert session.outcome.looked_at(True)[0] is session.outcome.pictures
