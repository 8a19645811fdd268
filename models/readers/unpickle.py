"""Pickles and what torch.save writes, as data: no name in a file is ever imported or called."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

from models.errors import StudioError
from models.readers.pickles.machine import run
from models.readers.pickles.torch_format import LOADERS, read_archive, read_stream
from models.readers.pickles.values import Refused
from models.readers.sentences import another, damaged, refused
from models.readers.sniff import Format, other_archive, sniff

T = TypeVar("T")
DAMAGE = (
    ValueError, TypeError, LookupError, AttributeError, RuntimeError, OverflowError, MemoryError,
    EOFError, OSError, zipfile.BadZipFile, NotImplementedError,
)  # fmt: skip


def read_pickle(file: IO[bytes], source: str) -> object:
    """The value that a pickle describes, of dict, list, tuple, set, str, bytes, numbers, None,
    Tensor, Array, Global and Opaque; `source` names the file in messages.

    Raises StudioError if it would run code, or is cut short or damaged.
    """
    return _guarded(lambda: run(file, loaders=LOADERS), source)


def read_data(path: Path) -> object:
    """The value in a pickle or in what torch.save wrote, as `read_pickle`. Raises StudioError, too,
    for a file of another kind."""
    source, form = path.name, sniff(path)
    if form is Format.TORCH_ZIP:
        if (other := _guarded(lambda: other_archive(path), source)) is not None:
            raise another(source, *other)
        return _guarded(lambda: read_archive(path), source)
    if form is Format.TORCH_LEGACY:
        with path.open("rb") as file:
            return _guarded(lambda: read_stream(file, path.stat().st_size), source)
    if form is Format.PICKLE:
        with path.open("rb") as file:
            return read_pickle(file, source)
    raise StudioError(f"{source} is neither a pickle nor what torch saves. Choose another file.")


def _guarded(read: Callable[[], T], source: str) -> T:
    try:
        return read()
    except Refused as refusal:
        raise refused(source, str(refusal)) from None
    except DAMAGE as error:
        raise damaged(source, error) from error
