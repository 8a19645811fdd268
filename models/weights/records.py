"""What this machine remembers of each first download: the commit, and the sha256 to hold it to."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from huggingface_hub.utils import WeakFileLock

from models.errors import StudioError
from models.weights.checkpoint import Checkpoint


@dataclass(frozen=True)
class Record:
    """One file at its first download: revision asked for, commit it meant, sha256, bytes, day."""

    revision: str
    commit: str
    sha256: str
    size: int
    date: str


@dataclass(frozen=True)
class Records:
    """A small JSON file of records, keyed by repository and file. It is a memory, never a gate: one
    that cannot be read counts as empty, and where none can be written, none is kept."""

    path: Path

    def get(self, row: Checkpoint) -> Record | None:
        """The record of the row's file at the row's revision, if there is one."""
        entry = self._read().get(_key(row))
        return entry if entry is not None and entry.revision == row.revision else None

    def put(self, row: Checkpoint, record: Record) -> None:
        """Keeps a record, where that is possible."""
        with suppress(OSError), self._changing() as entries:
            entries[_key(row)] = record

    def forget(self, row: Checkpoint) -> None:
        """Trust the row's next download as if it were the first. Raises StudioError where the
        record cannot be changed."""
        try:
            with self._changing() as entries:
                entries.pop(_key(row), None)
        except OSError as error:
            raise StudioError(
                f"The record of downloads {self.path} cannot be written ({error.strerror})."
                " Make its folder writable, or set HF_HOME to one that is."
            ) from error

    def _read(self) -> dict[str, Record]:
        try:
            text = self.path.read_text(encoding="utf-8")
            return {key: Record(**entry) for key, entry in json.loads(text).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Record]]:
        """The entries, written back whole when the block ends, with the mode that the umask gives;
        others wait for their turn."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with WeakFileLock(self.path.with_suffix(".lock")):
            entries = self._read()
            yield entries
            text = json.dumps({key: asdict(entry) for key, entry in entries.items()}, indent=2)
            partial = self.path.with_name(f".{uuid4().hex}.partial")
            try:
                partial.write_text(text + "\n", encoding="utf-8")
                os.replace(partial, self.path)
            finally:
                partial.unlink(missing_ok=True)


def _key(row: Checkpoint) -> str:
    return f"{row.repository}/{row.file}"
