import json

import numpy as np
import pytest
from PIL import Image

from inversion import Inversion, cli
from inversion.editing import ChangeClass, Move, Truncate, ganspace, save_directions
from inversion.editing.sampling import draw
from tests.conftest import tiny_biggan
from tests.inversion.editing.conftest import result_of, toward


@pytest.fixture
def run(tmp_path, tiny, monkeypatch, one_thread):
    monkeypatch.setattr(cli, "load", lambda name, device: tiny)
    result_of(tiny, draw(tiny, 2, seed=3)).save(tmp_path / "result.safetensors")

    def command(*flags, result="result.safetensors"):
        return cli.main(["edit", str(tmp_path / result), "--out", str(tmp_path / "out"), *flags])

    command.folder = tmp_path
    return command


def test_directions_add_up_and_the_file_draws_them(run, tiny, capsys):
    flags = ("--direction", "component 1", "--strength", "2", "--direction", "component 2")
    assert run(*flags, "--strength=-1", "--layers", "1-3", "--truncation", "0.8") == 0
    first, second = ganspace(tiny, 2)
    edits = [Move(first, 2.0, (1, 3)), Move(second, -1.0, (1, 3)), Truncate(0.8)]
    expected = Inversion.load(run.folder / "result.safetensors").edit(edits).render(tiny)
    edited = Inversion.load(run.folder / "out" / "result.safetensors")
    np.testing.assert_allclose(edited.render(tiny), expected, atol=1)
    with Image.open(run.folder / "out" / "rank-2-seed-1.png") as image:
        np.testing.assert_array_equal(np.asarray(image), edited.render(tiny)[1])
    assert "component 1 +2.00, layers 1 to 3" in capsys.readouterr().out
    about = json.loads((run.folder / "out" / "edits.json").read_text())
    assert about["what"][-1] == "truncation 0.80"


def test_edits_of_the_file_are_replaced_or_kept(run):
    assert run("--truncation", "0.8") == 0
    assert run("--truncation", "0.5", result="out/result.safetensors") == 0
    kept = Inversion.load(run.folder / "out" / "result.safetensors").edits
    assert kept == (Truncate(0.5),)
    assert run("--truncation", "0.7", "--keep", result="out/result.safetensors") == 0
    kept = Inversion.load(run.folder / "out" / "result.safetensors").edits
    assert kept == (Truncate(0.5), Truncate(0.7))


def test_directions_of_a_file(run, tiny):
    mine = toward(tiny, "w+", name="mine")
    save_directions(run.folder / "mine.safetensors", [mine])
    assert run("--direction", str(run.folder / "mine.safetensors")) == 0
    assert Inversion.load(run.folder / "out" / "result.safetensors").edits == (Move(mine, 1.0),)


def test_another_class(run, monkeypatch):
    G = tiny_biggan()
    monkeypatch.setattr(cli, "load", lambda name, device: G)
    result_of(G, draw(G, 1)).save(run.folder / "big.safetensors")
    assert run("--to-class", "1", result="big.safetensors") == 0
    (edit,) = Inversion.load(run.folder / "out" / "result.safetensors").edits
    assert isinstance(edit, ChangeClass) and edit.name == ChangeClass.to(G, 1).name


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ((), "nothing to do"),
        (("--direction", "x"), "no direction 'x'"),
        (("--direction", "component 1", "--strength", "nan"), "must be a number"),
        (("--direction", "component 1", "--strength", "1", "--strength", "2"), "one strength"),
        (("--direction", "component 1", "--layers", "5-99"), "no layers"),
        (("--direction", "gone.safetensors"), "no file"),
        (("--to-class", "1"), "no class"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(run, flags, words, capsys):
    assert run(*flags) == 1
    assert words in capsys.readouterr().err
