"""What is kept of a race: a table, its curves, a sheet, and every cell's result files."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inversion.comparison.sheet import sheet
from inversion.comparison.standing import TERMS, Standing
from inversion.pictures.images import Crop, png
from inversion.result_files import AnswerFiles

ABOUT = ("rank", "method", "model", "state", "seconds", "pictures", "steps")


def rows(standing: Standing, by: str | None = None) -> list[dict[str, Any]]:
    """One row a cell, best first by a metric: how it ended, what it used, how near it came."""
    return [
        {
            "rank": rank,
            "method": (cell := standing.cells[i]).name,
            "model": cell.model,
            "state": cell.state,
            "seconds": round(cell.seconds, 3),
            "pictures": cell.pictures,
            "steps": cell.step,
            **cell.metrics,
            "sentence": cell.sentence,
        }
        for rank, i in enumerate(standing.ranking(by), 1)
    ]


def metrics(standing: Standing) -> list[str]:
    """The names of all that was measured of any cell, what it is ranked by first."""
    names = {name: None for cell in standing.cells for name in cell.metrics}
    first = [standing.nearest_by] if standing.nearest_by in names else []
    return [*first, *(name for name in names if name not in first)]


def terms(standing: Standing) -> str:
    """The terms in words.

    >>> import numpy as np
    >>> terms(Standing((), "pictures", 50.0, "PSNR", np.zeros((1, 1, 3), np.uint8), None))
    'equal pictures drawn: 50 each'
    """
    unit = " s" if standing.equal == "seconds" else ""
    return f"{TERMS[standing.equal]}: {standing.budget:g}{unit} each"


@dataclass(frozen=True, eq=False)
class Report:
    """The files of a race that is over; each is written when it is asked for, its path returned.

    folder  where they are written; made if need be
    by      the metric by which the table is ranked, `standing.nearest_by` when None
    crop    how the picture was cut out, noted among each result's settings
    """

    standing: Standing
    folder: Path
    by: str | None = None
    crop: Crop | None = None

    def sheet(self) -> Path:
        """Target and every cell with its numbers, 1920 × 1080 pixels, for a slide (PNG)."""
        return self._written("sheet.png", png(sheet(self.standing, terms(self.standing), self.by)))

    def table(self) -> Path:
        """One row a cell (CSV)."""
        stream = io.StringIO()
        fields = [*ABOUT, *metrics(self.standing), "sentence"]
        writer = csv.DictWriter(stream, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(self.standing, self.by))
        return self._written("comparison.csv", stream.getvalue().encode())

    def about(self) -> Path:
        """Terms, table and curves (JSON); what is no finite number is null."""
        curves = [
            {"method": cell.name, "points": [asdict(point) for point in cell.curve]}
            for cell in self.standing.cells
        ]
        about = {
            "terms": {"equal": self.standing.equal, "budget": self.standing.budget},
            "ranked by": self.by or self.standing.nearest_by,
            "cells": rows(self.standing, self.by),
            "curves": curves,
        }
        text = json.dumps(finite(about), indent=2, ensure_ascii=False, allow_nan=False)
        return self._written("comparison.json", f"{text}\n".encode())

    def answers(self) -> list[Path]:
        """A folder for each cell that has an answer, with the files of its result."""
        folders = []
        for rank, i in enumerate(self.standing.ranking(self.by), 1):
            cell = self.standing.cells[i]
            if (drawn := cell.answer()) is not None:
                folder = self.folder / f"{rank}-{slug(cell.name)}"
                AnswerFiles(drawn.result, drawn.pictures, folder, self.crop).all()
                folders.append(folder)
        return folders

    def all(self) -> list[Path]:
        """Every one of them."""
        return [self.sheet(), self.table(), self.about(), *self.answers()]

    def packed(self) -> Path:
        """All of them in one file (ZIP)."""
        files = [
            file for each in self.all() for file in (each.rglob("*") if each.is_dir() else [each])
        ]
        path = self.folder / "comparison.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
            for file in sorted(files):
                pack.write(file, file.relative_to(self.folder))
        return path

    def _written(self, name: str, data: bytes) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_bytes(data)
        return path


def slug(name: str) -> str:
    """A name as part of a file's.

    >>> slug("(w+, s, b)")
    'w+-s-b'
    """
    return re.sub(r"[^\w+]+", "-", name).strip("-")


def finite(x: Any) -> Any:
    """The same, with None for each number that is not finite."""
    if isinstance(x, dict):
        return {name: finite(value) for name, value in x.items()}
    if isinstance(x, list | tuple):
        return [finite(value) for value in x]
    return None if isinstance(x, float) and not math.isfinite(x) else x
