"""docs/architecture.md: its picture is of today, its paths exist, its examples run."""

import re
from pathlib import Path

import pytest

from docs import floors
from inversion import METHODS, TASKS, Inversion
from models import CATALOG
from models.weights import checkpoint

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
EXAMPLES = dict(re.findall(r"^## Add a (.+?)$.+?^```python\n(.+?)^```$", PAGE, re.M | re.S))


def test_the_picture_shows_the_imports_of_today():
    assert floors.svg() == floors.PICTURE.read_text(), "draw it again: python -m docs.floors"


def test_rooms_in_a_circle_are_refused():
    with pytest.raises(ValueError, match="cycle"):
        floors.rows({"a": {"b"}, "b": {"a"}})


def test_every_path_that_is_named_exists():
    paths = set(re.findall(r"`(\w+/[\w./]*)`", PAGE))
    assert len(paths) > 20
    assert not [path for path in paths if not (ROOT / path).exists()]


@pytest.fixture
def sandbox(monkeypatch, tmp_path):
    """Tables and the folder of embedded weights, as they were afterwards."""
    kept = tmp_path / "embedded"
    kept.mkdir()
    for file in checkpoint.EMBEDDED.iterdir():
        (kept / file.name).symlink_to(file)
    monkeypatch.setattr(checkpoint, "EMBEDDED", kept)
    monkeypatch.chdir(ROOT)
    tables = (METHODS, TASKS, CATALOG)
    before = [dict(table) for table in tables]
    yield
    for table, rows in zip(tables, before, strict=True):
        table.clear()
        table.update(rows)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["method", "latent space", "task", "checkpoint", "tab"])
def test_an_example_of_few_lines_runs(what, sandbox, tmp_path):
    code = EXAMPLES[what]
    assert len([line for line in code.splitlines() if line]) < 20
    made = {}
    exec(compile(code, f"docs/architecture.md: add a {what}", "exec"), made)
    if isinstance(result := made.get("result"), Inversion):
        result.save(tmp_path / "result.safetensors")
        again, G = Inversion.load(tmp_path / "result.safetensors"), made["load"]("avatars")
        assert (again.render(G) == result.render(G)).all()
    elif what == "checkpoint":
        assert made["picture"].shape == (1, 3, 16, 16)
    else:
        assert made["tab"].draw(3).shape == (64, 64, 3)
