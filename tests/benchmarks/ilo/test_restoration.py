import argparse

import numpy as np
import pytest
import torch

from benchmarks.common import report
from benchmarks.ilo.restoration import (
    ROWS,
    SEVERITIES,
    best_baseline,
    measure,
    method_of,
    served,
    severity,
)
from benchmarks.ilo.restoration_report import (
    BASELINE,
    CLAIMS,
    ERROR,
    PERCEPTUAL,
    WITH_PERCEPTUAL,
    Cell,
    body,
    table,
    verdicts,
)
from inversion import METHODS, Degradation
from inversion.operators import TASKS, configured


def cell(method: str, psnr: float, error: float = 0.1, task: str = "inpainting") -> Cell:
    both = {"PSNR": psnr, "SSIM": 0.5, PERCEPTUAL: 30 - psnr, ERROR: error}
    metrics = {name: [value, value] for name, value in both.items()}
    return Cell(task, "hole centre", method, metrics, [1.0, 3.0])


@pytest.mark.parametrize("task", SEVERITIES)
def test_every_severity_is_one_of_the_task_and_makes_an_operator(task: str) -> None:
    for settings in SEVERITIES[task]:
        (row,) = configured(task, settings)
        assert row.operator(64).shape == (3, 64, 64)
    assert len({severity(settings) for settings in SEVERITIES[task]}) == len(SEVERITIES[task])


def test_every_method_and_claim_is_of_what_there_is() -> None:
    assert set(ROWS) - {BASELINE, WITH_PERCEPTUAL} <= METHODS.keys()
    everything = {name: float(i) for i, name in enumerate(ROWS)}
    for _, task, metric, holds in CLAIMS:
        assert task in TASKS and metric in ("PSNR", "SSIM", PERCEPTUAL, ERROR)
        assert holds(everything) in (True, False)


def test_every_row_is_run_by_a_method_that_says_whether_it_can(tiny) -> None:
    assert [name for name in ROWS if served(tiny, name)] == list(ROWS)
    assert method_of(WITH_PERCEPTUAL).settings()["perceptual.weight"] == 0.1
    tiny.spaces = frozenset({"w", "b"})
    assert [name for name in ROWS if served(tiny, name)] == ["w", BASELINE]


def test_claims_are_agreed_to_or_not_or_left_open() -> None:
    found = verdicts([cell("ilo", 20, 0.1), cell("pulse", 15, 0.3), cell("z", 14, 0.2)])
    (line,) = [line for line in found.splitlines() if "intermediate layers" in line]
    assert "| agreed |" in line and "ilo 0.1, z 0.2, pulse 0.3" in line
    found = verdicts([cell("ilo", 20, 0.4), cell("pulse", 15, 0.3), cell("z", 14, 0.2)])
    (line,) = [line for line in found.splitlines() if "intermediate layers" in line]
    assert "| not agreed |" in line
    assert sum("| not measured |" in line for line in found.splitlines()) == len(CLAIMS) - 1


def test_the_table_has_the_best_first() -> None:
    rows = table([cell("w", 12), cell("ilo", 20)]).splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows] == ["| ilo", "| w"]
    assert "20.00 [20.00, 20.00]" in rows[0] and rows[0].endswith("| 2.0 |")


@pytest.mark.slow
def test_the_section_shows_plot_and_tables(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.md")
    text = body([cell("w", 12), cell(BASELINE, 9)], "How.", "avatars")
    assert "### Inpainting" in text and "**hole centre**" in text and text.startswith("How.")
    assert (tmp_path / "restoration-avatars-inpainting.png").stat().st_size > 5000


@pytest.mark.slow
@pytest.mark.parametrize("method", ["w", "ilo", WITH_PERCEPTUAL, BASELINE])
def test_a_cell_has_a_number_a_picture(method: str, tiny, pixels, picture: np.ndarray) -> None:
    options = argparse.Namespace(seeds=1, effort="fast")
    task, settings = "super-resolution", {"super-resolution.factor": 4}
    with torch.random.fork_rng():
        found = measure(tiny, pixels, [picture, picture[::-1]], task, settings, method, options)
    assert found.severity == "factor 4" and len(found.seconds) == 2
    assert {len(values) for values in found.metrics.values()} == {2}


@pytest.mark.slow
def test_the_baseline_is_the_one_for_the_task(pixels, picture: np.ndarray) -> None:
    for task, key in (("inpainting", "telea"), ("denoising", "total-variation")):
        assert best_baseline(picture, 16, pixels, Degradation(task)).baseline == key
