"""Where a row's file is on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import StudioError
from models.weights.checkpoint import Checkpoint

if TYPE_CHECKING:
    from models.weights.transfer import Progress


def local_file(row: Checkpoint, progress: Progress | None = None) -> Path:
    """The row's file: what ships with the project, or a download, which is made once.

    Raises StudioError if it is missing, or cannot be fetched.
    """
    if row.embedded is None:
        from models.weights import hub

        return hub.fetch(row, progress)
    if not row.embedded.is_file():
        raise StudioError(
            f"The file of {row.name} that ships with this project is missing ({row.embedded})."
            " Get the project again, or train it (make train)."
        )
    return row.embedded
