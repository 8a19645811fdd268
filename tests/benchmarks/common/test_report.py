import numpy as np
import pytest

from benchmarks.common import report


def test_a_section_replaces_its_predecessor_and_leaves_the_others(tmp_path):
    results = tmp_path / "docs" / "results.md"
    report.write("a", "First", "make a", "old", results)
    report.write("b", "Second", "make b", "kept \\1", results)
    report.write("a", "First", "make a", "new", results)
    text = results.read_text()
    assert "old" not in text
    assert text.index("new") < text.index("kept \\1")
    assert text.count("<!-- a -->") == text.count("<!-- /b -->") == 1
    assert text.startswith(report.TITLE.strip())


def test_quartiles_are_numpys():
    values = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6]
    low, middle, high = np.percentile(values, [25, 50, 75])
    assert report.median_quartiles(values, 4) == f"{middle:.4f} [{low:.4f}, {high:.4f}]"


def test_a_table_has_a_row_a_row():
    lines = report.table(["m", "x"], [["a", "1"], ["b", "2"]]).splitlines()
    assert lines == ["| m | x |", "| --- | ---: |", "| a | 1 |", "| b | 2 |"]


def test_the_machine_is_named():
    assert "torch" in report.machine()


@pytest.mark.parametrize("name", ["generator", "projection"])
def test_every_benchmark_explains_itself(name, capsys):
    from importlib import import_module

    with pytest.raises(SystemExit) as left:
        import_module(f"benchmarks.studio.{name}").main(["--help"])
    assert left.value.code == 0
    assert f"python -m benchmarks {name}" in capsys.readouterr().out
