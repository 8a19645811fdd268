import json
from dataclasses import replace

import av
import numpy as np
import pytest
import torch
from PIL import Image

from inversion import Inversion
from inversion.cli import main as cli
from inversion.directions.shipped import load as load_shipped
from inversion.editing import (
    ChangeClass,
    Move,
    Truncate,
    ganspace,
    load_directions,
    save_directions,
)
from inversion.latents import Codes
from inversion.sampling import draw
from inversion.tuning.deltas import compress
from tests.conftest import tiny_biggan
from tests.inversion.conftest import Corner, only_styles, result_of, toward


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


@pytest.mark.slow
def test_an_answer_in_styles_alone_is_converted_and_it_is_said(run, monkeypatch, capsys):
    G = tiny_biggan()
    monkeypatch.setattr(cli, "load", lambda name, device: G)
    found = result_of(G, only_styles(draw(G, 2, seed=3)))
    found.save(run.folder / "big.safetensors")
    for flags in (("--to-class", "1"), ("--direction", "SeFa 1")):
        assert run(*flags, result="big.safetensors") == 0
        assert "dB (PSNR) from what was found" in capsys.readouterr().out
        edited = Inversion.load(run.folder / "out" / "result.safetensors")
        assert edited.codes.z is not None and edited.codes.c is not None
        before, bare = found.render(G), edited.edit(()).render(G)
        assert np.abs(bare.astype(int) - before).mean() < 2
        assert np.abs(edited.render(G).astype(int) - before).mean() > 2
    assert run("--classes", result="big.safetensors") == 0
    assert run("--truncation", "0.5", result="big.safetensors") == 0
    assert Inversion.load(run.folder / "out" / "result.safetensors").codes.z is None
    assert Inversion.load(run.folder / "big.safetensors").codes.z is None


@pytest.mark.slow
def test_an_answer_that_no_code_and_class_draw_is_a_sentence(run, monkeypatch, capsys):
    G = tiny_biggan()
    monkeypatch.setattr(cli, "load", lambda name, device: G)
    apart = 10.0 * (-1) ** torch.arange(G.num_ws).view(1, -1, 1)  # no two layers agree
    result_of(G, Codes(ws=apart.expand(1, -1, G.w_dim).clone())).save(
        run.folder / "far.safetensors"
    )
    assert run("--to-class", "1", result="far.safetensors") == 1
    assert "even the nearest of these draws another picture" in capsys.readouterr().err


def test_what_is_held_still(run, tiny):
    flags = ("--direction", "component 1", "--hold", "component 2", "--hold", "SeFa 3")
    assert run(*flags) == 0
    (move,) = Inversion.load(run.folder / "out" / "result.safetensors").edits
    assert [each.name for each in move.held] == ["component 2", "SeFa 3"]


def test_another_result_is_a_direction_a_goal_and_styles(run, tiny):
    goal = result_of(tiny, draw(tiny, 1, seed=8))
    goal.save(run.folder / "goal.safetensors")
    path, expected = str(run.folder / "goal.safetensors"), goal.render(tiny)[0]
    for flags in (("--direction", path), ("--toward", path, "--amount", "1"), ("--mix", path)):
        assert run(*flags) == 0
        edited = Inversion.load(run.folder / "out" / "result.safetensors").render(tiny)[0]
        assert np.abs(edited.astype(int) - expected).max() <= 1, flags


def test_edits_hold_in_a_mask(run, tiny):
    white = np.zeros((16, 16), np.uint8)
    white[:4] = 255
    Image.fromarray(white).save(run.folder / "mask.png")
    flags = ("--direction", "component 1", "--mask", str(run.folder / "mask.png"))
    assert run(*flags, "--strength", "3") == 0
    (edit,) = Inversion.load(run.folder / "out" / "result.safetensors").edits
    assert edit.mask[:4].all() and not edit.mask[5:].any() and len(edit.edits) == 1


def test_a_film_and_its_strip(run, tiny):
    result_of(tiny, draw(tiny, 1, seed=8)).save(run.folder / "goal.safetensors")
    goal = str(run.folder / "goal.safetensors")
    assert run("--through", goal, goal, "--seconds", "0.5", "--fps", "10", "--steps", "5") == 0
    with av.open(str(run.folder / "out" / "interpolation.mp4")) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in film.decode(video=0)) == 5
    with Image.open(run.folder / "out" / "interpolation.png") as image:
        strip = np.asarray(image)
    assert strip.shape == (16, 80, 3)
    ends = [
        Inversion.load(run.folder / name).render(tiny)[0]
        for name in ("result.safetensors", "goal.safetensors")
    ]
    for shown, end in ((strip[:, :16], ends[0]), (strip[:, -16:], ends[1])):
        assert np.abs(shown.astype(int) - end).max() <= 1


def test_classes_side_by_side_before_and_after_fine_tuning(run, monkeypatch):
    G = tiny_biggan()
    monkeypatch.setattr(cli, "load", lambda name, device: G)
    name, weight = next((k, w) for k, w in G.named_parameters() if w.dim() == 4)
    found = result_of(G, draw(G, 1))
    found.save(run.folder / "big.safetensors")
    replace(found, deltas=compress({name: weight})).save(run.folder / "tuned.safetensors")
    for file, rows in (("big.safetensors", 1), ("tuned.safetensors", 2)):
        assert run("--classes", result=file) == 0
        with Image.open(run.folder / "out" / "classes.png") as image:
            assert image.size == (G.num_classes * G.resolution, rows * G.resolution)
    assert run("--between-classes", "0", "1", "--steps", "3", result="big.safetensors") == 0
    with Image.open(run.folder / "out" / "classes.png") as image:
        assert image.size == (3 * G.resolution, G.resolution)
    assert run("--fine-tuning", "0", result="tuned.safetensors") == 0
    with Image.open(run.folder / "out" / "rank-1-seed-0.png") as image:
        np.testing.assert_array_equal(np.asarray(image), found.render(G)[0])


def test_directions_of_every_attribute_into_a_file(tiny, tmp_path, monkeypatch, capsys, one_thread):
    from inversion.cli import directions as cli_directions

    monkeypatch.setattr(cli, "load", lambda name, device: tiny)
    monkeypatch.setattr(cli_directions, "load_estimator", lambda name, device: Corner())
    path = tmp_path / "tiny.safetensors"
    assert cli.main(["directions", "tiny", "--samples", "80", "--out", str(path)]) == 0
    assert "first: itself" in capsys.readouterr().out
    assert "first" in [each.name for each in load_directions(path, tiny)]
    assert load_shipped(path, tiny, Corner()).movements.own("first") > 0


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
        (("--classes",), "has no classes"),
        (("--mask", "gone.png"), "no file"),
        (("--fine-tuning", "nan", "--truncation", "0.5"), "must be a number from 0 to 1"),
        (("--direction", "component 1", "--hold", "component 1"), "Hold less still"),
        (("--through", *["gone.safetensors"] * 50), "50 results at once"),
        (("--between-classes", "0", "1", "--classes"), "Choose --classes or"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(run, flags, words, capsys):
    assert run(*flags) == 1
    assert words in capsys.readouterr().err
