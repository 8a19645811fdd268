import gradio as gr
import pytest
from markupsafe import escape

from inversion import METHODS
from models import CATALOG
from tests.ui.doubles import studio
from tests.ui.visitor import Visitor
from ui import LAUNCH, build
from ui.about import methods_table, models_table
from ui.components.robustness import ASK
from ui.edit.discovery_card import BACK


@pytest.fixture(scope="module")
def blocks() -> gr.Blocks:
    return build(studio())


def test_heavy_events_take_turns_and_the_others_do_not_wait(blocks: gr.Blocks) -> None:
    visitor = Visitor(blocks)
    heavy = {visitor.begun_by(fn) for fn in blocks.fns.values() if fn.concurrency_id == "gpu"}
    searches = {"Project", "Restore", "Fine-tune", "Open a result", ASK, "Run"}
    races = {"Start", "How fragile is each?", "Open in Project", "Open in Restore"}
    taking = {"Project's answer", "Restore's answer", "Compare's answer", "Send to Edit", BACK}
    directions = {"source", "Open directions (.safetensors, .npy, .npz, .pt)", "Discover"}
    measures = {"Measure with what is kept unchanged", "Draw them side by side"}
    second = {"Open one or more result files", "Draw the film", "Play it as a film"}
    again = {"arrival-edited"}
    endpoints = {"/project", "/compare", "/restore", "/edit"}
    searches |= races
    assert heavy == searches | taking | directions | measures | second | again | endpoints
    assert all(
        fn.concurrency_limit == 1 for fn in blocks.fns.values() if fn.concurrency_id == "gpu"
    )
    assert blocks._queue.max_size == 16


def test_one_endpoint_a_tab_is_public(blocks: gr.Blocks) -> None:
    public = [fn.api_name for fn in blocks.fns.values() if fn.api_visibility == "public"]
    assert public == ["project", "compare", "restore", "edit"]


def test_nothing_about_a_visitor_is_kept(blocks: gr.Blocks) -> None:
    assert blocks.analytics_enabled is False
    assert LAUNCH["run_history"] is False
    assert "allowed_paths" not in LAUNCH
    assert blocks.delete_cache == (3600, 3600)
    states = [block for block in blocks.blocks.values() if isinstance(block, gr.State)]
    assert states
    assert all(state.time_to_live == 3600 for state in states)


def test_about_lists_every_model_and_method() -> None:
    models, methods = models_table(), methods_table()
    assert all(row.title in models for row in CATALOG.values())
    assert all(escape(row.summary) in methods for row in METHODS.values())
