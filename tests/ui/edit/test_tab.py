import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inversion import METHODS, Inversion
from inversion.editing import Local, Move, apply, listed, save_directions
from inversion.pictures.blend import blend
from inversion.pictures.images import Crop
from inversion.sampling import draw
from inversion.tuning.deltas import compress
from studio.edit_state import Plan
from studio.editor import COMPONENTS, DIFFERENCE, FILE, SEFA
from studio.messages import Outcome
from studio.session import Session
from tests.inversion.conftest import Corner, result_of, toward
from tests.ui.doubles import load
from tests.ui.edit.conftest import other
from tests.ui.visitor import Visitor
from ui.components import html, painter
from ui.edit.directions_card import LIVE
from ui.edit.tab import NOTHING


@pytest.mark.slow
def test_the_seed_that_is_shown_is_taken_and_stays_what_it_was(visitor, session):
    work = visitor.work
    assert LIVE in visitor.said()
    assert work.result.seeds == (1,) and session.outcome.result.edits == ()
    difference = work.before.astype(int) - session.outcome.pictures[1]
    assert abs(difference).max() <= 1
    assert [d.name for d in work.shown] == [f"component {k}" for k in range(1, 11)]
    assert visitor.value("component 10") == 0 and visitor.slider("component 11") is None


@pytest.mark.slow
def test_original_and_edited_reach_the_page_as_one_value(visitor):
    """A property beside it is lost while the view is mounted."""
    view, original = visitor.tab.stage.view, html.uri(visitor.work.before)
    changed = [moment[view] for moment in visitor.moments if view in moment]
    assert [set(change) for change in changed] == [{"value"}] and view.props == {}
    assert changed[0]["value"]["before"] == changed[0]["value"]["after"] == original
    visitor.slide(component_1=3.0)
    value = visitor.value(view)
    assert (value["before"], value["after"]) == (original, html.uri(visitor.work.after))
    assert value["after"] != original


def test_without_an_answer_there_is_a_sentence(newcomer):
    newcomer.send()
    assert NOTHING in newcomer.said()
    newcomer.put("psi", 0.5)
    assert "nothing to edit yet" in str(newcomer.value("edit-slider"))
    newcomer.put("source", SEFA)
    assert "nothing to edit yet" in newcomer.value("edit-status")


@pytest.mark.slow
def test_sliders_add_up_and_undo_takes_one_after_another_back(visitor):
    G, work = load("avatars"), visitor.work
    visitor.slide(component_1=2.0)
    visitor.slide(component_2=-1.0)
    edits = [Move(work.shown[0], 2.0), Move(work.shown[1], -1.0)]
    expected = work.result.edit(edits).render(G)[0]
    np.testing.assert_array_equal(work.after, expected)
    assert np.abs(expected.astype(int) - work.before).max() > 5
    visitor.press("undo")
    assert visitor.value("component 1") == 2 and visitor.value("component 2") == 0
    visitor.press("reset")
    np.testing.assert_array_equal(work.after, work.before)
    visitor.press("undo")
    visitor.press("redo")
    assert work.plan.edits == ()
    for button in ("undo", "undo", "redo", "redo"):
        visitor.press(button)
    assert work.plan.edits == ()
    visitor.press("undo")
    assert len(work.plan.edits) == 1


def test_one_drag_is_one_step_of_the_history(visitor):
    visitor.drag("component 1", 0.5, 1.0, 1.5)
    assert len(visitor.work.history.states) == 2
    visitor.drag("component 1", 2.0)
    states = visitor.work.history.states
    assert [len(p.moves) and p.moves[0].strength for p in states] == [0, 1.5, 2.0]


@pytest.mark.slow
def test_the_layers_are_those_at_the_time_of_the_move(visitor):
    visitor.layers(2, 5)
    visitor.slide(component_1=1.0)
    visitor.layers(0, 9)
    visitor.slide(component_2=2.0)
    assert [move.layers for move in visitor.work.plan.moves] == [(2, 5), None]
    visitor.layers(6, 5)
    visitor.slide(component_1=3.0)
    assert "comes after the last" in visitor.said() and len(visitor.work.plan.moves) == 2


@pytest.mark.slow
def test_a_strength_that_is_no_number_changes_nothing(visitor):
    visitor.slide(component_1=1.0)
    kept = visitor.work.after
    visitor.slide(component_1=float("nan"))
    assert "must be a number" in visitor.said()
    assert visitor.work.plan.moves[0].strength == 1 and visitor.work.after is kept


@pytest.mark.slow
def test_what_is_saved_opens_again_as_the_same_picture(visitor, newcomer_too):
    visitor.slide(component_1=1.5)
    visitor.put("psi", 0.8)
    work = visitor.work
    png, file, about = (visitor.download(each.button) for each in visitor.tab.stage.files)
    with Image.open(png) as image:
        np.testing.assert_array_equal(np.asarray(image), work.after)
    written = json.loads(Path(about).read_text())
    assert len(written["edits"]) == 2 and written["what"] == listed(work.plan.edits)
    newcomer_too.upload("edit-open", file)
    np.testing.assert_array_equal(newcomer_too.work.after, work.after)
    np.testing.assert_array_equal(newcomer_too.work.before, work.before)
    assert newcomer_too.value("component 1") == 1.5 and newcomer_too.value("psi") == 0.8


@pytest.mark.slow
def test_the_way_to_a_second_result_its_styles_and_a_film(visitor, tmp_path):
    path, card, work = other(tmp_path), visitor.tab.second, visitor.work
    visitor.upload("second", path)
    assert visitor.visible(card.ways)
    goal = Inversion.load(path).render(load("avatars"))[0]
    visitor.put("toward", 1.0)
    assert np.abs(work.after.astype(int) - goal).max() <= 1
    visitor.put("toward", 0.0)
    np.testing.assert_array_equal(work.after, work.before)
    visitor.put("From layer", 0)
    visitor.put(card.mix, True)
    assert np.abs(work.after.astype(int) - goal).max() <= 1
    visitor.put(card.mix, False)
    visitor.put("Seconds", 1.0)
    visitor.press("interpolate")
    film = Path(visitor.editing.folder / "interpolation.mp4").read_bytes()
    assert film[4:8] == b"ftyp" and "seven steps" in visitor.value("strip")


def test_an_edit_is_played_as_a_film_until_the_next_one(visitor):
    visitor.press("Play it as a film")
    assert "no edit to film" in visitor.value("edit-status")
    visitor.slide(component_1=3.0)
    visitor.press("Play it as a film")
    film = visitor.find("edit-film")
    assert visitor.visible(film) and film.autoplay and film.loop
    assert Path(visitor.value(film)).read_bytes()[4:8] == b"ftyp"
    visitor.rest()
    assert not visitor.visible(film)


def mix(visitor, first, last, first_row, last_row):
    """Takes these layers and rows of the second result."""
    card = visitor.tab.second
    controls = (card.first, card.last, card.first_row, card.last_row)
    for control, value in zip(controls, (first, last, first_row, last_row), strict=True):
        visitor.stand(control, value)  # all before the one that says so
    visitor.put(card.mix, True)


def test_rows_of_a_matrix_are_mixed_layer_by_layer(newcomer, tmp_path):
    visitor, name, card = newcomer, "avatars-overparam", newcomer.tab.second
    visitor.upload("edit-open", other(tmp_path, name, seed=1))
    assert LIVE in visitor.said()
    visitor.upload("second", other(tmp_path, name))
    G, work = load(name), visitor.work
    assert visitor.visible("rows") and visitor.of(card.last_row, "maximum") == 7
    mix(visitor, 0, 9, 2, 5)
    before, after = (G.matrices(apply(G, r.codes, r.edits).ws) for r in (work.result, work.edited))
    theirs = G.matrices(work.second[0].codes.ws)
    assert torch.equal(after[:, :, 2:6], theirs[:, :, 2:6])
    assert torch.equal(after[:, :, 6:], before[:, :, 6:])
    kept = work.plan
    mix(visitor, 0, 9, 5, 2)
    assert "first row comes after" in visitor.said() and work.plan is kept


@pytest.mark.slow
def test_the_sliders_of_a_mix_follow_the_plan(newcomer, newcomer_too, tmp_path):
    visitor, name = newcomer, "avatars-overparam"
    visitor.upload("edit-open", other(tmp_path, name, seed=1))
    visitor.upload("second", other(tmp_path, name))

    def at(visitor) -> tuple:
        card = visitor.tab.second
        sliders = [card.first, card.last, card.first_row, card.last_row]
        return tuple(visitor.value(each) for each in (card.mix, *sliders, card.toward))

    def after(button: str) -> tuple:
        visitor.press(button)
        return at(visitor)

    mix(visitor, 2, 6, 3, 5)
    visitor.put("toward", 0.5)
    assert after("undo") == (True, 2, 6, 3, 5, 0)
    assert after("undo") == (False, 4, 9, 0, 7, 0)
    assert after("redo") == (True, 2, 6, 3, 5, 0)
    visitor.work.edited.save(tmp_path / "mixed.safetensors")
    assert after("reset") == (False, 4, 9, 0, 7, 0)
    mix(visitor, 0, 9, 0, 7)
    visitor.has(Session(outcome=visitor.work.source))
    visitor.send()
    assert at(visitor) == (True, 0, 9, 0, 7, 0)
    again, card = newcomer_too, newcomer_too.tab.second
    again.upload("edit-open", tmp_path / "mixed.safetensors")
    assert at(again) == (True, 2, 6, 3, 5, 0)
    assert again.of(card.first_row, "maximum") == again.of(card.last_row, "maximum") == 7


def painted(mask: np.ndarray | None) -> dict[str, str]:
    """What the brush sends."""
    return {"picture": "", "mask": painter.uri(mask), "caption": ""}


def test_edits_hold_where_it_was_painted(visitor):
    visitor.slide(component_1=3.0)
    mask, work = np.zeros((256, 256), bool), visitor.work
    mask[:64] = True
    visitor.put("brush", painted(mask))
    (local,) = work.plan.edits
    assert isinstance(local, Local) and local.mask[:16].all() and not local.mask[16:].any()
    moved = np.abs(work.after.astype(int) - work.before).max(2)
    assert moved[:16].max() > 5 and moved[40:].max() == 0
    assert Plan.of([local]).mask is local.mask and len(Plan.of([local]).moves) == 1
    visitor.put("brush", painted(None))
    assert len(work.plan.edits) == 1 and isinstance(work.plan.edits[0], Move)


@pytest.mark.slow
def test_the_edit_goes_back_into_the_photo(visitor, photo):
    visitor.slide(component_1=3.0)
    visitor.press("Paste back into the photo")
    assert "512 × 512 pixels" in visitor.value("pasted")
    with Image.open(visitor.download("Save the photo (PNG)")) as image:
        whole = np.asarray(image)
    np.testing.assert_array_equal(whole, blend(photo, visitor.work.after, Crop()))


def answer(found: Inversion, G) -> Session:
    """A page whose Project tab shows this answer."""
    return Session(outcome=Outcome(found, found.render(G), "Done"))


@pytest.mark.slow
def test_another_class(newcomer):
    G, visitor = load("species"), newcomer
    found = result_of(G, draw(G, 1, seed=3))
    visitor.has(answer(found, G))
    visitor.send()
    label = visitor.tab.directions.label
    assert "owl" in visitor.choices(label)
    visitor.put(label, "owl")
    z, c = found.codes.z, G.embeddings[list(G.class_names).index("owl")][None]
    expected = G.synthesize(G.map(z, c))
    drawn = torch.from_numpy(visitor.work.after.copy()).permute(2, 0, 1)
    assert (drawn - (expected[0].clamp(-1, 1) + 1) * 127.5).abs().max() <= 1.01


def test_directions_of_a_file(visitor, tmp_path):
    G, work = load("avatars"), visitor.work
    save_directions(tmp_path / "mine.safetensors", [toward(G, "w+", name="mine")])
    visitor.upload("directions-file", tmp_path / "mine.safetensors")
    assert [d.name for d in work.shown] == ["mine"]
    foreign = load("ffhq-1024")
    save_directions(tmp_path / "foreign.safetensors", [toward(foreign, name="foreign")])
    visitor.upload("directions-file", tmp_path / "foreign.safetensors")
    assert "belongs to ffhq-1024" in visitor.said()
    assert [d.name for d in work.shown] == ["mine"]
    visitor.put("source", SEFA)
    assert work.shown[0].name == "SeFa 1"
    visitor.put("source", FILE)
    assert [d.name for d in work.shown] == ["mine"]


def test_what_cannot_be_joined_is_a_sentence(visitor, tmp_path):
    for paths, words in (
        ([other(tmp_path, "ffhq-1024")], "made with ffhq-1024"),
        ([other(tmp_path)] * 50, "50 results at once are too many"),
        ([__file__], "not a saved result"),
    ):
        visitor.upload("second", *paths)
        assert words in visitor.said()
        assert visitor.work.second == ()
    visitor.press("interpolate")
    assert "Open another result first" in visitor.value("edit-status")
    visitor.put("toward", 0.5)
    assert "Open another" in str(visitor.value("edit-slider"))


def test_a_direction_of_another_space_is_a_sentence(visitor, tmp_path):
    G, work = load("avatars"), visitor.work
    save_directions(tmp_path / "z.safetensors", [toward(G, "z", name="in z")])
    visitor.upload("directions-file", tmp_path / "z.safetensors")
    work.found = replace(work.found, codes=replace(work.found.codes, z=None))
    visitor.put("in z", 1.0)
    assert "found in another space" in visitor.said()
    assert work.plan.edits == ()


@pytest.mark.slow
def test_what_is_held_still_is_taken_out_of_every_move(visitor):
    work = visitor.work
    visitor.slide(component_1=2.0)
    _, second, third, *_ = work.shown
    tilted = replace(
        work.shown[0],
        name="tilted",
        provenance="mine",
        vector=work.shown[0].vector + second.vector,
    )
    work.shown = (tilted, *work.shown[1:])
    visitor.slide(component_1=1.0)  # the first slider, which moves along the tilted one now
    visitor.put("hold", ["component 2"])
    assert visitor.value("hold") == ["component 2"]
    assert all(move.held == (second,) for move in work.plan.moves)
    moves = [replace(m, held=()) for m in work.plan.moves]
    assert (work.after != work.result.edit(moves).render(load("avatars"))[0]).any()
    visitor.slide(component_2=3.0)  # the one that is held moves itself all the same
    assert work.plan.moves[-1].held == ()
    again = Plan.of(work.plan.edits)
    assert again.held == (second,) and again.edits == work.plan.edits
    visitor.press("undo")
    visitor.press("undo")
    assert work.plan.held == ()


def test_what_cannot_be_held_still_changes_nothing(visitor):
    visitor.slide(component_1=2.0)
    work = visitor.work
    work.shown = (*work.shown, replace(work.shown[0], name="twin"))
    visitor.put("hold", ["twin"])
    assert "Hold less still" in visitor.said()
    assert visitor.value("hold") == [] and work.plan.held == ()


@pytest.mark.slow
def test_classes_side_by_side_before_and_after_fine_tuning(newcomer):
    G, visitor = load("species"), newcomer
    name, weight = next((k, w) for k, w in G.named_parameters() if w.dim() == 4)
    deltas = compress({name: torch.ones_like(weight)})
    found = replace(result_of(G, draw(G, 1, seed=3)), deltas=deltas)
    visitor.has(answer(found, G))
    visitor.send()
    assert visitor.visible("tuned") and visitor.visible(visitor.tab.classes.card)
    visitor.press("class-strip-go")
    strip = visitor.value("class-strip")
    assert strip.count("<img") == 16 and "Before fine-tuning" in strip and "as owl" in strip
    visitor.put("class-from", "owl")
    visitor.put("class-to", "cat")
    visitor.press("class-strip-go")
    assert visitor.value("class-strip").count("<img") == 14
    work = visitor.work
    after = work.after
    visitor.put("tuned", 0.0)
    plain = replace(found, deltas=None).render(G)[0]
    np.testing.assert_array_equal(work.after, plain)
    assert (after != plain).any()
    visitor.put("tuned", float("nan"))
    assert work.plan.tuned == 0
    visitor.put("tuned", 1.0)
    np.testing.assert_array_equal(work.after, found.render(G)[0])


@pytest.mark.slow
def test_visitors_edit_fine_tuned_results_side_by_side(newcomer, tmp_path):
    G, other = load("avatars"), Visitor(newcomer.page)
    name, weight = next((k, w) for k, w in G.named_parameters() if w.dim() == 4)
    for k, (visitor, change) in enumerate([(newcomer, 1.0), (other, -2.0), (newcomer, 3.0)]):
        found = replace(result_of(G, draw(G, 1, seed=k)), deltas=compress({name: change * weight}))
        found.save(tmp_path / "tuned.safetensors")
        visitor.upload("edit-open", tmp_path / "tuned.safetensors")
        work = visitor.value(newcomer.tab.desk.state).work
        np.testing.assert_array_equal(work.after, found.render(G)[0])
        visitor.put("psi", 0.5)
        np.testing.assert_array_equal(work.after, work.edited.render(G)[0])
    other.value(newcomer.tab.desk.state).close()


def test_a_model_without_classes_has_no_strip(visitor):
    assert not visitor.visible(visitor.tab.classes.card) and not visitor.visible("tuned")


@pytest.mark.slow
def test_what_each_slider_moves(visitor):
    visitor.editor.readers["avatars"] = Corner()
    visitor.press("measure")
    table = visitor.value("moves-table")
    assert "component 10" in table and "changes along with it" in table and "first" in table


def test_without_a_reader_nothing_is_measured(visitor):
    visitor.press("measure")
    assert "Nothing here can read" in visitor.said()


@pytest.mark.slow
def test_the_way_to_another_result_is_a_slider(visitor, tmp_path):
    visitor.put("source", DIFFERENCE)
    assert "Open another result first" in visitor.said()
    path = other(tmp_path)
    visitor.upload("second", path)
    visitor.put("source", DIFFERENCE)
    assert [d.name for d in visitor.work.shown] == ["to result 2"]
    visitor.put("to result 2", 1.0)
    goal = Inversion.load(path).render(load("avatars"))[0]
    assert np.abs(visitor.work.after.astype(int) - goal).max() <= 1


@pytest.mark.slow
def test_heads_are_blended_where_both_results_have_them(newcomer, session, tmp_path):
    G, latents, visitor = load("avatars"), METHODS["sphinx (P_s)"].latents, newcomer
    results = [
        result_of(G, latents.codes(G, latents.start(G, [torch.Generator().manual_seed(k)])))
        for k in (1, 2)
    ]
    results[1].save(tmp_path / "second.safetensors")
    visitor.has(answer(results[0], G))
    visitor.send()
    visitor.upload("second", tmp_path / "second.safetensors")
    assert visitor.visible("heads")
    visitor.put("heads", True)
    visitor.put("toward", 0.5)
    heads = visitor.work.after
    visitor.put("heads", False)
    visitor.put("toward", 0.5)
    assert (heads != visitor.work.after).any()
    visitor.put("toward", 0.0)
    visitor.put("heads", True)
    visitor.put("Seconds", 1.0)
    visitor.press("interpolate")
    assert "seven steps" in visitor.value("strip")
    visitor.has(session)
    visitor.send()
    visitor.upload("second", other(tmp_path))
    assert not visitor.visible("heads")


def test_figures_say_what_was_kept(visitor):
    visitor.rest()
    assert visitor.value("figures") == ""
    visitor.slide(component_1=1.0)
    visitor.rest()
    figures = visitor.value("figures")
    assert "identity kept" in figures and "not a face recogniser" in figures


def test_the_same_answer_again_keeps_what_was_done(visitor):
    visitor.slide(component_1=1.0)
    visitor.send()
    assert visitor.work.plan.moves[0].strength == 1
    assert COMPONENTS in visitor.editor.sources("avatars")
