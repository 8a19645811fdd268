"""Answers on which directions and classes do not act as they were found."""

import numpy as np
import pytest

from inversion import Inversion
from inversion.latents import Codes
from inversion.sampling import draw
from studio.messages import Outcome
from studio.session import Session
from tests.inversion.conftest import result_of
from tests.ui.doubles import load
from tests.ui.visitor import AtEdit
from ui.edit.directions_card import LIVE, NO_WAYS

pytestmark = pytest.mark.slow


def answers(ws) -> Session:
    G = load("species")
    found = result_of(G, Codes(ws=ws))
    return Session(outcome=Outcome(found, found.render(G), "Done"))


@pytest.fixture
def visitor(newcomer: AtEdit) -> AtEdit:
    """Who has sent an answer in w+ of a model with classes."""
    newcomer.has(answers(draw(load("species"), 1, seed=3).ws))
    newcomer.send()
    return newcomer


def test_directions_and_classes_act_on_it(visitor: AtEdit) -> None:
    work, cards = visitor.work, visitor.tab.directions
    assert LIVE in visitor.said() and "dB (PSNR) from what was found" in visitor.said()
    assert visitor.visible(cards.ways) and visitor.visible(cards.label)
    assert work.found.codes.z is None and work.result.codes.z is not None
    np.testing.assert_array_equal(work.before, work.found.render(load("species"))[0])
    whole = work.after
    visitor.slide(component_1=3.0)
    assert "edit of z" not in visitor.said() and (work.after != whole).any()
    visitor.put(cards.label, "owl")
    assert "no classes" not in visitor.said() and work.plan.change.name == "owl"
    assert "as one code and one class" in visitor.value("edit-slider")["edits"]
    visitor.press("class-strip-go")
    assert visitor.value("class-strip").count("<img") == 8


def test_undo_leads_to_the_answer_as_it_was_found(visitor: AtEdit) -> None:
    work = visitor.work
    converted = work.after
    visitor.press("undo")
    assert work.result is work.found and "as one code" not in str(visitor.value("edit-slider"))
    np.testing.assert_array_equal(work.after, work.before)
    visitor.press("redo")
    np.testing.assert_array_equal(work.after, converted)
    visitor.press("reset")
    assert work.result is work.found
    visitor.press("class-strip-go")
    assert visitor.value("class-strip").count("<img") == 8
    visitor.put("psi", 0.5)
    assert work.result is work.found  # truncation needs no class
    visitor.slide(component_1=3.0)
    assert work.plan.converted and len(work.plan.edits) == 2
    visitor.press("undo")
    assert not work.plan.converted and len(work.plan.edits) == 1


def test_what_is_saved_has_the_code_and_the_class(visitor: AtEdit) -> None:
    visitor.slide(component_1=1.0)
    saved = Inversion.load(visitor.download("Save the result file"))
    assert saved.codes.z is not None and "nearest z and class" in saved.notes[-1]
    np.testing.assert_array_equal(saved.render(load("species"))[0], visitor.work.after)


def test_where_none_is_near_nothing_is_offered_that_cannot_apply(newcomer: AtEdit) -> None:
    G = load("species")
    apart = 10.0 * (-1) ** np.arange(G.num_ws)  # no two layers agree
    ws = G.embeddings.new_tensor(apart).view(1, -1, 1).expand(1, -1, G.w_dim).clone()
    newcomer.has(answers(ws))
    newcomer.send()
    cards = newcomer.tab.directions
    assert NO_WAYS in newcomer.said() and newcomer.work.result is newcomer.work.found
    assert "even the nearest of these draws another picture" in newcomer.value("no-directions")
    for each in (cards.ways, cards.label, cards.amount, newcomer.tab.classes.card):
        assert not newcomer.visible(each)
    assert newcomer.visible(cards.why)
    before = newcomer.work.after
    newcomer.put("psi", 0.2)
    assert (newcomer.work.after != before).any() and "edit of z" not in newcomer.said()
    newcomer.has(answers(draw(G, 1, seed=3).ws))
    newcomer.send()
    assert newcomer.visible(cards.ways) and not newcomer.visible(cards.why)
