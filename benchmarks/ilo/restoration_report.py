"""What the restoration benchmark writes: tables, plots, and the papers' orders beside ours."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.common import report, sheets
from inversion.operators import TASKS

BASELINE, WITH_PERCEPTUAL = "baseline", "ilo, perceptual 0.1"
PERCEPTUAL, ERROR = "LPIPS (AlexNet)", "measurement error"
PASTED = "PSNR, known pixels put back"


@dataclass(frozen=True)
class Cell:
    """One method on one severity: every number a picture of the best seed."""

    task: str
    severity: str
    method: str
    metrics: dict[str, list[float]]
    seconds: list[float]

    def median(self, name: str) -> float:
        return statistics.median(self.metrics[name])


def body(cells: Sequence[Cell], how: str, data: str) -> str:
    """The section: `how` it was measured in a sentence, then every task."""
    parts = [
        f"{how} Median [quartiles] over pictures. {BASELINE}: no generator, but OpenCV's hole "
        "filling, bicubic enlargement, or total variation. Seconds are of all seeds together. "
        f"{WITH_PERCEPTUAL}: ILO with the perceptual distance beside the squared error."
    ]
    for task in dict.fromkeys(cell.task for cell in cells):
        mine = [cell for cell in cells if cell.task == task]
        parts += [f"### {TASKS[task].title}", plot(task, mine, data)]
        for name in dict.fromkeys(cell.severity for cell in mine):
            parts += [f"**{name}**", table([cell for cell in mine if cell.severity == name])]
    parts += ["### The papers' orderings", verdicts(cells)]
    return "\n\n".join(parts)


def table(cells: Sequence[Cell]) -> str:
    """A row a method, the highest median PSNR first."""
    columns = {"PSNR": ("PSNR, dB ↑", 2), "SSIM": ("SSIM ↑", 3), PERCEPTUAL: (PERCEPTUAL + " ↓", 3),
               ERROR: (ERROR + " ↓", 4), PASTED: (PASTED + ", dB ↑", 2)}  # fmt: skip
    columns = {name: column for name, column in columns.items() if name in cells[0].metrics}
    rows = [
        [
            cell.method,
            *(report.median_quartiles(cell.metrics[name], n) for name, (_, n) in columns.items()),
            f"{statistics.median(cell.seconds):.1f}",
        ]
        for cell in sorted(cells, key=lambda cell: -cell.median("PSNR"))
    ]
    return report.table(["method", *(title for title, _ in columns.values()), "seconds"], rows)


def plot(task: str, cells: Sequence[Cell], data: str) -> str:
    """PSNR and perceptual distance of every method by severity; the Markdown that shows it."""
    drawing = sheets.figure(10, 4)
    for axes, name in zip(drawing.subplots(1, 2), ("PSNR", PERCEPTUAL), strict=True):
        for method in dict.fromkeys(cell.method for cell in cells):
            mine = [cell for cell in cells if cell.method == method]
            line = "k--" if method == BASELINE else "o-"
            axes.plot(
                [cell.severity.replace(", ", "\n") for cell in mine],
                [cell.median(name) for cell in mine],
                line,
                label=method,
            )
        axes.set(ylabel=f"{name}, median")
        axes.tick_params(axis="x", labelsize=7)
        axes.grid(alpha=0.3)
    drawing.axes[0].legend(fontsize=7, ncols=2)
    return sheets.saved(f"restoration-{data}-{task}", drawing)


Medians = dict[str, float]
CLAIMS: tuple[tuple[str, str, str, Callable[[Medians], bool]], ...] = (
    ("ILO's poster: MSE with the perceptual distance is better than MSE alone", "super-resolution",
     PERCEPTUAL, lambda m: m[WITH_PERCEPTUAL] < m["ilo"]),
    ("the same", "inpainting", PERCEPTUAL, lambda m: m[WITH_PERCEPTUAL] < m["ilo"]),
    ("the same", "denoising", PERCEPTUAL, lambda m: m[WITH_PERCEPTUAL] < m["ilo"]),
    ("ILO's poster: nearer to the truth than PULSE, which is bound to what it was trained on",
     "super-resolution", PERCEPTUAL, lambda m: m["ilo"] < m["pulse"]),
    ("ILO's poster: intermediate layers reach pictures that fit the observed one more closely",
     "inpainting", ERROR, lambda m: m["ilo"] < min(m["pulse"], m["z"])),
    ("Poirier-Ginter and Lalonde, section 5.1: codes a layer fit the low-resolution picture more "
     "closely than one code", "super-resolution", ERROR, lambda m: m["w+"] < m["w"]),
)  # fmt: skip


def verdicts(cells: Sequence[Cell]) -> str:
    """Every claim beside what was found. The papers' generators draw photographs, at full length
    of search; ours, small pictures, at the effort named above."""
    rows = []
    for claim, task, name, holds in CLAIMS:
        medians = {
            method: statistics.median(
                cell.median(name) for cell in cells if (cell.task, cell.method) == (task, method)
            )
            for method in dict.fromkeys(cell.method for cell in cells if cell.task == task)
        }
        try:
            verdict = "agreed" if holds(medians) else "not agreed"
        except KeyError:
            verdict = "not measured"
        better = sorted(medians, key=lambda m: medians[m], reverse=name in ("PSNR", "SSIM"))
        here = ", ".join(f"{method} {medians[method]:.3g}" for method in better)
        rows.append([claim, task, verdict, f"{name}: {here}" if here else "–"])
    return report.table(["paper", "task", "here", "medians over severities, best first"], rows)
