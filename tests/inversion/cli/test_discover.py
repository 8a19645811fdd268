import numpy as np
import pytest
from PIL import Image

from inversion import Inversion
from inversion.cli import main as cli
from inversion.editing import Move, load_directions
from inversion.pictures.images import png

QUICK = ("--seeds", "2", "--adam.steps", "3")


@pytest.fixture
def run(tmp_path, tiny, pixels, picture, monkeypatch):
    """The command line beside three pictures; it loads the tiny generator."""
    monkeypatch.setattr(cli, "load", lambda name, device: tiny)
    monkeypatch.setattr(cli, "load_perceptual", lambda name, device: pixels)
    for i, each in enumerate((picture, picture // 2, picture // 4)):
        (tmp_path / f"{i}.png").write_bytes(png(each))

    def command(*flags, quick=QUICK):
        out = ["--out", str(tmp_path / "out")]
        return cli.main(["discover", str(tmp_path / "0.png"), *out, *quick, *flags])

    command.folder = tmp_path
    return command


def width(path):
    with Image.open(path) as image:
        return image.size


def test_a_drawn_series_gives_a_result_a_direction_and_a_strip(run, tiny, capsys):
    assert run("--attribute", "rotation", "--name", "tilt", "--method", "sphinx") == 0
    out = run.folder / "out"
    result = Inversion.load(out / "result.safetensors")
    (direction,) = load_directions(out / "direction.safetensors", tiny)
    assert direction.name == "tilt" and result.codes.heads and result.edits == ()
    assert width(out / "series.png") == (48, 16) and width(out / "strip.png") == (96, 16)
    with Image.open(out / "strip.png") as image:
        last = np.asarray(image)[:, -16:]
    np.testing.assert_array_equal(last, result.edit([Move(direction, 2.0)]).render(tiny)[0])
    assert "Strengths along tilt: +0.00" in capsys.readouterr().out


def test_your_own_pictures_in_their_order(run):
    assert run("--variants", str(run.folder / "1.png"), str(run.folder / "2.png")) == 0
    with Image.open(run.folder / "out" / "series.png") as image:
        strip = np.asarray(image)
    light = [strip[:, 16 * i : 16 * i + 16].mean() for i in range(3)]
    assert light[0] > light[1] > light[2]


def test_help_names_the_methods_that_can_be_asked_for(run, capsys):
    with pytest.raises(SystemExit):
        run("--help")
    told = " ".join(capsys.readouterr().out.split())
    assert "'(w+, s, b)'" in told and "'sphinx (P_s)'" in told
    assert "'cma'" not in told and "'bdinvert'" not in told


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--attribute", "zoom", "--method", "cma", "--cma.steps", "2"), "more than descend"),
        (("--variants", "gone.png"), "no file"),
        (("--attribute", "zoom", "--margin", "-1"), "a number, 0 or more"),
        (("--attribute", "zoom", "--margin", "nan"), "a number, 0 or more"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(run, flags, words, capsys):
    assert run(*flags, quick=("--seeds", "1")) == 1
    assert words in capsys.readouterr().err
