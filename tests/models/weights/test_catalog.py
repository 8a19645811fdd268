"""models/weights/catalog.py: laws over the whole table."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from models.weights.catalog import CATALOG, ROWS
from models.weights.checkpoint import EMBEDDED, Kind


def those(chosen=lambda row: True):
    """The rows of which there is something to check."""
    found = [row for row in ROWS if chosen(row)]
    assert found, "a law that no row can break"
    return pytest.mark.parametrize("row", found, ids=lambda row: row.name)


rows = those()


@rows
def test_a_row_is_found_under_its_own_name(row):
    assert CATALOG[row.name] is row and len(CATALOG) == len(ROWS)


@rows
def test_every_word_for_the_page_is_there(row):
    assert row.title and row.licence and row.use.endswith(".")
    assert row.kind in get_args(Kind)


@rows
def test_a_name_cannot_be_taken_for_a_path(row):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.name)


@those(lambda row: row.embedded)
def test_what_is_embedded_is_a_file_that_ships_and_no_download(row):
    assert row.embedded.parent == EMBEDDED and row.embedded.suffix == ".safetensors"
    assert row.embedded.is_file() and not row.repository


@those(lambda row: not row.embedded)
def test_what_is_not_embedded_is_on_the_hub(row):
    assert re.fullmatch(r"(spaces/)?[\w.-]+/[\w.-]+", row.repository)
    assert not Path(row.file).is_absolute() and ".." not in Path(row.file).parts
    assert row.sha256 is None or re.fullmatch("[0-9a-f]{64}", row.sha256)


@those(lambda row: row.kind == "generator")
def test_a_generator_says_its_resolution(row):
    assert row.resolution in {2**k for k in range(2, 13)}


@those(lambda row: row.box)
def test_a_box_lies_within_the_frame(row):
    cx, cy, width, height = row.box
    assert width > 0 and cx - width / 2 >= 0 and cx + width / 2 <= 1
    assert height > 0 and cy - height / 2 >= 0 and cy + height / 2 <= 1


@those(lambda row: row.beside)
def test_files_beside_are_of_the_hub_and_in_the_same_folder(row):
    assert row.repository
    assert all(Path(name).name == name for name in row.beside)


@rows
def test_what_serves_generators_alone_names_some(row):
    assert bool(row.generators) == (row.kind in ("encoder", "estimator", "directions"))


@those(lambda row: row.generators)
def test_what_serves_generators_names_those_that_there_are(row):
    assert all(CATALOG[name].kind == "generator" for name in row.generators)


def test_rows_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ROWS[0].sha256 = "0" * 64


def test_no_file_is_listed_twice():
    assert len({(row.repository, row.file) for row in ROWS}) == len(ROWS)


def test_the_catalog_is_light():
    """It is listed on the page's first paint: neither torch nor a client of the Hub comes along."""
    heavy = "{'torch', 'huggingface_hub', 'numpy', 'lpips'}"
    code = f"import sys, models; print(sorted({heavy} & set(sys.modules)), len(models.CATALOG))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split("]")[0] == "[" and int(out.stdout.split("]")[1]) == len(ROWS)
