"""Which method restores best, for a model and a task: Restore's default is the output.

    python -m benchmarks defaults-restore --model avatars
    python -m benchmarks defaults-restore --model portraits --data runs/portraits/held-out

Pictures are degraded by each task as the page proposes it. An answer is measured as the page shows
it, a hole's with the known pixels put back, beside the plain baseline that suits the task. Every
run is written to --runs at once, and is not repeated there. Times are CPU seconds of one core.
"""

from __future__ import annotations

import argparse
import itertools
import shlex
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.common import kinds, report
from benchmarks.common.cpu_clock import cpu_clock
from benchmarks.common.run_file import Row, RunFile
from benchmarks.studio.candidates import RESTORERS
from benchmarks.studio.defaults import best, identity, keep, median
from inversion import METHODS, invert
from inversion.evaluation.baselines import restore, suited
from inversion.metrics import assess
from inversion.operators import TASKS, Degradation
from inversion.operators.observation import Observation, observe
from inversion.presets import DISTANCE, KINDS
from models import load, load_perceptual
from models.generators.generator import Generator

KEYS = ("weights", "task", "kind", "seconds", "name", "picture")
SECONDS = (2.0, 10.0)
BASELINE = "plain baseline"  # the row of a table that stands for it
UNDONE = tuple(key for key in TASKS if key != "projection")


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks defaults-restore", description=__doc__
    )
    parser.add_argument("--model", default="avatars")
    parser.add_argument("--data", type=Path, help="held-out pictures that are not in the project")
    parser.add_argument("--kinds", nargs="+", default=("home", "stranger"))
    parser.add_argument("--tasks", nargs="+", default=UNDONE, choices=UNDONE)
    parser.add_argument("--count", type=int, default=2, help="pictures of each kind")
    parser.add_argument("--seconds", type=float, nargs="+", default=SECONDS)
    parser.add_argument("--runs", type=Path, default=Path("runs/defaults-restore.jsonl"))
    options = parser.parse_args(argv)
    G, runs = load(options.model), RunFile(options.runs, KEYS)
    cases = [
        (kind, number, picture, label)
        for kind in options.kinds
        for number, (picture, label) in enumerate(
            kinds.pictures(options.model, kind, options.count, G.resolution, options.data)
        )
    ]
    names = [name for name, each in RESTORERS.items() if METHODS[each.method].refuses(G) is None]
    for task in options.tasks:
        for kind, number, picture, label in cases:
            seen = observe(picture, G.resolution, Degradation(task))
            named = identity(G) | {"task": task, "kind": kind, "picture": number}
            plain = named | {"name": BASELINE, "seconds": 0.0}
            runs.row(plain, partial(baseline, G, seen))
            for name, seconds in itertools.product(names, options.seconds):
                run = named | {"name": name, "seconds": seconds}
                found = runs.row(run, partial(restored, G, seen, name, seconds, label))
                print(
                    task, kind, number, f"{seconds:g} s", name, f"{found['lpips']:.3f}", flush=True
                )
    rows = [row for row in runs.rows if row["weights"] == G.identity.sha256]
    command = f"python -m benchmarks defaults-restore --model {options.model}"
    tasks, tried = (" ".join(dict.fromkeys(row[key] for row in rows)) for key in ("task", "kind"))
    command += f" --tasks {tasks} --kinds {tried} --count {options.count}"
    command += f" --seconds {' '.join(f'{x:g}' for x in times(rows))}"
    command += "" if options.data is None else f" --data {shlex.quote(str(options.data))}"
    measured = {"restoration_command": command, "restoration_on": report.machine()}
    keep(options.model, {"restoration": winners(rows), **measured})
    body = section(rows)
    title = f"What Restore does by default with {options.model}"
    report.write(f"defaults-restore-{options.model}", title, command, body)
    print(body)


def restored(G: Generator, seen: Observation, name: str, seconds: float, label: int | None) -> Row:
    """One search, measured as the page shows its first answer."""
    perceptual, run = load_perceptual("embedded"), replace(RESTORERS[name], seconds=seconds)
    with cpu_clock():
        result = invert(G, seen, **run.options(None), label=label, perceptual=perceptual)
    assert result.measurement is not None
    kept = result.measurement.put_back(result.render(G))
    metrics = (
        result.metrics
        if kept is None
        else assess(kept, result.target, perceptual, G.device, measurement=result.measurement)
    )
    return {"steps": result.steps} | figures(metrics)


def baseline(G: Generator, seen: Observation) -> Row:
    """What needs no generator, as the page shows it beside an answer."""
    made = restore(seen, G.resolution, suited(seen.operator).key)
    return {"steps": 0, "title": suited(seen.operator).title} | figures(made.metrics)


def figures(metrics: dict[str, list[float]]) -> Row:
    return {"lpips": metrics[DISTANCE][0], "psnr": metrics["PSNR"][0]}


def winners(rows: Sequence[Row]) -> dict[str, Any]:
    """For each task and time the nearest that takes no longer, by the median over all pictures: of
    what kind a degraded picture is cannot be told. A longer search may be worse, where it fits what
    is left of the picture ever more closely."""
    found: dict[str, Any] = {}
    for task in {row["task"]: None for row in rows}:
        of_task = [row for row in rows if row["task"] == task]
        plain = round(median(of_task, BASELINE), 4)
        found[task], nearest = {}, None
        for seconds in times(of_task):
            now = [row for row in of_task if row["seconds"] == seconds]
            first = best(now, 1)[0]
            winner = replace(
                RESTORERS[first],
                seconds=seconds,
                lpips=round(median(now, first), 4),
                psnr=round(median(now, first, "psnr"), 2),
                baseline=plain,
                tried=len({row["name"] for row in now}),
            )
            if nearest is None or (winner.lpips or 0) < (nearest.lpips or 0):
                nearest = winner
            found[task][f"{seconds:g}"] = asdict(nearest)
    return found


def times(rows: Sequence[Row]) -> list[float]:
    """How long the searches took, the shortest first."""
    return sorted({row["seconds"] for row in rows} - {0.0})


def section(rows: Sequence[Row]) -> str:
    """A table a time, with a row a task: every method's median distance, the nearest in bold, and
    the baseline's."""
    tried_on = {(row["kind"], row["picture"]) for row in rows}
    kinds_of = [kind for kind, _ in tried_on]
    pictures = " and ".join(f"{kinds_of.count(kind)} {KINDS[kind]}" for kind in sorted({*kinds_of}))
    how = (
        f"{DISTANCE} and PSNR in dB of the best of four seeds, medians over pictures: {pictures}. "
        "A hole's answers have the known pixels put back. The default of a task is the nearest "
        "method in the time that one has, or in less; where the plain baseline is nearer than "
        "all, the page says so."
    )
    names = [name for name in RESTORERS if any(row["name"] == name for row in rows)]
    tables = []
    for seconds in times(rows):
        lines = []
        for task in {row["task"]: None for row in rows}:
            now = [r for r in rows if r["task"] == task and r["seconds"] in (0.0, seconds)]
            nearest = best(now, 1)[0]
            cells = [_cell(now, name, name == nearest) for name in (*names, BASELINE)]
            lines.append([TASKS[task].title, *cells])
        header = ["task", *names, BASELINE]
        tables.append(f"**{seconds:g} s:**\n\n" + report.table(header, lines))
    return "\n\n".join([how, *tables])


def _cell(rows: Sequence[Row], name: str, first: bool) -> str:
    if not any(row["name"] == name for row in rows):
        return "–"
    told = f"{median(rows, name):.3f} ({median(rows, name, 'psnr'):.1f})"
    return f"**{told}**" if first else told
