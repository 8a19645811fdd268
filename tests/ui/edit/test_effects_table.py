import torch

from inversion.editing import Judgement, Movements
from ui.edit.effects_table import figures, moved


def test_each_slider_says_what_it_takes_along_most():
    matrix = torch.tensor([[0.2, 0.0, 0.01, 0.3], [1.5, -0.4, 0.1, 0.0]])
    found = Movements(("b", "a"), ("a", "b", "c", "<d>"), matrix, 2.0)
    table = moved(found)
    assert table.index(">a<") < table.index(">b<")  # the one that does most stands first
    assert "+1.50" in table and "b&nbsp;-0.40, c&nbsp;+0.10" in table
    assert "&lt;d&gt;&nbsp;+0.30, a&nbsp;+0.20" in table and "<d>" not in table
    assert "0.17" in table  # the others of a, on average


def test_components_have_no_attribute_of_their_own():
    table = moved(Movements(("component 1",), ("a", "b"), torch.tensor([[0.0, 0.01]]), 2.0))
    assert "–" in table and "nothing" in table


def test_figures_part_what_was_asked_for_from_all_else():
    values = {"smile": 1.0, "yaw": -0.3, "age": 0.1}
    one = torch.ones(1)
    judged = Judgement(0.9 * one, {k: x * one for k, x in values.items()}, one, one)
    text = figures(judged, ["smile"])
    assert "smile (asked)" in text and "+1.00" in text and "yaw (asked)" not in text
    assert "all else, mean</dt><dd>0.20<" in text and "0.900" in text
