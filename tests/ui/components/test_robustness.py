import re
from dataclasses import replace

import gradio as gr
import pytest
import torch

from inversion.evaluation.robustness import Robustness, robustness
from inversion.sampling import draw
from inversion.tuning.deltas import compress, tuned
from models.generators.generator import Generator
from studio.edit_state import Editing
from studio.messages import Outcome
from studio.session import Session
from tests.conftest import PixelFeatures
from tests.inversion.conftest import result_of
from tests.ui.doubles import load, studio
from ui.components.robustness import FAILED, FIRST, SAMPLES, drawn, verdict
from ui.edit.tab import EditTab
from ui.project.tab import ProjectTab
from ui.restore.tab import RestoreTab

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


@pytest.fixture
def tab(one_thread) -> ProjectTab:
    with gr.Blocks() as page:
        return ProjectTab(studio(), page)


def test_one_click_draws_the_curve_of_the_seed_that_is_shown(tab):
    G = load("avatars")
    found = result_of(G, draw(G, 2, seed=3))
    session = Session(outcome=Outcome(found, found.render(G), "Done"), chosen=1)
    fragile = tab.stage.answer.fragile
    chart = fragile.answer(session)
    assert chart.count("<img") == 7 and "polyline" in chart and "5 dB" in chart
    session.chosen = 0
    assert fragile.answer(session) != chart
    assert fragile.chart in tab.stage.answer.components()


def tuned_session() -> tuple[Session, Generator]:
    """An answer whose fine-tuning shows, drawn with none of it."""
    G = load("avatars")
    rng = torch.Generator().manual_seed(1)
    changes = {n: 0.3 * torch.randn(p.shape, generator=rng) for n, p in G.named_parameters()}
    found = replace(result_of(G, draw(G, 1, seed=3)), deltas=compress(changes))
    session = Session(outcome=Outcome(found, found.render(G), "Done"))
    session.fresh_folder("answer")
    return session, G


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_what_is_measured_is_drawn_by_the_fine_tuning_that_is_shown(tab, strength):
    session, G = tuned_session()
    asked = []
    fragile = tab.stage.answer.fragile
    measure = fragile.measure
    fragile.measure = lambda result: asked.append(measure(result)) or asked[-1]
    if strength < 1:
        tab.redraw(session, strength, "Slider")
    fragile.answer(session)
    found = session.outcome.result
    H = tuned(G, found.deltas, strength)
    plain = robustness(H, replace(found, deltas=None), samples=SAMPLES, perceptual=PixelFeatures())
    assert torch.equal(asked[0].distance, plain.distance) and asked[0].to_truth
    session.close()


def test_another_answer_clears_the_chart(tab):
    session, G = tuned_session()
    answer = tab.stage.answer
    at = answer.one().index(answer.fragile.chart)
    found = result_of(G, draw(G, 2, seed=3))
    event = gr.SelectData(None, {"index": 1, "value": None})
    assert tab.redraw(session, 0.5, "Slider")[answer.fragile.chart] == ""
    done = answer.done(session, Outcome(found, found.render(G), "Done"), None)
    assert done[answer.fragile.chart] == ""
    assert answer.choose(session, "Slider", event)[at] == ""
    session.close()


def test_a_chart_that_comes_too_late_is_not_shown(tab, monkeypatch):
    session, G = tuned_session()
    found = result_of(G, draw(G, 2, seed=3))
    session.outcome = Outcome(found, found.render(G), "Done")
    fragile = tab.stage.answer.fragile

    def measure(result):
        session.chosen = 1
        return FOUND

    monkeypatch.setattr(fragile, "measure", measure)
    assert fragile.answer(session) == ""
    assert "polyline" in fragile.answer(session)


def test_restore_and_edit_have_it_too(one_thread):
    the_studio = studio()
    with gr.Blocks() as page, gr.Tabs() as tabs:
        with gr.Tab("Restore") as opened:
            restore = RestoreTab(the_studio, opened)
        with gr.Tab("Edit", id="edit"):
            edit = EditTab(the_studio, tabs, {"Restore": restore})
    answer, stage = restore.stage.answer, edit.stage
    assert answer.fragile.chart in answer.one() and answer.fragile.chart.elem_id != "fragility"
    assert FIRST in answer.fragile.answer(Session()) and FIRST in stage.fragile.answer(Editing())
    G = load("avatars")
    found = result_of(G, draw(G, 1, seed=3))
    editing = Editing(result=found, before=found.render(G)[0], after=found.render(G)[0])
    chart = stage.fragile.answer(editing)
    assert chart.count("<img") == 7
    edit.changes.truncate(editing, 0.5)
    assert stage.settle(editing)[stage.fragile.chart] == ""
    assert "answer itself" in stage.fragile.answer(editing)
    assert sum(each.name == "answer" for each in page.fns.values()) == 2


def test_without_an_answer_or_when_it_fails_there_is_a_sentence(tab, monkeypatch):
    fragile = tab.stage.answer.fragile
    assert FIRST in fragile.answer(Session())
    G = load("avatars")
    found = result_of(G, draw(G, 1))
    session = Session(outcome=Outcome(found, found.render(G), "Done"))
    monkeypatch.setattr(fragile, "measure", lambda result: 1 / 0)
    assert FAILED in fragile.answer(session)


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
