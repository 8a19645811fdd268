"""The loop of a training: steps for a given time, a line of means now and then, checkpoints."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from training.loop import parallel

Report = Callable[[dict[str, Any]], object]


class Counting(Protocol):
    """What a trainer counts."""

    steps: int
    images: int


def run(
    trainer: Counting,
    out: Path,
    *,
    step: Callable[[float], Mapping[str, float]],
    figures: Callable[[float], Mapping[str, Any]],
    save: Callable[[], object],
    minutes: float,
    checkpoint_minutes: float,
    every: int,
    report: Report,
    images: int | None = None,
    agree: Callable[[float], float] = lambda t: t,
) -> None:
    """Steps until `minutes` of the wall clock are over, or so many `images` are seen in all; saves
    then and every `checkpoint_minutes`.

    step     one step, told which part of the time is over; the terms of its loss
    figures  what a line of the log says besides images, seconds and the means of the terms; it is
             told the seconds since the line before
    agree    given the part of the time that is over, what all processes of a training take for it
    every    steps a line, which goes to out/log.jsonl and to `report`
    """
    start = saved = logged = time.monotonic()
    sums: dict[str, list[float]] = defaultdict(list)
    while minutes > 0 and (t := agree((time.monotonic() - start) / (minutes * 60))) < 1:
        if images is not None and trainer.images >= images:
            break
        for name, value in step(t).items():
            sums[name].append(value)
        now = time.monotonic()
        if trainer.steps % every == 0:
            line = {
                "images": trainer.images,
                "seconds": round(now - start, 1),
                **figures(now - logged),
                **{name: round(sum(v) / len(v), 4) for name, v in sorted(sums.items())},
            }
            write(line, out, report)
            sums.clear()
            logged = now
        if now - saved > checkpoint_minutes * 60:
            save()
            saved = time.monotonic()
    save()


def write(line: dict[str, Any], out: Path, report: Report) -> None:
    """Adds a line to the log and reports it, once for all processes."""
    if parallel.rank():
        return
    with open(out / "log.jsonl", "a") as log:
        log.write(json.dumps(line) + "\n")
    report(line)
