"""Files of arrays that others wrote: .npy, .npz and torch's, told apart by content; data alone."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy._core import multiarray
from torch import Tensor

from models.errors import StudioError
from models.readers.sniff import HEAD, impostor

MAX_BYTES = 2 << 30  # of what a file unpacks to
NPY, ZIP = b"\x93NUMPY", b"PK\x03\x04"
NUMBERS = "buif"  # kinds of numpy's types that are numbers
# What torch saves numpy's arrays and numbers by; none of it runs anything.
PLAIN: list[Any] = [
    multiarray._reconstruct, multiarray.scalar, np.ndarray, np.dtype,
    *(type(np.dtype(code)) for code in ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u1", "b1", "O")),
]  # fmt: skip


def read_values(path: str | Path) -> Any:
    """What a file holds: tensors in dicts and lists, as they stand in it; an .npz is a dict.

    No code in it is run. Raises StudioError if there is no such file, it is of another kind or cut
    short, holds more than data, or unpacks to more than 2 GB.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        if what := impostor(head):
            raise StudioError(f"{path.name} holds no arrays: it is {what}")
        if path.stat().st_size > MAX_BYTES:
            raise StudioError(f"{path.name} is larger than 2 GB, which no file of latents is.")
        if head.startswith(NPY):
            return _tensors(_npy(path))
        if head.startswith(ZIP):
            return _tensors(_zip(path))
        return _tensors(torch.load(path, map_location="cpu", weights_only=True))
    except FileNotFoundError:
        raise StudioError(f"There is no file {path}. Check the path.") from None
    except IsADirectoryError:
        raise StudioError(f"{path} is a folder; name a file in it.") from None
    except pickle.UnpicklingError as error:
        raise StudioError(
            f"{path.name} was refused: {_asked(error)}. Arrays need no such thing, and nothing in"
            " it was run. Save the array alone, for example with numpy.save."
        ) from None
    except StudioError:
        raise
    except Exception as error:  # damage shows in as many ways as there are formats
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
        raise StudioError(
            f"{path.name} holds no arrays that can be read ({reason}). Files of latents and"
            " directions are .npy, .npz and .pt, and this studio's own .safetensors."
        ) from None


def _npy(path: Path) -> Any:
    """The array of a .npy file; a dict or list that numpy pickled into one is read as data."""
    with path.open("rb") as file:
        major, _ = np.lib.format.read_magic(file)
        reader = (
            np.lib.format.read_array_header_1_0
            if major == 1
            else np.lib.format.read_array_header_2_0
        )
        _, _, dtype = reader(file)
        if dtype != np.dtype("O"):
            return np.load(path, allow_pickle=False)
        return Plain(io.BytesIO(file.read())).load()


def _zip(path: Path) -> Any:
    """An .npz, or what torch saves."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
            raise StudioError(f"{path.name} unpacks to more than 2 GB. It was left as it is.")
    if all(name.endswith(".npy") for name in names):
        with np.load(path, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    with torch.serialization.safe_globals(PLAIN):
        return torch.load(path, map_location="cpu", weights_only=True)


class _Type:
    """A numpy type as a file names it."""

    def __init__(self, code: object = "", *_: object) -> None:
        if not isinstance(code, str) or code.lstrip("<>=|")[:1] not in {*NUMBERS, "O"}:
            raise pickle.UnpicklingError(f"it holds values of the type {code!s:.20}")
        self.code, self.order = code.lstrip("<>=|"), "<"

    def __setstate__(self, state: Any) -> None:
        self.order = state[1] if state[1] in "<>|=" else "<"


class _Array:
    """A numpy array as a file describes it: numbers, or a list of objects."""

    value: Any = None

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, fortran, data = state
        if kind.code.startswith("O"):
            self.value = list(data) if shape else data[0]
            return
        flat = np.frombuffer(data, kind.order + kind.code)
        self.value = flat.reshape(shape, order="F" if fortran else "C").copy()


def _array(*_: object) -> _Array:
    return _Array()


def _scalar(kind: _Type, data: bytes) -> float:
    return float(np.frombuffer(data, kind.order + kind.code)[0])


# Opcodes that no array needs: allocated by a length that is only claimed, or looked up elsewhere.
UNUSED = b"".join(
    (pickle.BYTEARRAY8, pickle.NEXT_BUFFER, pickle.READONLY_BUFFER, pickle.EXT1, pickle.EXT2,
     pickle.EXT4, pickle.PERSID, pickle.BINPERSID, pickle.INST, pickle.OBJ)
)  # fmt: skip


class Plain(pickle._Unpickler):
    """Builds containers, numbers, text and arrays. Every name in the file stands for one of the
    classes above or is refused: none is imported. It is the unpickler that is written in Python,
    whose memory is bounded by the file: the other makes room for any index that a file names."""

    dispatch = {k: v for k, v in pickle._Unpickler.dispatch.items() if k not in UNUSED}

    NAMES: dict[tuple[str, str], Any] = {
        ("numpy", "ndarray"): _Array,
        ("numpy", "dtype"): _Type,
        **{(f"numpy.{core}.multiarray", "_reconstruct"): _array for core in ("core", "_core")},
        **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.NAMES:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}"[:120])
        return self.NAMES[module, name]


def _tensors(value: Any, depth: int = 0) -> Any:
    """The same with every array a tensor; what is no data any more is left out."""
    if depth > 8:
        raise ValueError("it is nested too deeply")
    if isinstance(value, _Array):
        value = value.value
    if isinstance(value, np.ndarray):
        if value.dtype == np.dtype("O"):
            return _tensors(value.tolist(), depth + 1)
        if value.dtype.kind not in NUMBERS:
            return None
        return torch.from_numpy(value.astype(value.dtype.newbyteorder("="), copy=True))
    if isinstance(value, dict):
        return {str(key): _tensors(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_tensors(each, depth + 1) for each in value]
    return value.detach() if isinstance(value, Tensor) else value


def _asked(error: BaseException) -> str:
    """What a file asked for, out of torch's long advice."""
    text = str(error)
    if "GLOBAL " in text:
        return f"it asks for {text.split('GLOBAL ')[1].split()[0][:80]}"
    return (text.split("WeightsUnpickler error: ")[-1].strip().splitlines() or ["it is damaged"])[0]
