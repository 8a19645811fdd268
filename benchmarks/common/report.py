"""Writes a benchmark's section into docs/results.md, with what anyone needs to repeat it."""

from __future__ import annotations

import datetime
import os
import platform
import re
import statistics
from collections.abc import Sequence
from pathlib import Path

import torch

RESULTS = Path(__file__).parents[2] / "docs" / "results.md"
TITLE = "# Results\n\nEvery section is written by the command it names; none is edited by hand.\n"


def write(name: str, title: str, command: str, body: str, results: Path = RESULTS) -> None:
    """Puts the section `name` in place of the last one of that name, or at the end."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    stamp = f"`{command}`, {datetime.date.today().isoformat()}, {machine()}."
    section = f"{begin}\n## {title}\n\n{stamp}\n\n{body.strip()}\n{end}\n"
    text = results.read_text() if results.exists() else TITLE
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end) + "\n", re.DOTALL)
    if pattern.search(text):
        text = pattern.sub(lambda _: section, text)
    else:
        text = f"{text.rstrip()}\n\n{section}"
    results.parent.mkdir(exist_ok=True)
    results.write_text(text)


def machine() -> str:
    """Processor, its cores here, torch's version."""
    if torch.cuda.is_available():
        where = torch.cuda.get_device_name()
    else:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        where = f"{cores} core{'' if cores == 1 else 's'} of {_processor()}"
    return f"{where}, torch {torch.__version__.split('+')[0]}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", cpuinfo.read_text()) if cpuinfo.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; every column but the first is aligned right."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))


def median_quartiles(values: Sequence[float], digits: int) -> str:
    """`median [first quartile, third quartile]` of at least two values."""
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
