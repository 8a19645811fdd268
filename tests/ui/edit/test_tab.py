import json
from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

from inversion import METHODS, Inversion
from inversion.editing import History, Local, Move, apply, save_directions
from inversion.pictures.blend import blend
from inversion.pictures.images import Crop
from inversion.sampling import draw
from inversion.tuning.deltas import compress
from models.errors import StudioError
from studio.edit_state import Editing, Plan
from studio.editor import COMPONENTS, DIFFERENCE, FILE, SEFA
from studio.messages import Outcome
from studio.session import Session
from tests.inversion.conftest import Corner, result_of, toward
from tests.ui.doubles import load, studio
from ui.components import painter
from ui.edit.changes import LIVE
from ui.edit.classes_card import EVERY
from ui.edit.tab import NOTHING, EditTab
from ui.project.tab import ProjectTab


def unreadable(name: str, device: str = "cpu"):
    raise StudioError("There is no estimator here.")


@pytest.fixture
def tab(one_thread) -> EditTab:
    the_studio = studio()
    with gr.Blocks() as page, gr.Tabs() as tabs:
        with gr.Tab("Project"):
            project = ProjectTab(the_studio, page)
        with gr.Tab("Edit", id="edit"):
            the_tab = EditTab(the_studio, tabs, {"Project": project})
    the_tab.editor.load_reader = unreadable
    return the_tab


@pytest.fixture
def session(photo: np.ndarray):
    G = load("avatars")
    found = result_of(G, draw(G, 2, seed=3))
    outcome = Outcome(found, found.render(G), "Done", photo=photo, crop=Crop())
    yield Session(outcome=outcome, chosen=1)


@pytest.fixture
def editing(tab: EditTab, session: Session):
    state = Editing()
    list(tab.take(state, session))
    yield state
    state.close()


def other(folder: Path, name: str = "avatars", seed: int = 8) -> dict[str, str]:
    G = load(name)
    path = folder / f"{name}-{seed}.safetensors"
    result_of(G, draw(G, 1, seed=seed)).save(path)
    return {"path": str(path)}


def slide(tab: EditTab, state: Editing, **values: float) -> dict:
    """Moves sliders, by their names with _ for a space."""
    names = [d.name.replace(" ", "_") for d in state.shown]
    for name, value in values.items():
        changes = tab.changes.move(state, names.index(name), 0, 9, value)
    return changes


def said(tab: EditTab, changes) -> str:
    """The sentence of the status line, or of the view that follows the sliders."""
    return str(changes[tab.status] if tab.status in changes else changes[tab.stage.view])


def test_the_seed_that_is_shown_is_taken_and_stays_what_it_was(tab, session):
    state = Editing()
    *_, last = tab.take(state, session)
    assert LIVE in said(tab, last)
    assert state.result.seeds == (1,) and session.outcome.result.edits == ()
    difference = state.before.astype(int) - session.outcome.pictures[1]
    assert abs(difference).max() <= 1
    assert [d.name for d in state.shown] == [f"component {k}" for k in range(1, 11)]
    assert last[tab.cards.sliders[9]].visible and not last[tab.cards.sliders[10]].visible


def test_without_an_answer_there_is_a_sentence(tab):
    (only,) = tab.take(Editing(), Session())
    assert NOTHING in said(tab, only)
    assert "Take in a result first" in said(tab, tab.changes.truncate(Editing(), 0.5))
    (only,) = tab.finding.find(Editing(), SEFA)
    assert "Take in a result first" in said(tab, only)


def test_sliders_add_up_and_undo_takes_one_after_another_back(tab, editing):
    G = load("avatars")
    slide(tab, editing, component_1=2.0)
    slide(tab, editing, component_2=-1.0)
    edits = [Move(editing.shown[0], 2.0), Move(editing.shown[1], -1.0)]
    expected = editing.result.edit(edits).render(G)[0]
    np.testing.assert_array_equal(editing.after, expected)
    assert np.abs(expected.astype(int) - editing.before).max() > 5
    undo, redo, reset = (tab.stepper(w) for w in (History.undo, History.redo, History.reset))
    changes = undo(editing)
    assert changes[tab.cards.sliders[0]].value == 2 and changes[tab.cards.sliders[1]].value == 0
    reset(editing)
    np.testing.assert_array_equal(editing.after, editing.before)
    undo(editing)
    changes = redo(editing)
    assert editing.plan.edits == ()
    undo(editing), undo(editing), redo(editing), redo(editing)
    assert editing.plan.edits == ()
    undo(editing)
    assert len(editing.plan.edits) == 1


def test_one_drag_is_one_step_of_the_history(tab, editing):
    for strength in (0.5, 1.0, 1.5):
        slide(tab, editing, component_1=strength)
    assert len(editing.history.states) == 2
    editing.held = ""
    slide(tab, editing, component_1=2.0)
    assert [len(p.moves) and p.moves[0].strength for p in editing.history.states] == [0, 1.5, 2.0]


def test_the_layers_are_those_at_the_time_of_the_move(tab, editing):
    tab.changes.move(editing, 0, 2, 5, 1.0)
    tab.changes.move(editing, 1, 0, 9, 2.0)
    assert [move.layers for move in editing.plan.moves] == [(2, 5), None]
    changes = tab.changes.move(editing, 0, 6, 5, 3.0)
    assert "comes after the last" in said(tab, changes) and len(editing.plan.moves) == 2


def test_a_strength_that_is_no_number_changes_nothing(tab, editing):
    slide(tab, editing, component_1=1.0)
    kept = editing.after
    changes = slide(tab, editing, component_1=float("nan"))
    assert "must be a number" in said(tab, changes)
    assert editing.plan.moves[0].strength == 1 and editing.after is kept


def test_what_is_saved_opens_again_as_the_same_picture(tab, editing):
    slide(tab, editing, component_1=1.5)
    tab.changes.truncate(editing, 0.8)
    files = tab.stage.save(editing)
    png, file, about = (files[each].value for each in tab.stage.files())
    with Image.open(png["path"] if isinstance(png, dict) else png) as image:
        np.testing.assert_array_equal(np.asarray(image), editing.after)
    file = file["path"] if isinstance(file, dict) else file
    about = about["path"] if isinstance(about, dict) else about
    assert len(json.loads(Path(about).read_text())["edits"]) == 2
    again = Editing()
    *_, last = tab.open(again, {"path": str(file)})
    np.testing.assert_array_equal(again.after, editing.after)
    np.testing.assert_array_equal(again.before, editing.before)
    assert last[tab.cards.sliders[0]].value == 1.5 and last[tab.cards.psi] == 0.8
    again.close()


def test_the_way_to_a_second_result_its_styles_and_a_film(tab, editing, tmp_path):
    upload = other(tmp_path)
    *_, last = tab.joining.join(editing, [upload])
    assert last[tab.second.ways].visible
    G = load("avatars")
    goal = Inversion.load(upload["path"]).render(G)[0]
    tab.changes.go_toward(editing, 1.0)
    assert np.abs(editing.after.astype(int) - goal).max() <= 1
    tab.changes.go_toward(editing, 0.0)
    np.testing.assert_array_equal(editing.after, editing.before)
    tab.changes.mix(editing, True, 0, 9, 0, 0)
    assert np.abs(editing.after.astype(int) - goal).max() <= 1
    tab.changes.mix(editing, False, 0, 9, 0, 0)
    *_, last = tab.joining.interpolate(editing, 1.0, "smooth", False)
    film = Path(editing.folder / "interpolation.mp4").read_bytes()
    assert film[4:8] == b"ftyp" and "seven steps" in last[tab.second.strip]


def test_rows_of_a_matrix_are_mixed_layer_by_layer(tab, tmp_path):
    name, editing = "avatars-overparam", Editing()
    *_, last = tab.open(editing, other(tmp_path, name, seed=1))
    assert LIVE in said(tab, last)
    list(tab.joining.join(editing, [other(tmp_path, name)]))
    G = load(name)
    opened = next(tab.enter(Editing(), editing.source, 0))
    assert opened[tab.second.rows].visible and opened[tab.second.last_row].maximum == 7
    tab.changes.mix(editing, True, 0, 9, 2, 5)
    before, after = (
        G.matrices(apply(G, r.codes, r.edits).ws) for r in (editing.result, editing.edited)
    )
    theirs = G.matrices(editing.second[0].codes.ws)
    assert torch.equal(after[:, :, 2:6], theirs[:, :, 2:6])
    assert torch.equal(after[:, :, 6:], before[:, :, 6:])
    kept = editing.plan
    changes = tab.changes.mix(editing, True, 0, 9, 5, 2)
    assert "first row comes after" in said(tab, changes) and editing.plan is kept
    editing.close()


def test_the_sliders_of_a_mix_follow_the_plan(tab, tmp_path):
    name, editing = "avatars-overparam", Editing()
    upload, card = other(tmp_path, name), tab.second
    list(tab.open(editing, other(tmp_path, name, seed=1)))
    list(tab.joining.join(editing, [upload]))
    undo, redo, reset = (tab.stepper(w) for w in (History.undo, History.redo, History.reset))

    def at(changes) -> tuple:
        sliders = [card.first, card.last, card.first_row, card.last_row]
        return changes[card.mix], *(changes[each].value for each in sliders), changes[card.toward]

    tab.changes.mix(editing, True, 2, 6, 3, 5)
    tab.changes.go_toward(editing, 0.5)
    assert at(undo(editing)) == (True, 2, 6, 3, 5, 0)
    assert at(undo(editing)) == (False, 4, 9, 0, 7, 0)
    assert at(redo(editing)) == (True, 2, 6, 3, 5, 0)
    editing.edited.save(tmp_path / "mixed.safetensors")
    assert at(reset(editing)) == (False, 4, 9, 0, 7, 0)
    tab.changes.mix(editing, True, 0, 9, 0, 7)
    redone = next(tab.enter(editing, editing.source, 0))
    assert at(redone) == (True, 0, 9, 0, 7, 0)
    again = Editing()
    opened = next(
        c for c in tab.open(again, {"path": str(tmp_path / "mixed.safetensors")}) if card.mix in c
    )
    assert at(opened) == (True, 2, 6, 3, 5, 0)
    assert opened[card.first_row].maximum == opened[card.last_row].maximum == 7
    assert set(card.values()) <= set(tab.second.show(again, load(name)))
    editing.close(), again.close()


def test_edits_hold_where_it_was_painted(tab, editing):
    slide(tab, editing, component_1=3.0)
    mask = np.zeros((256, 256), bool)
    mask[:64] = True
    tab.changes.paint(editing, {"picture": "", "mask": painter.uri(mask), "caption": ""})
    (local,) = editing.plan.edits
    assert isinstance(local, Local) and local.mask[:16].all() and not local.mask[16:].any()
    moved = np.abs(editing.after.astype(int) - editing.before).max(2)
    assert moved[:16].max() > 5 and moved[40:].max() == 0
    assert Plan.of([local]).mask is local.mask and len(Plan.of([local]).moves) == 1
    tab.changes.paint(editing, {"picture": "", "mask": "", "caption": ""})
    assert len(editing.plan.edits) == 1 and isinstance(editing.plan.edits[0], Move)


def test_the_edit_goes_back_into_the_photo(tab, editing, photo):
    slide(tab, editing, component_1=3.0)
    tab.stage.pasted(editing)
    with Image.open(editing.folder / "photo.png") as image:
        whole = np.asarray(image)
    np.testing.assert_array_equal(whole, blend(photo, editing.after, Crop()))


def test_another_class(tab, session):
    G = load("species")
    found = result_of(G, draw(G, 1, seed=3))
    state = Editing()
    outcome = Outcome(found, found.render(G), "Done")
    *_, last = tab.take(state, Session(outcome=outcome))
    assert "owl" in [
        value
        for _, value in next(iter(tab.take(state, Session(outcome=outcome))))[
            tab.cards.label
        ].choices
    ]
    tab.changes.reclass(state, "owl", 1.0)
    z, c = found.codes.z, G.embeddings[list(G.class_names).index("owl")][None]
    expected = G.synthesize(G.map(z, c))
    drawn = torch.from_numpy(state.after.copy()).permute(2, 0, 1)
    assert (drawn - (expected[0].clamp(-1, 1) + 1) * 127.5).abs().max() <= 1.01


def test_directions_of_a_file(tab, editing, tmp_path):
    G = load("avatars")
    save_directions(tmp_path / "mine.safetensors", [toward(G, "w+", name="mine")])
    *_, last = tab.finding.load(editing, {"path": str(tmp_path / "mine.safetensors")})
    assert [d.name for d in editing.shown] == ["mine"]
    foreign = load("ffhq-1024")
    save_directions(tmp_path / "foreign.safetensors", [toward(foreign, name="foreign")])
    *_, last = tab.finding.load(editing, {"path": str(tmp_path / "foreign.safetensors")})
    assert "belongs to ffhq-1024" in said(tab, last)
    assert [d.name for d in editing.shown] == ["mine"]
    *_, last = tab.finding.find(editing, SEFA)
    assert editing.shown[0].name == "SeFa 1"
    *_, last = tab.finding.find(editing, FILE)
    assert [d.name for d in editing.shown] == ["mine"]


def test_what_cannot_be_joined_is_a_sentence(tab, editing, tmp_path):
    for uploads, words in (
        ([other(tmp_path, "ffhq-1024")], "made with ffhq-1024"),
        ([other(tmp_path)] * 50, "50 results at once are too many"),
        ([{"path": __file__}], "no saved result"),
    ):
        *_, last = tab.joining.join(editing, uploads)
        assert words in said(tab, last)
        assert editing.second == ()
    *_, last = tab.joining.interpolate(editing, 1.0, "smooth", False)
    assert "Open another result first" in said(tab, last)
    assert "Open another" in said(tab, tab.changes.go_toward(editing, 0.5))


def test_a_direction_of_another_space_is_a_sentence(tab, editing, tmp_path):
    G = load("avatars")
    save_directions(tmp_path / "z.safetensors", [toward(G, "z", name="in z")])
    list(tab.finding.load(editing, {"path": str(tmp_path / "z.safetensors")}))
    codes = replace(editing.result.codes, z=None)
    editing.result = replace(editing.result, codes=codes)
    changes = tab.changes.move(editing, 0, 0, 9, 1.0)
    assert "found in another space" in said(tab, changes)
    assert editing.plan.edits == ()


def test_what_is_held_still_is_taken_out_of_every_move(tab, editing):
    slide(tab, editing, component_1=2.0)
    _, second, third, *_ = editing.shown
    tilted = replace(
        editing.shown[0],
        name="tilted",
        provenance="mine",
        vector=editing.shown[0].vector + second.vector,
    )
    editing.shown = (tilted, *editing.shown[1:])
    tab.changes.move(editing, 0, 0, 9, 1.0)
    changes = tab.changes.hold(editing, ["component 2"])
    assert changes[tab.cards.hold] == ["component 2"]
    assert all(move.held == (second,) for move in editing.plan.moves)
    moves = [replace(m, held=()) for m in editing.plan.moves]
    assert (editing.after != editing.result.edit(moves).render(load("avatars"))[0]).any()
    tab.changes.move(editing, 1, 0, 9, 3.0)  # the one that is held moves itself all the same
    assert editing.plan.moves[-1].held == ()
    again = Plan.of(editing.plan.edits)
    assert again.held == (second,) and again.edits == editing.plan.edits
    tab.stepper(History.undo)(editing), tab.stepper(History.undo)(editing)
    assert editing.plan.held == ()


def test_what_cannot_be_held_still_changes_nothing(tab, editing):
    slide(tab, editing, component_1=2.0)
    twin = replace(editing.shown[0], name="twin")
    editing.shown = (*editing.shown, twin)
    changes = tab.changes.hold(editing, ["twin"])
    assert "Hold less still" in said(tab, changes)
    assert changes[tab.cards.hold] == [] and editing.plan.held == ()


def test_classes_side_by_side_before_and_after_fine_tuning(tab, session):
    G = load("species")
    name, weight = next((k, w) for k, w in G.named_parameters() if w.dim() == 4)
    deltas = compress({name: torch.ones_like(weight)})
    found = replace(result_of(G, draw(G, 1, seed=3)), deltas=deltas)
    state = Editing()
    first, *_ = tab.take(state, Session(outcome=Outcome(found, found.render(G), "Done")))
    assert first[tab.cards.tuned].visible and first[tab.classes.card].visible
    *_, last = tab.classes.draw(state, EVERY, EVERY)
    strip = last[tab.classes.strip]
    assert strip.count("<img") == 16 and "Before fine-tuning" in strip and "as owl" in strip
    *_, last = tab.classes.draw(state, "owl", "cat")
    assert last[tab.classes.strip].count("<img") == 14
    after = state.after
    tab.changes.retune(state, 0.0)
    plain = replace(found, deltas=None).render(G)[0]
    np.testing.assert_array_equal(state.after, plain)
    assert (after != plain).any()
    tab.changes.retune(state, float("nan"))
    assert state.plan.tuned == 0
    tab.changes.retune(state, 1.0)
    np.testing.assert_array_equal(state.after, found.render(G)[0])
    state.close()


def test_a_model_without_classes_has_no_strip(tab, session):
    state = Editing()
    first, *_ = tab.take(state, session)
    assert not first[tab.classes.card].visible and not first[tab.cards.tuned].visible
    state.close()


def test_what_each_slider_moves(tab, editing):
    tab.editor.readers["avatars"] = Corner()
    *_, last = tab.finding.measure(editing)
    table = last[tab.cards.moves.table]
    assert "component 10" in table and "moves along" in table and "first" in table


def test_without_a_reader_nothing_is_measured(tab, editing):
    *_, last = tab.finding.measure(editing)
    assert "Nothing here can read" in said(tab, last)


def test_the_way_to_another_result_is_a_slider(tab, editing, tmp_path):
    (only,) = tab.finding.find(editing, DIFFERENCE)
    assert "Open another result first" in said(tab, only)
    upload = other(tmp_path)
    list(tab.joining.join(editing, [upload]))
    list(tab.finding.find(editing, DIFFERENCE))
    assert [d.name for d in editing.shown] == ["to result 2"]
    tab.changes.move(editing, 0, 0, 9, 1.0)
    goal = Inversion.load(upload["path"]).render(load("avatars"))[0]
    assert np.abs(editing.after.astype(int) - goal).max() <= 1


def test_heads_are_blended_where_both_results_have_them(tab, editing, tmp_path):
    G, latents = load("avatars"), METHODS["sphinx (P_s)"].latents
    results = [
        result_of(G, latents.codes(G, latents.start(G, [torch.Generator().manual_seed(k)])))
        for k in (1, 2)
    ]
    results[1].save(tmp_path / "second.safetensors")
    state = Editing()
    outcome = Outcome(results[0], results[0].render(G), "Done")
    list(tab.take(state, Session(outcome=outcome)))
    *_, last = tab.joining.join(state, [{"path": str(tmp_path / "second.safetensors")}])
    assert last[tab.second.heads].visible
    tab.changes.go_toward(state, 0.5, True)
    heads = state.after
    tab.changes.go_toward(state, 0.5, False)
    assert (heads != state.after).any()
    tab.changes.go_toward(state, 0.0)
    *_, last = tab.joining.interpolate(state, 1.0, "smooth", False, True)
    assert "seven steps" in last[tab.second.strip]
    *_, last = tab.joining.join(editing, [other(tmp_path)])
    assert not last[tab.second.heads].visible
    state.close()


def test_figures_say_what_was_kept(tab, editing):
    assert tab.figures(editing) == ""
    slide(tab, editing, component_1=1.0)
    assert "identity kept" in tab.figures(editing) and "not a face recogniser" in tab.figures(
        editing
    )


def test_the_same_answer_again_keeps_what_was_done(tab, editing, session):
    slide(tab, editing, component_1=1.0)
    list(tab.take(editing, session))
    assert editing.plan.moves[0].strength == 1
    assert COMPONENTS in tab.editor.sources("avatars")
