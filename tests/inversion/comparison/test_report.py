import csv
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inversion import Inversion
from inversion.comparison import Report, Standing, sheet
from inversion.comparison.report import rows, terms
from inversion.comparison.sheet import layout
from inversion.pictures import Crop, read


@pytest.fixture
def over(race) -> Standing:
    return race("w", "w+", "W", seeds=2)[-1]


def test_every_file_of_a_race(over: Standing, tiny, tmp_path: Path):
    path = Report(over, tmp_path / "race", crop=Crop(zoom=2)).packed()
    with zipfile.ZipFile(path) as pack:
        names = pack.namelist()
    results = [name for name in names if name.endswith("result.safetensors")]
    assert len(results) == 2 and {"sheet.png", "comparison.csv", "comparison.json"} <= set(names)
    first = over.cells[over.ranking()[0]]
    best = Inversion.load(path.parent / sorted(results)[0])
    np.testing.assert_array_equal(best.render(tiny)[0], first.picture)
    assert read(path.parent / "sheet.png").shape == (1080, 1920, 3)
    settings = json.loads((path.parent / results[0]).with_name("settings.json").read_text())
    assert settings["crop"]["zoom"] == 2
    with (path.parent / "comparison.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["method"] for row in table] == [over.cells[i].name for i in over.ranking()]
    assert float(table[0]["PSNR"]) == first.metrics["PSNR"]
    assert table[-1]["state"] == "failed" and "lacks" in table[-1]["sentence"]
    about = json.loads((path.parent / "comparison.json").read_text())
    assert about["terms"] == {"equal": "steps", "budget": 4}
    assert [len(each["points"]) for each in about["curves"]] == [5, 5, 0]


def test_a_pack_has_no_folders_of_an_earlier_ranking(over: Standing, tmp_path: Path):
    cells = (replace(over.cells[0], metrics={"a": 0.0, "b": 1.0}),
             replace(over.cells[1], metrics={"a": 1.0, "b": 0.0}), over.cells[2])  # fmt: skip
    for by in ("a", "b"):
        path = Report(replace(over, cells=cells), tmp_path / "race", by=by).packed()
    with zipfile.ZipFile(path) as pack:
        folders = {name.partition("/")[0] for name in pack.namelist() if "/" in name}
    assert len(folders) == 2 and {folder[0] for folder in folders} == {"1", "2"}


def test_the_table_is_ranked_by_what_is_asked(over: Standing):
    by = [row["PSNR"] for row in rows(over, "PSNR") if "PSNR" in row]
    assert by == sorted(by, reverse=True)
    used = [row["seconds"] for row in rows(over, "seconds")]
    assert used[:2] == sorted(used[:2]) and rows(over, "seconds")[-1]["state"] == "failed"
    assert terms(over) == "equal steps: 4 each"


def test_a_sheet_has_room_for_every_cell(over: Standing):
    drawn = sheet(over, terms(over))
    assert drawn.shape == (1080, 1920, 3) and drawn.std() > 10
    for count in range(1, 19):
        columns, side = layout(count)
        assert side > 120 and columns * side <= 1920
