import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inversion import Degradation, Inversion, invert
from inversion.editing import Truncate
from inversion.operators.measurement import Measurement
from inversion.pictures.images import Crop
from inversion.result_files import EDITED, EDITED_ALONE, AnswerFiles

HOLE = np.zeros((16, 16), bool)
HOLE[2:6, 3:9] = True


@pytest.fixture
def result(tiny, picture, pixels) -> Inversion:
    asked = Degradation("inpainting", hidden=HOLE)
    options = {"degradation": asked, "seeds": 2, "seed": 5, "steps": 3, "perceptual": pixels}
    return invert(tiny, picture, "w", **options)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_all_that_an_answer_has_is_written(result, tiny, picture, tmp_path) -> None:
    pictures = result.render(tiny)
    files = AnswerFiles(result, pictures, tmp_path / "new" / "run", Crop())
    files.all()
    ranks = [f"rank-{i}-seed-{seed}" for i, seed in enumerate(result.seeds, 1)]
    drawn = {f"{rank}{kind}.png" for rank in ranks for kind in ("", "-known-pixels")}
    others = {"result.safetensors", "settings.json", "target.png"}
    assert names(files.folder) == drawn | others | {"measurement.safetensors", "degraded.png"}
    for row, rank in enumerate(ranks):
        np.testing.assert_array_equal(read(files.folder / f"{rank}.png"), pictures[row])
        known = read(files.folder / f"{rank}-known-pixels.png")
        np.testing.assert_array_equal(known[HOLE], pictures[row][HOLE])
        np.testing.assert_array_equal(known[~HOLE], picture[~HOLE])
    np.testing.assert_array_equal(read(files.folder / "target.png"), picture)
    assert read(files.folder / "degraded.png")[HOLE].std() == 0
    assert Inversion.load(files.saved()).seeds == result.seeds
    assert Measurement.load(files.measurement()).tasks == ("inpainting",)
    about = json.loads(files.about().read_text())
    assert about["crop"]["zoom"] == 1 and about["metrics"] == result.metrics
    assert "what" not in about


@pytest.mark.parametrize(
    ("ask", "written"),
    [
        (lambda files: files.saved(), "result.safetensors"),
        (lambda files: files.about(), "settings.json"),
        (lambda files: files.picture(1), "rank-2-seed-{}.png"),
        (lambda files: files.known_pixels(1), "rank-2-seed-{}-known-pixels.png"),
        (lambda files: files.target(), "target.png"),
        (lambda files: files.measurement(), "measurement.safetensors"),
        (lambda files: files.degraded(), "degraded.png"),
    ],
)
def test_only_what_is_asked_for_is_written(ask, written, result, tiny, tmp_path) -> None:
    files = AnswerFiles(result, result.render(tiny), tmp_path)
    assert not names(tmp_path)
    assert ask(files) == tmp_path / written.format(result.seeds[1])
    assert names(tmp_path) == {written.format(result.seeds[1])}


def test_a_projection_has_no_measurement(tiny, picture, pixels, tmp_path) -> None:
    found = invert(tiny, picture, "w", seeds=1, steps=2, perceptual=pixels)
    files = AnswerFiles(found, found.render(tiny), tmp_path)
    assert files.known_pixels() is files.measurement() is files.degraded() is None
    files.all()
    drawn = "rank-1-seed-0.png"
    assert names(tmp_path) == {"result.safetensors", "settings.json", "target.png", drawn}


def test_edits_are_told_in_words_beside_what_the_file_has_of_them(result, tiny, tmp_path) -> None:
    edited = result.answer(1).edit([Truncate(0.5)])
    for kind, expected in (
        (EDITED, {"result.safetensors", "edits.json", f"rank-1-seed-{edited.seeds[0]}.png"}),
        (EDITED_ALONE, {"edited.safetensors", "edited.json", "edited.png"}),
    ):
        folder = tmp_path / kind.about
        files = AnswerFiles(edited, edited.render(tiny), folder, names=kind)
        assert {files.saved().name, files.about().name, files.picture().name} == expected
        about = json.loads(files.about().read_text())
        assert about["what"] == ["truncation 0.50"] and len(about["edits"]) == 1
        assert about["edits"] == list(edited.header()["edits"])
