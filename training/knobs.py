"""A knob of a training, written once as a field of a frozen dataclass; its flag derives from it.

Not a knob of `inversion.knobs`, which has a name of several parts, a range and a place on the page:
training stands beside inversion and imports nothing of it.
"""

import argparse
from dataclasses import Field, field
from typing import Any


def knob(default: Any, help: str, least: int | None = None) -> Any:
    return field(default=default, metadata={"help": help, "least": least})


def add_flag(parser: argparse.ArgumentParser, f: "Field[Any]") -> None:
    text = f.metadata["help"]
    if isinstance(f.default, bool):
        parser.add_argument(
            flag(f.name), action=argparse.BooleanOptionalAction, default=f.default, help=text
        )
    else:
        text += f" (default {f.default})"
        parser.add_argument(flag(f.name), type=type(f.default), default=f.default, help=text)


def flag(name: str) -> str:
    return "--" + name.replace("_", "-")
