"""Which method wins, for a model, a kind of picture and a time: the page's presets are its output.

    python -m benchmarks defaults --model avatars
    python -m benchmarks defaults --model portraits --data runs/portraits/held-out

Every run is written to --runs at once, and is not repeated there; the table is made of all of them.
Times are CPU seconds of one core, so that what else the machine does counts for nothing.
"""

from __future__ import annotations

import argparse
import json
import shlex
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import kinds, report
from benchmarks.common.cpu_clock import cpu_clock
from benchmarks.common.run_file import Row, RunFile
from benchmarks.studio.candidates import CANDIDATES, NOT_EDITABLE
from inversion import METHODS, invert
from inversion.presets import DISTANCE, FILE, KINDS, WISHES, Preset
from inversion.result import Inversion
from models import encoder_of, load, load_perceptual
from models.encoders.encoder import Encoder
from models.generators.generator import Generator

KEYS = ("weights", "kind", "seconds", "name", "picture")  # what tells a row of --runs
SECONDS = (2.0, 10.0, 60.0)
CONTENDERS = 2  # that are run for longer than LONG seconds: the nearest after these
LONG = 10.0
INSTANT = 2.0  # the longest time that is still called so


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks defaults", description=__doc__)
    parser.add_argument("--model", default="avatars")
    parser.add_argument("--data", type=Path, help="held-out pictures that are not in the project")
    parser.add_argument("--kinds", nargs="+", default=tuple(KINDS), choices=tuple(KINDS))
    parser.add_argument("--count", type=int, default=3, help="pictures of each kind")
    parser.add_argument("--seconds", type=float, nargs="+", default=SECONDS)
    parser.add_argument("--runs", type=Path, default=Path("runs/defaults.jsonl"))
    options = parser.parse_args(argv)
    G, encoder = load(options.model), encoder_of(options.model)
    runs = RunFile(options.runs, KEYS)
    for kind in options.kinds:
        pictures = kinds.pictures(options.model, kind, options.count, G.resolution, options.data)
        names = served(G, encoder)
        for seconds in sorted(options.seconds):
            done = [
                row
                for name in names
                for row in measured(G, encoder, kind, pictures, name, seconds, runs)
            ]
            names = best(done, CONTENDERS) if seconds >= LONG else names
    rows = [row for row in runs.rows if row["weights"] == G.identity.sha256]
    command = f"python -m benchmarks defaults --model {options.model} --count {options.count}"
    tried, times = dict.fromkeys(row["kind"] for row in rows), {row["seconds"] for row in rows}
    command += f" --kinds {' '.join(tried)} --seconds {' '.join(f'{x:g}' for x in sorted(times))}"
    if options.data is not None:
        command += f" --data {shlex.quote(str(options.data))}"
    keep(options.model, winners(rows) | {"command": command, "on": report.machine()})
    body = section(options.model, rows)
    report.write(
        f"defaults-{options.model}", f"What the presets of {options.model} are", command, body
    )
    print(body)


def keep(model: str, found: dict[str, Any]) -> None:
    """Writes these parts of a model's table, and leaves its others as they are."""
    table = json.loads(FILE.read_text()) if FILE.is_file() else {"models": {}}
    table["models"][model] = table["models"].get(model, {}) | found
    FILE.write_text(json.dumps(table, indent=1) + "\n")


def served(G: Generator, encoder: Encoder | None) -> list[str]:
    """The candidates that this model can run."""
    return [
        name
        for name, each in CANDIDATES.items()
        if not (each.encoder and encoder is None)
        and METHODS[each.method].refuses(G, encoder if each.encoder else None) is None
    ]


def measured(
    G: Generator,
    encoder: Encoder | None,
    kind: str,
    pictures: Sequence[tuple[Any, int | None]],
    name: str,
    seconds: float,
    runs: RunFile,
) -> list[Row]:
    """One row a picture; those that stand in `runs` already are taken from there."""
    perceptual, run = load_perceptual("embedded"), replace(CANDIDATES[name], seconds=seconds)
    named = identity(G) | {"kind": kind, "seconds": seconds, "name": name}

    def made(picture: Any, label: int | None) -> Row:
        began = time.process_time()
        with cpu_clock():
            result = invert(G, picture, **run.options(encoder), label=label, perceptual=perceptual)
        spent = time.process_time() - began
        found = {"steps": result.steps, "spent": spent} | figures(G, result)
        print(kind, f"{seconds:g} s", name, f"LPIPS {found['lpips']:.3f}", flush=True)
        return found

    return [
        runs.row(named | {"picture": number}, partial(made, *each))
        for number, each in enumerate(pictures)
    ]


def identity(G: Generator) -> Row:
    """Which weights a row was measured with."""
    return {"model": G.identity.name, "weights": G.identity.sha256}


def figures(G: Generator, result: Inversion) -> dict[str, float]:
    """Of the first answer: what judges it, and how typical its styles are (P-norm+, Zhu et al.
    2020: the mean square of whitened w, 1 for samples), which tells how well it can be edited."""
    found = {
        "lpips": result.metrics[DISTANCE][0],
        "psnr": result.metrics["PSNR"][0],
    }
    return found | {"norm": typicality(G, result)}


@torch.no_grad()
def typicality(G: Generator, result: Inversion) -> float:
    """The mean square of the first answer's whitened styles; of z where w cannot be whitened."""
    ws = result.codes.ws[:1]
    if G.num_classes:
        z = ws[..., : G.z_dim]
        return float(z.square().mean())
    mean, basis = G.w_principal()
    w = ws.unflatten(-1, (G.rows, -1))
    v = (torch.nn.functional.leaky_relu(w, G.w_slope) - mean) @ basis
    return float(v.square().mean())


def best(rows: Sequence[dict[str, Any]], most: int) -> list[str]:
    """Names by median LPIPS, the nearest first."""
    return sorted({row["name"] for row in rows}, key=lambda name: median(rows, name))[:most]


def median(rows: Sequence[dict[str, Any]], name: str, key: str = "lpips") -> float:
    return float(statistics.median(row[key] for row in rows if row["name"] == name))


def winners(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A model's part of the table: at which LPIPS its encoder draws each kind, and the presets."""
    presets: dict[str, Any] = {}
    estimates: dict[str, float] = {}
    for kind in {row["kind"]: None for row in rows}:
        of_kind = [row for row in rows if row["kind"] == kind]
        if at_once := [row for row in of_kind if row["name"] == "encoder"]:
            estimates[kind] = round(median(at_once, "encoder"), 4)
        presets[kind] = {wish: {} for wish in WISHES}
        tried = len({row["name"] for row in of_kind})  # for long, the nearest of them alone
        for seconds in sorted({row["seconds"] for row in of_kind}):
            now = [row for row in of_kind if row["seconds"] == seconds]
            editable = [row for row in now if CANDIDATES[row["name"]].method not in NOT_EDITABLE]
            for wish, pool in {"closest": now, "editable": typical(editable)}.items():
                if pool:  # of those that are run for long none may edit well
                    presets[kind][wish][f"{seconds:g}"] = chosen(pool, seconds, tried)
            if seconds <= INSTANT:
                presets[kind]["instant"] = {
                    f"{seconds:g}": chosen(at_once or now, 0.1 if at_once else seconds, tried)
                }
    return {"estimates": estimates, "presets": presets}


def typical(rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Of these, the half whose styles are most typical."""
    names = sorted({row["name"] for row in rows}, key=lambda name: median(rows, name, "norm"))
    kept = set(names[: (len(names) + 1) // 2])
    return [row for row in rows if row["name"] in kept]


def chosen(rows: Sequence[dict[str, Any]], seconds: float, tried: int) -> dict[str, Any]:
    """The winner as a Preset's fields; `tried` is how many there were before any was ruled out."""
    name = best(rows, 1)[0]
    found: Preset = replace(
        CANDIDATES[name],
        seconds=seconds,
        lpips=round(median(rows, name), 4),
        psnr=round(median(rows, name, "psnr"), 2),
        tried=tried,
    )
    return asdict(found)


def section(model: str, rows: Sequence[dict[str, Any]]) -> str:
    """A table a kind and time: every candidate, the nearest first."""
    parts = []
    for kind in {row["kind"]: None for row in rows}:
        for seconds in sorted({row["seconds"] for row in rows if row["kind"] == kind}):
            now = [row for row in rows if (row["kind"], row["seconds"]) == (kind, seconds)]
            count = len({row["picture"] for row in now})
            parts.append(
                f"**{kind.capitalize()}** ({KINDS[kind]}), {seconds:g} s, {count} pictures:\n\n"
                + report.table(
                    ["method", DISTANCE, "PSNR, dB", "norm", "steps"],
                    [_cells(now, name) for name in best(now, len(CANDIDATES))],
                )
            )
    how = (
        f"Seconds are CPU seconds of one core. Medians over pictures. Norm: the mean square of the"
        f" whitened styles, 1 for samples. For longer than {LONG:g} s the {CONTENDERS} nearest"
        " after these are run."
    )
    return how + "\n\n" + "\n\n".join(parts)


def _cells(rows: Sequence[dict[str, Any]], name: str) -> list[str]:
    return [
        name,
        f"{median(rows, name):.3f}",
        f"{median(rows, name, 'psnr'):.2f}",
        f"{median(rows, name, 'norm'):.2f}",
        f"{median(rows, name, 'steps'):g}",
    ]
