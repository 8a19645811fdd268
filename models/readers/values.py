"""What a pickle may describe here: each allowed name stands for a builder of data in this file.

The names are those of NVIDIA's network pickles. None of them is imported, and what a builder is
given is checked as a stranger's: a file can call it with anything.
"""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.readers.sentences import torch_refusal
from models.readers.sniff import TORCH_MAGIC


class Refused(Exception):
    """What the file asks for and may not have, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Persistent:
    """An object of NVIDIA's `torch_utils.persistence`: its class's name and its state, as data."""

    name: str
    state: dict[str, Any]


@dataclass(slots=True)
class Dtype:
    """A numpy type: kind and width, and the byte order that the file sets afterwards."""

    code: str
    order: str = "<"


@dataclass(slots=True)
class Array:
    """A numpy array whose shape, type and bytes the file sets after it has named it."""

    shape: tuple[int, ...] = ()
    dtype: Dtype | None = None
    data: bytes = b""
    fortran: bool = False

    def build(self, state: object) -> None:
        """Takes numpy's state of an array. Raises Refused for one of anything but numbers."""
        match state:
            case (int(), tuple(shape), Dtype() as dtype, bool(fortran), bytes(data)):
                pass
            case _:
                raise Refused("it holds an array of something else than numbers")
        if any(type(k) is not int or k < 0 for k in shape):
            raise ValueError("an array whose shape is not of whole numbers")
        if math.prod(shape) * int(dtype.code[1:]) != len(data):
            raise ValueError("an array that is not as large as its data")
        self.shape, self.dtype, self.fortran, self.data = shape, dtype, fortran, data

    def numpy(self) -> np.ndarray:
        """The array, its own copy, in the machine's byte order."""
        assert self.dtype is not None, "an array has a type once it is built"
        flat = np.frombuffer(self.data, self.dtype.order + self.dtype.code)
        array = flat.reshape(self.shape, order="F" if self.fortran else "C")
        return np.array(array, dtype=self.dtype.code, order="C")


def _array(kind: object, shape: object, code: object) -> Array:
    if not isinstance(kind, Global) or kind.name != "numpy ndarray":
        raise Refused("it makes an array of a kind that is none of numpy's")
    return Array()


def _ndarray(*_: object) -> object:
    raise Refused("it calls numpy.ndarray")


def _dtype(code: object, align: object = False, copy: object = False) -> Dtype:
    if code not in ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"):
        raise Refused(f"it holds a numpy value that is no plain number ({code!s:.20})")
    return Dtype(str(code))


def _scalar(dtype: Dtype, data: bytes) -> float:
    (value,) = np.frombuffer(data, dtype.order + dtype.code)
    return float(value)


def _persistent(meta: object) -> Persistent:
    match meta:
        case {"type": "class", "class_name": str(name), "state": dict(state)}:
            return Persistent(name, state)
    raise ValueError("a persistent object without a class name and a state")


def _storage(data: object) -> Tensor:
    """The numbers of a storage that torch saved inside the pickle, as a flat tensor."""
    if not isinstance(data, bytes) or not data.startswith(TORCH_MAGIC, 2):
        raise Refused("a tensor's data is not what torch saves")
    try:
        storage = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        raise Refused(f"inside a tensor's data, {torch_refusal(error)}") from None
    except Exception as error:  # torch fails on damaged bytes in many ways; all mean the same
        raise ValueError("a tensor's data cannot be read") from error
    if not isinstance(storage, torch.storage.TypedStorage):
        raise Refused(f"a tensor's data is of the type {type(storage).__name__}")
    # its public accessors warn that TypedStorage is deprecated
    return torch.empty(0, dtype=storage.dtype).set_(storage._untyped_storage)


def _tensor(
    flat: Tensor,
    offset: int,
    size: tuple[int, ...],
    stride: tuple[int, ...],
    requires_grad: object,
    hooks: object,
    metadata: object = None,
) -> Tensor:
    """A view of a storage, of at most its elements (torch itself would let it grow)."""
    if any(type(k) is not int or k < 0 for k in (offset, *size, *stride)):
        raise ValueError("a tensor whose shape is not of whole numbers")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if last >= len(flat) or math.prod(size) > len(flat):
        raise ValueError("a tensor that is larger than its data")
    return flat.as_strided(size, stride, offset)


def _parameter(tensor: Tensor, requires_grad: object, hooks: object) -> Tensor:
    return tensor


def _empty() -> dict[object, object]:
    return {}


def _set(items: list[object]) -> set[object]:
    return {checked_key(item) for item in items}


def checked_key(key: object) -> object:
    """A dictionary's key or a set's member; hashing a deep tuple would overflow the C stack."""
    if key is not None and not isinstance(key, str | int | float):
        raise ValueError(f"a dictionary's key of the type {type(key).__name__}")
    return key


GLOBALS: dict[str, Callable[..., object]] = {
    "torch_utils.persistence _reconstruct_persistent_obj": _persistent,
    "dnnlib.util EasyDict": _empty,
    "collections OrderedDict": _empty,
    "builtins set": _set,
    "torch._utils _rebuild_tensor_v2": _tensor,
    "torch._utils _rebuild_parameter": _parameter,
    "torch.storage _load_from_bytes": _storage,
    "numpy dtype": _dtype,
    "numpy ndarray": _ndarray,
    "numpy.core.multiarray _reconstruct": _array,
    "numpy._core.multiarray _reconstruct": _array,
    "numpy.core.multiarray scalar": _scalar,
    "numpy._core.multiarray scalar": _scalar,
}


@dataclass(frozen=True, slots=True)
class Global:
    """A name in the file. Frozen, so that no BUILD can change what it stands for."""

    name: str

    def call(self, args: object) -> object:
        if not isinstance(args, tuple):
            raise ValueError("a call without a tuple of arguments")
        return GLOBALS[self.name](*args)


def named(name: object) -> Global:
    """The allowed global "module name". Raises Refused for any other."""
    if name not in GLOBALS:
        raise Refused(f"it asks for {str(name).replace(' ', '.'):.100}")
    return Global(str(name))
