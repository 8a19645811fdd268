import dataclasses

import pytest

from inversion.presets import Preset
from models import load
from studio import verdict as verdicts
from studio.verdict import CLOSE, DISTANCE, FAR, STEPS, verdict
from tests.inversion.conftest import draw, result_of


@pytest.fixture(scope="module")
def found():
    G = load("avatars")
    return result_of(G, draw(G, 1))


def at(found, distance, **how):
    return dataclasses.replace(found, metrics={DISTANCE: [distance]}, **how)


def test_a_close_answer_needs_nothing_more(found):
    said = verdict(at(found, CLOSE))
    assert said.sentence.startswith("Close") and said.step is None


def test_a_recognisable_answer_is_fine_tuned_once(found):
    middle = (CLOSE + FAR) / 2
    assert verdict(at(found, middle)).step == "tune"
    assert verdict(at(found, middle, deltas={"x": None})).step in (None, "closest")


def test_a_far_answer_says_what_the_model_draws_and_always_offers_a_step(found):
    said = verdict(at(found, FAR + 0.01))
    assert "Far from your picture" in said.sentence and "Toy portraits" in said.sentence
    assert said.step in STEPS


def test_the_closest_search_is_not_offered_after_itself(found, monkeypatch):
    best = dataclasses.replace(verdicts.preset("avatars") or Preset("w"), method="w+")
    monkeypatch.setattr(verdicts, "preset", lambda model: best)
    assert verdict(at(found, 0.9, method="w")).step == "closest"
    assert verdict(at(found, 0.9, method="w+")).step == "tune"


def test_nothing_is_said_of_what_lpips_did_not_measure(found):
    assert verdict(dataclasses.replace(found, metrics={"PSNR": [30.0]})) is None
