import json

import numpy as np
import pytest

from inversion.cli import compare
from inversion.cli import main as cli
from inversion.comparison.sets import named
from inversion.pictures.images import png
from models.errors import StudioError
from tests.conftest import tiny_overparam


@pytest.fixture
def photo(tmp_path, tiny, pixels, monkeypatch) -> str:
    """A picture file; the command line loads tiny generators."""
    gradient = np.tile(np.linspace(0, 255, 60, dtype=np.uint8)[None, :, None], (40, 1, 3))
    (tmp_path / "photo.png").write_bytes(png(gradient))
    networks = {"avatars": tiny, "avatars-overparam": tiny_overparam()}
    monkeypatch.setattr(cli, "load", lambda name, device: networks[name])
    monkeypatch.setattr(cli, "load_perceptual", lambda name, device: pixels)
    monkeypatch.setattr(cli, "encoder_of", lambda name, device: None)
    return str(tmp_path / "photo.png")


def test_a_race_ends_with_a_table_and_its_files(photo, tmp_path, capsys):
    out = tmp_path / "race"
    flags = ("--methods", "w+,W,encoder", "--equal", "steps", "--budget", "3", "--by", "PSNR")
    assert cli.main(["compare", photo, *flags, "--out", str(out)]) == 0
    said, progress = capsys.readouterr()
    assert "equal steps: 3 each, ranked by PSNR" in said and "leads" in progress
    assert "avatars-overparam" not in said and "tiny-matrix" in said
    assert "Encoder only: Encoder only begins at an encoder's estimate" in said
    assert len(list(out.rglob("result.safetensors"))) == 2
    about = json.loads((out / "comparison.json").read_text())
    assert about["ranked by"] == "PSNR" and about["terms"]["budget"] == 3


def test_seconds_are_the_usual_terms_and_a_degraded_picture_may_race(photo, capsys):
    flags = ("--methods", "w,ilo", "--budget", "0.1s", "--task", "super-resolution")
    assert cli.main(["compare", photo, *flags, "--super-resolution.factor", "2"]) == 0
    said = capsys.readouterr().out
    assert "equal seconds: 0.1 s each" in said and "measurement error" in said


def test_ctrl_c_keeps_what_there_is(photo, monkeypatch, capsys):
    race = compare.compare

    def interrupted(*given, **options):
        for k, standing in enumerate(race(*given, **options)):
            yield standing
            if k == 4:
                raise KeyboardInterrupt

    monkeypatch.setattr(compare, "compare", interrupted)
    assert cli.main(["compare", photo, "--methods", "w,w+", "--budget", "60s"]) == 130
    assert capsys.readouterr().out.count("tiny") == 2


def test_wrong_words_are_sentences(photo, capsys):
    assert cli.main(["compare", photo, "--methods", "zap"]) == 1
    assert "There is no method 'zap'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["compare", photo, "--budget", "-3"])
    assert cli.main(["compare", photo, "--methods", "encoder", "--by", "zap"]) == 1
    said = capsys.readouterr()
    assert "Nothing was measured by 'zap'" in said.err
    with pytest.raises(StudioError, match="no method 'w\\+ '"):
        named("w+ @avatars")
