import json

import numpy as np
import pytest
import safetensors
import torch
from safetensors.torch import load_file, save_file

from inversion import Inversion
from inversion.editing import (
    ChangeClass,
    Local,
    Move,
    Retune,
    Truncate,
    listed,
)
from inversion.editing.between_results import mix_with, toward_result
from inversion.sampling import draw
from inversion.tuning.deltas import compress
from models.errors import StudioError
from tests.conftest import tiny_biggan
from tests.inversion.conftest import result_of, toward


@pytest.fixture
def edited(tiny, found, one_thread):
    mask = np.zeros((16, 16), bool)
    mask[4:9, 5:12] = True
    return found.edit(
        [
            Move(toward(tiny, "z"), 1.0),
            Move(toward(tiny), -2.0, (1, 4), (toward(tiny, seed=1), toward(tiny, seed=2))),
            Truncate(0.8),
            mix_with(tiny, found, (4, 5), rank=1, name="the second"),
            toward_result(tiny, found, 0.3),
            Local((Move(toward(tiny, "w+"), 3.0), Truncate(0.5)), mask),
        ]
    )


def test_an_edited_result_draws_something_else_and_keeps_what_was_found(tiny, found, edited):
    before = found.render(tiny)
    assert np.abs(edited.render(tiny).astype(int) - before).max() > 10
    assert edited.codes is found.codes and found.edits == ()
    np.testing.assert_array_equal(edited.edit(()).render(tiny), before)


def test_the_file_holds_codes_and_edits(tiny, found, edited, tmp_path):
    edited.save(tmp_path / "e.safetensors")
    again = Inversion.load(tmp_path / "e.safetensors")
    assert listed(again.edits) == listed(edited.edits)
    np.testing.assert_array_equal(again.render(tiny), edited.render(tiny))
    np.testing.assert_array_equal(again.edit(()).render(tiny), found.render(tiny))
    for (name, a), (_, b) in zip(found.codes.tensors(), again.codes.tensors(), strict=True):
        assert torch.equal(a, b), name


def test_a_class_change_is_in_the_file(tmp_path):
    G = tiny_biggan()
    result = result_of(G, draw(G, 2)).edit([ChangeClass.to(G, 1, 0.5)])
    result.save(tmp_path / "e.safetensors")
    again = Inversion.load(tmp_path / "e.safetensors")
    np.testing.assert_array_equal(again.render(G), result.render(G))


@pytest.mark.parametrize(
    "change",
    [
        lambda t, h: h["edits"][1].update(strength=float("nan")),
        lambda t, h: h["edits"][1].pop("direction"),
        lambda t, h: h["edits"][1].update(kind="paint"),
        lambda t, h: h["edits"].append(3),
        lambda t, h: t.pop("edits.1.direction"),
        lambda t, h: t.pop("edits.1.held.1"),
        lambda t, h: t.pop("edits.3.codes.ws"),
        lambda t, h: t.update({"edits.3.codes.ws": t["edits.3.codes.ws"] * torch.nan}),
        lambda t, h: t.pop("edits.5.mask"),
    ],
)
def test_a_damaged_list_of_edits_is_a_sentence(change, edited, tmp_path):
    path = tmp_path / "e.safetensors"
    edited.save(path)
    tensors = load_file(path)
    with safetensors.safe_open(path, "pt") as file:
        about = file.metadata()
    header = json.loads(about["header"])
    change(tensors, header)
    save_file(tensors, path, about | {"header": json.dumps(header)})
    with pytest.raises(StudioError):
        Inversion.load(path)


def test_one_answer_alone(tiny, found, edited):
    second = edited.answer(1)
    assert len(second) == 1 and second.seeds == found.seeds[1:]
    difference = second.render(tiny)[0].astype(int) - edited.render(tiny)[1]
    assert np.abs(difference).max() <= 1  # a batch of another size may round otherwise
    with pytest.raises(StudioError, match="no answer 5"):
        found.answer(5)


def test_fine_tuned_weights_draw_the_edits_of_the_best(tiny, found):
    import copy
    from dataclasses import replace

    name = "synthesis.b8.conv1.weight"
    change = 0.3 * torch.randn_like(tiny.get_parameter(name))
    H = copy.deepcopy(tiny)
    H.get_parameter(name).data.add_(change.half().float())
    edits = [Move(toward(tiny), 1.0)]
    tuned = replace(found, deltas=compress({name: change})).edit(edits)
    drawn, plain = tuned.render(tiny, uint8=False), found.edit(edits).render(tiny, uint8=False)
    H.identity = tiny.identity
    torch.testing.assert_close(
        drawn[:1], found.edit(edits).answer().render(H, uint8=False), rtol=1e-3, atol=1e-3
    )
    torch.testing.assert_close(drawn[1:], plain[1:], rtol=1e-4, atol=1e-4)
    assert not torch.allclose(drawn[0], plain[0], atol=1e-2)


def test_how_much_of_the_fine_tuning_is_applied_is_an_edit_in_the_file(tiny, found, tmp_path):
    from dataclasses import replace

    name = "synthesis.b8.conv1.weight"
    rng = torch.Generator().manual_seed(4)
    change = 0.3 * torch.randn(tiny.get_parameter(name).shape, generator=rng)
    tuned = replace(found, deltas=compress({name: change}))
    moves = [Move(toward(tiny), 1.0)]
    half = tuned.edit([*moves, Retune(0.5)])
    half.save(tmp_path / "half.safetensors")
    drawn = Inversion.load(tmp_path / "half.safetensors").render(tiny)
    np.testing.assert_array_equal(drawn, tuned.edit(moves).render(tiny, strength=0.5))
    np.testing.assert_array_equal(
        tuned.edit([*moves, Retune(0.0)]).render(tiny), found.edit(moves).render(tiny)
    )
    assert np.abs(drawn[0].astype(int) - tuned.edit(moves).render(tiny)[0]).max() > 3
