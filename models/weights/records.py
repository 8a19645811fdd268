"""What this machine remembers of each first download: the commit, and the sha256 to hold it to."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

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
    """A small JSON file of records, keyed by repository and file.

    Raises StudioError if the file cannot be read, understood or written.
    """

    path: Path

    def get(self, row: Checkpoint) -> Record | None:
        """The record of the row's file at the row's revision, if there is one."""
        entry = self._read().get(_key(row))
        return entry if entry is not None and entry.revision == row.revision else None

    def put(self, row: Checkpoint, record: Record) -> None:
        with self._changing() as entries:
            entries[_key(row)] = record

    def forget(self, row: Checkpoint) -> None:
        """Trust the row's next download as if it were the first."""
        with self._changing() as entries:
            entries.pop(_key(row), None)

    def _read(self) -> dict[str, Record]:
        try:
            text = self.path.read_text(encoding="utf-8")
            return {key: Record(**entry) for key, entry in json.loads(text).items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError) as error:
            raise StudioError(
                f"The record of downloads {self.path} is damaged. Delete it; what is downloaded"
                " next is then recorded anew."
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Record]]:
        """The entries, written back whole when the block ends; others wait for their turn."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with WeakFileLock(self.path.with_suffix(".lock")):
                entries = self._read()
                yield entries
                text = json.dumps({key: asdict(entry) for key, entry in entries.items()}, indent=2)
                with tempfile.NamedTemporaryFile(
                    "w", dir=self.path.parent, encoding="utf-8", delete=False
                ) as file:
                    file.write(text + "\n")
                os.replace(file.name, self.path)
        except OSError as error:
            raise StudioError(
                f"The record of downloads {self.path} cannot be written ({error.strerror})."
                " Make its folder writable, or set HF_HOME to one that is."
            ) from error


def _key(row: Checkpoint) -> str:
    return f"{row.repository}/{row.file}"
