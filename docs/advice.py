"""Which method to take, from what was measured: `python -m docs.advice` writes docs/methods.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.common.report import table
from inversion.methods import find
from inversion.operators import TASKS
from inversion.presets import DISTANCE, KINDS, WISHES, Preset, measured

PAGE = Path(__file__).with_name("methods.md")
OPENING = f"""# Which method

Written by `python -m docs.advice` from what `python -m benchmarks defaults` and
`defaults-restore` measured ([results.md](results.md) has every method's figures). These winners
are what the page, the command line and the endpoints run where no method is named. Seconds are
CPU seconds of one core; {DISTANCE} and PSNR are medians, often of one or two pictures a kind, so
that near neighbours are not told apart. *{WISHES["editable"]}* is the nearest among the half of
the methods whose styles stay most typical (P-norm+, Zhu et al. 2020); no edit was measured.
"""


def page() -> str:
    """The page: for each model what wins for each kind of picture, and for each task."""
    parts = [OPENING]
    for model, found in measured()["models"].items():
        parts.append(f"## {model}")
        if "presets" in found:
            parts += [projection(found["presets"]), f"`{found['command']}`, {found['on']}."]
        if "restoration" in found:
            parts.append(restoration(found["restoration"]))
            parts.append(f"`{found['restoration_command']}`, {found['restoration_on']}.")
    return "\n\n".join(parts) + "\n"


def projection(presets: Mapping[str, Any]) -> str:
    """Of each kind of picture and time the winner of each wish."""
    rows = []
    for kind, wishes in presets.items():
        for wish in ("closest", "editable"):
            for seconds, fields in wishes.get(wish, {}).items():
                best = Preset(**fields)
                figures = [f"{best.lpips:.3f}", f"{best.psnr:.1f}", str(best.tried or "–")]
                rows.append([KINDS[kind], WISHES[wish], f"{seconds} s", run(best), *figures])
    header = ["pictures", "what matters", "time", "method", DISTANCE, "PSNR, dB", "of"]
    return table(header, rows)


def restoration(tasks: Mapping[str, Any]) -> str:
    """Of each task and time the winner, beside the plain baseline."""
    rows = []
    for task, times in tasks.items():
        for seconds, fields in times.items():
            best = Preset(**fields)
            near = [f"{best.lpips:.3f}", f"{best.baseline:.3f}", f"{best.psnr:.1f}"]
            used = f"{run(best)}, {best.seconds:g} s"
            rows.append([TASKS[task].title, f"{seconds} s", used, *near, str(best.tried or "–")])
    header = ["Restore", "time", "method", DISTANCE, "plain baseline", "PSNR, dB", "of"]
    return table(header, rows)


def run(best: Preset) -> str:
    """A way to run in words."""
    settings = "".join(f", {name} {value}" for name, value in best.settings.items())
    start = " from the encoder" if best.encoder and not find(best.method).needs_encoder else ""
    seeds = f", {best.seeds} seeds" if best.seeds > 1 else ""
    return f"{find(best.method).title}{start}{settings}{seeds}"


if __name__ == "__main__":
    PAGE.write_text(page())
