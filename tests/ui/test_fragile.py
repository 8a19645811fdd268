import re
from dataclasses import replace

import gradio as gr
import pytest
import torch

from inversion.editing.sampling import draw
from inversion.robustness import Robustness
from tests.inversion.editing.conftest import result_of
from tests.ui.doubles import load, studio
from ui.fragile import FAILED, FIRST, drawn, verdict
from ui.moments import Outcome
from ui.project import ProjectTab
from ui.session import Session

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


def test_without_an_answer_or_when_it_fails_there_is_a_sentence(tab, monkeypatch):
    fragile = tab.stage.answer.fragile
    assert FIRST in fragile.answer(Session())
    G = load("avatars")
    found = result_of(G, draw(G, 1))
    session = Session(outcome=Outcome(found, found.render(G), "Done"))
    monkeypatch.setattr(fragile, "measure", lambda result, rank: 1 / 0)
    assert FAILED in fragile.answer(session)


def test_the_sentence_says_where_it_gives_way():
    assert "disturbed at 20 dB its picture" in verdict(FOUND)
    assert "at 10 dB, 15 dB" in verdict(FOUND)
    assert "disturbed at 30 dB or more" in verdict(replace(FOUND, drift=FOUND.drift - 15))
    assert "Sturdy: with its codes disturbed at 10 dB" in verdict(
        replace(FOUND, drift=FOUND.drift + 15)
    )
    assert "answer itself" in verdict(replace(FOUND, to_truth=False))


def test_the_curve_falls_to_the_right():
    line = re.search(r'polyline class="best" points="([^"]+)"', drawn(FOUND)).group(1)
    x, y = zip(*(map(float, point.split(",")) for point in line.split()), strict=True)
    assert x == (167, 500, 833) and y[0] > y[1] > y[2] >= 0
