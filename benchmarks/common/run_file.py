"""Rows of a long measurement in a file of JSON lines: what stands in it is not run again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class RunFile:
    """Every row is written as soon as it is made, so that a killed run loses only the last.

    `path` is the file, made when the first row is; `keys` tell a row from all others.
    """

    def __init__(self, path: Path, keys: tuple[str, ...]) -> None:
        self.path, self.keys = path, keys
        self.rows: list[Row] = (
            [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        )

    def row(self, named: Row, make: Callable[[], Row]) -> Row:
        """The row that `named` tells, with what `make` measures if it is not there yet."""
        wanted = [named[key] for key in self.keys]
        for each in self.rows:
            if [each.get(key) for key in self.keys] == wanted:
                return each
        found = named | make()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps(found) + "\n")
        self.rows.append(found)
        return found
