"""Where visitors' files lie: in one folder that only the page can read and that goes with it."""

from __future__ import annotations

import shutil
import signal
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = "gan-inversion-"
LOCK = "held"  # by the process whose folder it is, for as long as it lives
_kept: list[object] = []


def use_private_tempdir() -> None:
    """Gives this process a folder of its own for all temporary files, the libraries' too.

    Nobody else on the machine can read it. It goes when the process ends, by itself, by Ctrl+C or
    by SIGTERM; one whose process was killed goes when the next page begins. To be called before
    the page is built, which asks where its files go.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with suppress(Timeout, OSError), FileLock(left, timeout=0):
            shutil.rmtree(left.parent, ignore_errors=True)
    home = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
    lock = FileLock(Path(home.name) / LOCK, timeout=0)
    lock.acquire()
    _kept.extend((lock, home))
    tempfile.tempdir = home.name
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@dataclass
class Folder:
    """What belongs to one visitor and has files."""

    _folder: Path | None = field(default=None, kw_only=True)

    @property
    def folder(self) -> Path:
        """Where this visitor's files are kept."""
        if self._folder is None or not self._folder.is_dir():
            self._folder = Path(tempfile.mkdtemp())
        return self._folder

    def close(self) -> None:
        """Deletes the files."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
