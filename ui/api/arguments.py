"""What programs may send to the endpoints: each argument's type and range, written once. What does
not fit is a sentence; docs/endpoints.md has the table."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from models.errors import StudioError
from ui.project.settings import MOST_SEEDS

FARTHEST = 2**62  # of a number of a seed
STRONGEST = 100
LONGEST = 1000  # letters of a text


@dataclass(frozen=True)
class Argument:
    """One argument: its type in words, how it is read, and what is said where it is another."""

    kind: str
    read: Callable[[Any], Any]
    wanted: str


def whole(low: int, high: int, word: str = "") -> Argument:
    """A whole number; as text or as a float it is one, too."""

    def read(value: Any) -> int:
        if isinstance(value, bool):
            raise ValueError
        number = int(value) if isinstance(value, str) else value
        if number != (exact := int(number)) or not low <= exact <= high:
            raise ValueError
        return exact

    return Argument(
        "whole number", read, f"must be a whole number {word or f'from {low} to {high}'}"
    )


def number(low: float, high: float) -> Argument:
    """A number; as text it is one, too."""

    def read(value: Any) -> float:
        found = math.nan if isinstance(value, bool) else float(value)
        if not low <= found <= high:
            raise ValueError
        return found

    return Argument("number", read, f"must be a number from {low:g} to {high:g}")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError
    if len(str(value)) > LONGEST:
        raise ValueError
    exact = isinstance(value, float) and value.is_integer()
    return str(int(value) if exact else value).strip()


def _switch(value: Any) -> bool:
    words = {"true": True, "false": False, "1": True, "0": False}
    if isinstance(value, bool):
        return value
    return words[str(value).casefold()]


def _settings(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError
    return value


def _file(value: Any) -> Path:
    # a bare path is none: whoever sends it may not read what lies on the server
    path = value["path"] if isinstance(value, dict) else value.path
    if not isinstance(path, str) or not path:
        raise ValueError
    return Path(path)


def _perhaps(value: Any) -> Path | None:
    return None if value is None else _file(value)


FILE = Argument("file", _file, "must be a file, sent as gradio_client's handle_file(path) does")
MAYBE = Argument("file or nothing", _perhaps, FILE.wanted + ", or nothing")
TEXT = Argument("text", _text, "must be text")
SWITCH = Argument("true or false", _switch, "must be true or false")
SEED = whole(-FARTHEST, FARTHEST, "of less than 63 bits")

ARGUMENTS: dict[str, Argument] = {
    "image": FILE,
    "result": FILE,
    "mask": MAYBE,
    "kernel": MAYBE,
    "model": TEXT,
    "method": TEXT,
    "methods": TEXT,
    "effort": TEXT,
    "equal": TEXT,
    "budget": number(0, 2000),
    "encoder": TEXT,
    "label": Argument("text or number", _text, "must be the name or the number of a class"),
    "seeds": whole(1, MOST_SEEDS),
    "seed": SEED,
    "task": TEXT,
    "task_settings": Argument("object", _settings, "must be values by name, or nothing"),
    "task_seed": SEED,
    "degraded": SWITCH,
    "direction": TEXT,
    "hold": TEXT,
    "strength": number(-STRONGEST, STRONGEST),
    "truncation": number(-10, 10),
    "first": whole(0, 999),
    "last": whole(-1, 999),
    "rank": whole(0, 999),
    "keep": SWITCH,
}


def checked(**values: Any) -> Any:
    """The arguments by name, each of its type. Raises StudioError, a sentence, for one that is
    not.

    >>> checked(seeds="2", label=3).seeds, checked(label=3).label
    (2, '3')
    >>> checked(seeds=0)
    Traceback (most recent call last):
    models.errors.StudioError: seeds must be a whole number from 1 to 18; it is 0.
    """
    found = {}
    for name, value in values.items():
        argument = ARGUMENTS[name]
        try:
            found[name] = argument.read(value)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            said = "missing" if value is None else f"{value!r:.60}"
            raise StudioError(f"{name} {argument.wanted}; it is {said}.") from None
    return SimpleNamespace(**found)


def table() -> str:
    """The table of docs/endpoints.md."""
    rows = [f"| `{name}` | {row.kind} | {name} {row.wanted} |" for name, row in ARGUMENTS.items()]
    return "\n".join(
        ["| argument | type | what is said where it does not fit |", "|---|---|---|", *rows]
    )
