import re
from dataclasses import replace

import pytest
import torch

from inversion.evaluation.robustness import Robustness, robustness
from inversion.sampling import draw
from inversion.tuning.deltas import compress, tuned
from models.generators.generator import Generator
from studio.messages import Outcome
from studio.session import Session
from tests.conftest import PixelFeatures
from tests.inversion.conftest import result_of
from tests.ui.doubles import load, studio
from tests.ui.edit.conftest import unreadable
from tests.ui.visitor import AtEdit, AtProject, AtRestore
from ui.components.robustness import FAILED, NO_ANSWER, SAMPLES, drawn, verdict

FOUND = Robustness(
    ratios=(30.0, 20.0, 10.0),
    distance=torch.tensor([[0.1, 0.2], [0.3, 0.4], [0.8, 0.9]]),
    psnr=torch.tensor([[24.0, 24.0], [22.0, 22.0], [15.0, 15.0]]),
    drift=torch.tensor([[35.0, 35.0], [25.0, 25.0], [15.0, 15.0]]),
    undisturbed=(0.1, 25.0),
    to_truth=True,
    metric="pooled pixels",
    pictures=torch.zeros(3, 3, 8, 8),
)


def answered(count: int = 1) -> tuple[Session, Generator]:
    """A session with so many answers, the first of which is shown."""
    G = load("avatars")
    found = result_of(G, draw(G, count, seed=3))
    session = Session(outcome=Outcome(found, found.render(G), "Done"))
    session.fresh_folder("answer")
    return session, G


@pytest.fixture
def visitor(one_thread):
    session, _ = answered(2)
    yield AtProject(studio(), session)
    session.close()


@pytest.mark.slow
def test_one_click_draws_the_curve_of_the_seed_that_is_shown(visitor):
    visitor.session.chosen = 1
    visitor.press("fragile")
    chart = visitor.value("fragility")
    assert chart.count("<img") == 7 and "polyline" in chart and "5 dB" in chart
    visitor.session.chosen = 0
    visitor.press("fragile")
    assert visitor.value("fragility") != chart


def tuned_session() -> tuple[Session, Generator]:
    """An answer whose fine-tuning shows, drawn with none of it."""
    session, G = answered()
    rng = torch.Generator().manual_seed(1)
    changes = {n: 0.3 * torch.randn(p.shape, generator=rng) for n, p in G.named_parameters()}
    found = replace(session.outcome.result, deltas=compress(changes))
    session.outcome = Outcome(found, found.render(G), "Done")
    return session, G


@pytest.mark.slow
@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_what_is_measured_is_drawn_by_the_fine_tuning_that_is_shown(one_thread, strength):
    session, G = tuned_session()
    visitor, asked = AtProject(studio(), session), []
    fragile = visitor.tab.stage.answer.fragile
    measure = fragile.measure
    fragile.measure = lambda result: asked.append(measure(result)) or asked[-1]
    if strength < 1:
        visitor.put("strength", strength)
    visitor.press("fragile")
    found = session.outcome.result
    H = tuned(G, found.deltas, strength)
    plain = robustness(H, replace(found, deltas=None), samples=SAMPLES, perceptual=PixelFeatures())
    assert torch.equal(asked[0].distance, plain.distance) and asked[0].to_truth
    session.close()


def test_another_answer_clears_the_chart(one_thread, tmp_path):
    session, _ = tuned_session()
    other, _ = answered(2)
    other.outcome.result.save(tmp_path / "other.safetensors")
    visitor = AtProject(studio(), session)

    def cleared(do) -> bool:
        visitor.stand("fragility", "a chart")
        do()
        return visitor.value("fragility") == ""

    assert cleared(lambda: visitor.put("strength", 0.5))
    assert cleared(lambda: visitor.upload("reopen", tmp_path / "other.safetensors"))
    assert cleared(lambda: visitor.pick("seeds-gallery", 1))
    session.close()
    other.close()


def test_a_chart_that_comes_too_late_is_not_shown(visitor, monkeypatch):
    def measure(result):
        visitor.session.chosen = 1
        return FOUND

    monkeypatch.setattr(visitor.tab.stage.answer.fragile, "measure", measure)
    visitor.press("fragile")
    assert visitor.value("fragility") == ""
    visitor.press("fragile")
    assert "polyline" in visitor.value("fragility")


@pytest.mark.slow
def test_restore_and_edit_have_it_too(one_thread):
    restore = AtRestore(studio(), Session())
    answer = restore.tab.stage.answer
    assert answer.fragile.chart in answer.one() and answer.fragile.chart.elem_id != "fragility"
    restore.press("restore-fragile")
    assert NO_ANSWER in restore.value("restore-fragility")
    session, _ = answered()
    edit = AtEdit(studio(), session)
    edit.editor.load_reader = unreadable
    edit.press("edit-fragile")
    assert NO_ANSWER in edit.value("edit-fragility")
    edit.send()
    edit.press("edit-fragile")
    assert edit.value("edit-fragility").count("<img") == 7
    edit.put("psi", 0.5)
    edit.rest()
    assert edit.value("edit-fragility") == ""
    edit.press("edit-fragile")
    assert "answer itself" in edit.value("edit-fragility")
    edit.editing.close()
    session.close()


def test_without_an_answer_or_when_it_fails_there_is_a_sentence(visitor, monkeypatch):
    nobody = AtProject(studio(), Session())
    nobody.press("fragile")
    assert NO_ANSWER in nobody.value("fragility")
    monkeypatch.setattr(visitor.tab.stage.answer.fragile, "measure", lambda result: 1 / 0)
    visitor.press("fragile")
    assert FAILED in visitor.value("fragility")


def test_the_sentence_says_where_it_gives_way():
    assert "(25 dB of PSNR to what it was)" in verdict(FOUND)
    assert "where its codes are disturbed at 20 dB." in verdict(FOUND)
    assert "disturbed at 30 dB or more" in verdict(replace(FOUND, drift=FOUND.drift - 15))
    sturdy = verdict(replace(FOUND, drift=FOUND.drift + 15))
    assert "disturbed at 10 dB its picture has not visibly changed (30 dB" in sturdy
    assert "answer itself" in verdict(replace(FOUND, to_truth=False))


def test_the_curve_falls_to_the_right():
    line = re.search(r'polyline class="best" points="([^"]+)"', drawn(FOUND)).group(1)
    x, y = zip(*(map(float, point.split(",")) for point in line.split()), strict=True)
    assert x == (167, 500, 833) and y[0] > y[1] > y[2] >= 0
