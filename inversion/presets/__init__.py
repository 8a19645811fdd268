"""Which method to run: for a model, a kind of picture and a time, the winner of a measurement.

    from inversion.presets import preset
    encoder = encoder_of("avatars")
    result = invert(G, photo, **choose("closest", G, photo, encoder).options(encoder))

`preset` reads the table for a kind of picture that is known; `choose`, in choice.py, finds it out.

The table is measured.json, which `python -m benchmarks defaults` and `defaults-restore` write and
nobody edits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from models.encoders.encoder import Encoder
from models.errors import StudioError

__all__ = [
    "DISTANCE",
    "FILE",
    "KINDS",
    "WISHES",
    "Preset",
    "kind_of",
    "measured",
    "preset",
    "restorer",
]

DISTANCE = "LPIPS (AlexNet)"  # among an answer's metrics: what it was measured by
FILE = Path(__file__).with_name("measured.json")
WISHES = {
    "closest": "Closest likeness",
    "editable": "Best to edit",
    "instant": "Instant",
}
KINDS = {
    "home": "as the model was trained on",
    "moved": "as it was trained on, but moved or of another size",
    "stranger": "unlike what it was trained on",
}


@dataclass(frozen=True)
class Preset:
    """A way to run, and what it reached where it was measured.

    method, seeds, settings  as `solve` takes them
    encoder  whether it begins at the estimate of the model's encoder
    seconds  of search that it was given
    lpips    median LPIPS (AlexNet) of its answers, None where it was not measured
    psnr     their median PSNR in dB, None where it was not measured
    baseline  of a restoration: median LPIPS (AlexNet) of the plain baseline on the same pictures
    after    seconds of search after which it reached that, where they are not `seconds`
    tried    how many ways to run it was chosen from
    """

    method: str
    seeds: int = 1
    encoder: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 10.0
    lpips: float | None = None
    psnr: float | None = None
    baseline: float | None = None
    tried: int | None = None
    after: float | None = None

    def options(self, encoder: Encoder | None) -> dict[str, Any]:
        """What `solve` takes of it; `encoder` is the model's, None where it has none.

        >>> Preset("w+", settings={"adam.lr": 0.05}, seconds=2).options(None)["budget"]
        2
        """
        return {
            "method": self.method,
            "seeds": self.seeds,
            "settings": self.settings,
            "encoder": encoder if self.encoder else None,
            "budget": self.seconds,
        }


@cache
def measured() -> dict[str, Any]:
    """The table as it lies in the file; empty where there is none yet."""
    table: dict[str, Any] = json.loads(FILE.read_text()) if FILE.is_file() else {"models": {}}
    return table


def preset(
    model: str, wish: str = "closest", *, seconds: float = 10.0, kind: str = "stranger"
) -> Preset | None:
    """The winner for this model, wish and kind of picture at the measured time nearest `seconds`;
    None for a model that was not measured. Raises StudioError for an unknown wish or kind.

    >>> preset("nobody's model") is None
    True
    """
    if wish not in WISHES or kind not in KINDS:
        raise StudioError(
            f"There is no preset {wish!r} for pictures of the kind {kind!r}; "
            f"there are {', '.join(WISHES)} for {', '.join(KINDS)}."
        )
    rows = measured()["models"].get(model, {}).get("presets", {}).get(kind, {}).get(wish, {})
    return _nearest(rows, seconds)


def restorer(model: str, task: str, *, seconds: float = 10.0) -> Preset | None:
    """The method that restored pictures of this task best, at the measured time nearest `seconds`,
    to run for so long, or for less where a longer search was worse; None for a model or task that
    was not measured.

    >>> restorer("nobody's model", "inpainting") is None
    True
    """
    rows = measured()["models"].get(model, {}).get("restoration", {}).get(task, {})
    if (found := _nearest(rows, seconds)) is None:
        return None
    shorter = found.seconds < _time(rows, seconds)
    now = min(found.seconds, seconds) if shorter else seconds
    return replace(found, seconds=now, after=found.seconds)


def _nearest(rows: Mapping[str, Any], seconds: float) -> Preset | None:
    """Of rows by seconds the one nearest in ratio; None if there are none."""
    return Preset(**rows[f"{_time(rows, seconds):g}"]) if rows else None


def _time(rows: Mapping[str, Any], seconds: float) -> float:
    """Of the times in seconds that rows are named by the one nearest in ratio."""
    return min(map(float, rows), key=lambda time: abs(math.log(time / seconds)))


def kind_of(model: str, estimate: float) -> str:
    """The kind of a picture, "home" or "stranger", by the LPIPS (AlexNet) at which the model's
    encoder draws it: whose measured median is nearer. Models that were not measured know no home.
    """
    estimates: dict[str, float] = measured()["models"].get(model, {}).get("estimates", {})
    known = {kind: estimates[kind] for kind in ("home", "stranger") if kind in estimates}
    if len(known) < 2:
        return "stranger"
    return min(known, key=lambda kind: abs(math.log(max(estimate, 1e-6) / known[kind])))
