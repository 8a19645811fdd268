"""What ends a command early or cannot be written: the best is kept, and a sentence says where."""

import json
import os
import signal

import numpy as np
import pytest

from inversion import Inversion
from inversion.cli import main as cli
from inversion.cli.out import OURS, clear, uninterrupted
from inversion.latents import Codes
from inversion.pictures.images import png
from inversion.result_files import AnswerFiles
from tests.inversion.conftest import result_of


@pytest.fixture
def photo(tmp_path, tiny, pixels, monkeypatch):
    """A picture file; the command line loads the tiny generator."""
    path = tmp_path / "photo.png"
    path.write_bytes(png(np.zeros((40, 60, 3), np.uint8)))
    monkeypatch.setattr(cli, "load", lambda name, device: tiny)
    monkeypatch.setattr(cli, "load_perceptual", lambda name, device: pixels)
    return path


def project(photo, out, *flags):
    given = ["--method", "w", "--adam.steps", "2", "--seeds", "1", "--out", str(out)]
    return cli.main(["project", str(photo), *given, *flags])


def interrupting(pixels, monkeypatch, at):
    """Ctrl-C at that comparison, counted from 1."""
    compare, calls = pixels.compare, []

    def stopped(a, b, weight=None):
        calls.append(1)
        if len(calls) == at:
            raise KeyboardInterrupt
        return compare(a, b)

    monkeypatch.setattr(pixels, "compare", stopped)


def test_ctrl_c_before_the_first_step_says_so(photo, tmp_path, pixels, monkeypatch, capsys):
    interrupting(pixels, monkeypatch, 1)
    assert project(photo, tmp_path / "out") == 130
    said = capsys.readouterr().err
    assert "nothing was written" in said and "Traceback" not in said
    assert not list((tmp_path / "out").iterdir())


def test_ctrl_c_while_a_model_is_loaded_says_so(photo, tmp_path, monkeypatch, capsys):
    def load(name, device):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "load", load)
    assert project(photo, tmp_path / "out") == 130
    assert "Stopped" in capsys.readouterr().err


def test_ctrl_c_while_it_is_fine_tuned_keeps_what_was_found(photo, tmp_path, pixels, monkeypatch):
    interrupting(pixels, monkeypatch, 4)
    tuning = ["--tune", "--tuning.steps", "3", "--tuning.until", "0"]
    assert project(photo, tmp_path / "out", *tuning) == 130
    found = Inversion.load(tmp_path / "out" / "result.safetensors")
    assert found.steps == 2 and not found.deltas
    assert (tmp_path / "out" / "rank-1-seed-0.png").exists()


def test_what_was_found_is_written_whole(capsys):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    with uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
        signal.sigtimedwait([], 1)


@pytest.mark.parametrize("command", ["project", "restore", "discover", "edit", "directions"])
def test_the_folder_is_looked_at_before_anything_is_done(
    command, photo, tmp_path, monkeypatch, capsys
):
    for name in ("load", "solve"):
        monkeypatch.setattr(cli, name, lambda *a, **k: pytest.fail("it began"))
    (tmp_path / "taken").write_text("")
    flags = {"discover": ["--attribute", "zoom"], "edit": ["--truncation", "1"]}.get(command, [])
    first = "avatars" if command == "directions" else str(photo)
    for out, words in ((tmp_path / "taken" / "x" / "y", "Nothing can be written"),
                       (tmp_path / "taken", "is a file")):  # fmt: skip
        if command == "directions" and words == "is a file":
            out, words = tmp_path, "is a folder"
        assert cli.main([command, first, *flags, "--out", str(out)]) == 1
        assert words in capsys.readouterr().err


def test_of_an_earlier_run_nothing_is_left_but_what_is_not_its_own(photo, tmp_path, capsys):
    out = tmp_path / "out"
    assert project(photo, out, "--seeds", "3", "--blend", "--export", "npz") == 0
    (out / "notes.txt").write_text("mine")
    (out / "rank-9.png").write_text("mine")
    assert project(photo, out, "--seeds", "1") == 0
    left = {path.name for path in out.iterdir()}
    ours = {"result.safetensors", "settings.json", "target.png", "rank-1-seed-0.png"}
    assert ours | {"notes.txt", "rank-9.png"} <= left
    assert not left & {"blended.png", "projected_w.npz", "rank-2-seed-1.png"}
    assert json.loads((out / "settings.json").read_text())["seeds"] == [0]


def test_a_folder_without_a_result_of_ours_is_left_alone(tmp_path, tiny):
    for pattern in OURS:
        (tmp_path / pattern.replace("*", "1")).write_text("somebody's")
    clear(tmp_path)
    assert len(list(tmp_path.iterdir())) == len(OURS)
    result_of(tiny, Codes(tiny.w_mean().expand(1, 6, 8))).save(tmp_path / "result.safetensors")
    clear(tmp_path, [tmp_path / "target.png"])
    assert [path.name for path in tmp_path.iterdir()] == ["target.png"]


def test_nothing_that_a_command_reads_is_removed_however_it_is_named(tmp_path, tiny):
    result_of(tiny, Codes(tiny.w_mean().expand(1, 6, 8))).save(tmp_path / "result.safetensors")
    read = [tmp_path / name for name in ("direction.safetensors", "target.png", "settings.json")]
    for path in read:
        path.write_text("read")
    clear(tmp_path, [[f"{read[0]}:3", "smile"], [read[1]], str(read[2]), 7, None])
    assert sorted(tmp_path.iterdir()) == sorted(read)


def test_an_answer_that_cannot_be_written_is_saved_elsewhere(photo, tmp_path, monkeypatch, capsys):
    picture, out, elsewhere = AnswerFiles.picture, tmp_path / "out", tmp_path / "temporary"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))

    def full(self, row=0):
        if self.folder == out:
            raise OSError(28, "No space left on device")
        return picture(self, row)

    monkeypatch.setattr(AnswerFiles, "picture", full)
    assert project(photo, out) == 1
    said = capsys.readouterr().err
    (folder,) = elsewhere.iterdir()
    assert "No space left" in said and f"It lies in {folder} instead." in said
    assert len(Inversion.load(folder / "result.safetensors")) == 1
    places = [elsewhere, tmp_path / "here", tmp_path / "home"]
    for place in places[1:]:
        place.mkdir()
    monkeypatch.chdir(places[1])
    monkeypatch.setenv("HOME", str(places[2]))
    before = sorted(path for place in places for path in place.iterdir())
    monkeypatch.setattr(
        AnswerFiles, "picture", lambda *a: (_ for _ in ()).throw(OSError(28, "full"))
    )
    assert project(photo, out) == 1
    assert "could not be written" in capsys.readouterr().err
    left = sorted(path for place in places for path in place.iterdir())
    assert left == before, "half an answer is none"
