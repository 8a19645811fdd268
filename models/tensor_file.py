"""This project's own files: .safetensors, in whose metadata a mark says what is inside and of which
version, and JSON the rest. docs/file-format.md lists all that may be in them.

    RESULT = Kind("inversion", 1, "a saved result", "Choose a result (.safetensors).")
    write(path, RESULT, tensors, {"header": header.text()})
    file = read(path, RESULT)
    header = file.header(ResultHeader)

Whoever owns a kind of file owns its `Header`. What is wrong with a file is said here, a sentence
each: missing, of another kind, of a newer version, damaged.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.errors import StudioError

STUDIO = "gan-inversion-studio"
MARK = re.compile(STUDIO + r"/([a-z]+)-([1-9]\d{0,5})")
DTYPES = (
    torch.bool, torch.uint8, torch.int32, torch.int64,
    torch.float16, torch.bfloat16, torch.float32, torch.float64,
)  # fmt: skip


class Header(BaseModel):
    """What a file says in JSON. The fields of one version are fixed: one that is missing, unknown
    or of another type is damage, and a new one needs a new version of the kind. Numbers may be
    infinite or NaN, as Python's json writes them, unless the model says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def as_dict(self) -> dict[str, Any]:
        """Its fields, ready for json.dumps; what is None is left out."""
        return self.model_dump(exclude_none=True)

    def text(self) -> str:
        """Its JSON."""
        return json.dumps(self.as_dict())


H = TypeVar("H", bound=Header)


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    name     in the mark, gan-inversion-studio/NAME-VERSION; "" for networks, whose mark is older
    version  that is written, and the newest that can be read
    noun     what a sentence calls such a file, with its article
    advice   what to do about a file that is something else, a sentence
    """

    name: str
    version: int
    noun: str
    advice: str

    @property
    def mark(self) -> str:
        return f"{STUDIO}/{self.name}-{self.version}" if self.name else STUDIO


@dataclass(frozen=True)
class TensorFile:
    """A file that was read: its tensors are copies in memory, finite, of the usual types."""

    name: str
    metadata: dict[str, str]
    tensors: dict[str, Tensor]

    def header(self, model: type[H], key: str = "header") -> H:
        """The JSON under `key`. Raises StudioError where it does not fit the model."""
        with self.assembling():
            return model.model_validate_json(self.metadata[key])

    @contextmanager
    def assembling(self) -> Iterator[None]:
        """Turns the errors of putting parts together that do not fit into a sentence."""
        try:
            yield
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "its header"
            raise self.damaged(f"{where}: {first['msg'][:100]}") from None
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise self.damaged(str(error)[:100]) from None

    def damaged(self, what: str) -> StudioError:
        reason = f" ({what})" if what else ""
        return StudioError(f"{self.name} is damaged: its parts do not fit together{reason}.")


def read(path: str | Path, kind: Kind) -> TensorFile:
    """A file of this kind, whole. Raises StudioError, in a sentence each, if there is none, if it
    is something else, cut short or of a newer version, or if a tensor is not finite."""
    with _opened(path, kind) as (file, metadata):
        # a file's tensors begin anywhere in memory, and sums are rounded by where they begin
        tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    found = TensorFile(Path(path).name, metadata, tensors)
    for name, x in tensors.items():
        if x.dtype not in DTYPES:
            raise found.damaged(f"{name} is of the type {x.dtype}")
        if x.is_floating_point() and not x.isfinite().all():
            raise found.damaged(f"{name} holds values that are not finite numbers")
    return found


def read_metadata(path: str | Path, kind: Kind) -> dict[str, str]:
    """What a file says of itself, its tensors left alone. Raises StudioError as `read` does."""
    with _opened(path, kind) as (_, metadata):
        return metadata


def is_a(path: str | Path, kind: Kind) -> bool:
    """Whether a file says of itself that it is of this kind, in whichever version."""
    try:
        with safe_open(path, "pt") as file:
            return _named((file.metadata() or {}).get("format"))[0] == kind.name
    except (OSError, SafetensorError):
        return False


def write(
    path: str | Path, kind: Kind, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> None:
    """Writes the tensors and the metadata with the kind's mark, atomically: a reader sees the old
    file or the new one, never a half. Raises StudioError if that is impossible."""
    path = Path(path)
    partial = path.with_name(f".{uuid4().hex}.partial")
    # no two may share their memory
    own = {
        name: x.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, x in tensors.items()
    }
    try:
        save_file(own, partial, {**metadata, "format": kind.mark})
        partial.replace(path)
    except (OSError, SafetensorError) as error:
        raise StudioError(
            f"{path.name} could not be written ({error}). Choose another folder, or make room."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of the file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(path: str | Path, kind: Kind) -> Iterator[tuple[Any, dict[str, str]]]:
    """The open file and its metadata, once its mark is that of the kind."""
    name = Path(path).name
    if not Path(path).is_file():
        raise StudioError(f"There is no file {path}. Check the path.")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            _check(name, metadata.get("format"), kind)
            yield file, metadata
    except (SafetensorError, OSError):
        raise StudioError(
            f"{name} is not {kind.noun} that can be read: it is cut short, or another kind of file."
            f" {kind.advice}"
        ) from None


def _check(name: str, mark: str | None, kind: Kind) -> None:
    found, version = _named(mark)
    if found != kind.name:
        raise StudioError(f"{name} holds something else than {kind.noun}. {kind.advice}")
    if version > kind.version:
        raise StudioError(
            f"{name} was written by a newer version of this studio (format {version}; this one"
            f" reads up to {kind.version}). Update the studio to open it."
        )


def _named(mark: str | None) -> tuple[str | None, int]:
    """Name and version of a mark; None for one that is not this project's."""
    if mark == STUDIO:
        return "", 1
    found = MARK.fullmatch(mark or "")
    if found is None:
        return None, 0
    return ("" if found[1] == "network" else found[1]), int(found[2])
