"""Small rooms: import-linter's contracts in pyproject.toml (`make lint`) keep their order, these
tests their size."""

from collections import Counter
from pathlib import Path

import pytest

from tests.ui.server import ROOT

FLOORS = ("models", "inversion", "studio", "ui", "training", "benchmarks")
LINES, FILES = 250, 16  # of a file; of a folder, besides __init__.py
SUFFIXES = {".py", ".js"}


def files(floor: str) -> list[Path]:
    return [path for path in (ROOT / floor).rglob("*") if path.suffix in SUFFIXES]


@pytest.mark.parametrize("floor", FLOORS)
def test_every_file_is_short(floor: str) -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in files(floor)}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LINES} == {}


@pytest.mark.parametrize("floor", FLOORS)
def test_every_folder_is_small(floor: str) -> None:
    rooms = Counter(path.parent for path in files(floor) if path.name != "__init__.py")
    assert {str(room.relative_to(ROOT)): n for room, n in rooms.items() if n > FILES} == {}
