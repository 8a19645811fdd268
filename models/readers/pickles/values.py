"""What a pickle may describe here: each known name stands for a builder of data in this file.

None of the names is imported, and what a builder is given is checked as a stranger's: a file can
call it with anything. A name that is not known makes an `Opaque`, which keeps what the file says of
it and is nothing but that.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.readers.pickles.policy import would_run

DTYPES = {f"torch {name}": getattr(torch, name) for name in ("float16", "float32", "float64")}
MAX_EXPANDED = 2**22  # elements of a tensor that repeats the same numbers


class Refused(Exception):
    """What the file asks for and may not have, as the end of a sentence."""


@dataclass(eq=False, slots=True)
class Opaque:
    """A value of a foreign class or function, as data: its name, and what the file says of it.

    name    "module attribute", or the class's name for NVIDIA's persistent objects
    state   what the file sets: a module's parameters, buffers and modules, for example
    items   what it puts in, if it is a kind of dictionary
    """

    name: str
    state: object = None
    items: dict[object, object] = field(default_factory=dict)

    @property
    def attributes(self) -> dict[object, object]:
        """The state by name; empty where there is none."""
        state = self.state
        if isinstance(state, tuple) and len(state) == 2:  # slots beside the dictionary
            return {k: v for part in state if isinstance(part, dict) for k, v in part.items()}
        return state if isinstance(state, dict) else {}


@dataclass(eq=False, slots=True)
class Dtype:
    """A numpy type: kind and width, and the byte order that the file sets afterwards."""

    code: str
    order: str = "<"


@dataclass(eq=False, slots=True)
class Array:
    """A numpy array whose shape, type and bytes the file sets after it has named it; one of other
    things than numbers stays without a type."""

    shape: tuple[int, ...] = ()
    dtype: Dtype | None = None
    data: bytes = b""
    fortran: bool = False

    def build(self, state: object) -> None:
        """Takes numpy's state of an array."""
        match state:
            case (int(), tuple(shape), Dtype() as dtype, bool() | int() as fortran, data):
                self.fill(shape, dtype, bool(fortran), data)

    def fill(self, shape: tuple[Any, ...], dtype: Dtype, fortran: bool, data: object) -> None:
        """Raises ValueError for an array that is not as large as its data."""
        if isinstance(data, str):  # Python 2's bytes
            data = data.encode("latin-1")
        if not isinstance(data, bytes) or any(type(k) is not int or k < 0 for k in shape):
            raise ValueError("an array without whole numbers for a shape, or without data")
        if math.prod(shape) * int(dtype.code[1:]) != len(data):
            raise ValueError("an array that is not as large as its data")
        self.shape, self.dtype, self.fortran, self.data = shape, dtype, fortran, data

    def numpy(self) -> NDArray[Any]:
        """The array, its own copy, in the machine's byte order. Raises TypeError if it is not of
        numbers."""
        if self.dtype is None:
            raise TypeError("an array of something else than numbers")
        flat = np.frombuffer(self.data, self.dtype.order + self.dtype.code)
        array = flat.reshape(self.shape, order="F" if self.fortran else "C")
        return np.array(array, dtype=self.dtype.code, order="C")


def _array(kind: object, shape: object, code: object) -> object:
    plain = isinstance(kind, Global) and kind.name == "numpy ndarray"
    return Array() if plain else Opaque("numpy.ndarray of another kind")


def _from_buffer(data: object, dtype: object, shape: object, order: object = "C") -> object:
    """How numpy 1.16 and later write arrays by protocol 5."""
    array = Array()
    if isinstance(dtype, Dtype) and isinstance(shape, tuple):
        array.fill(shape, dtype, order == "F", data)
    return array


def _dtype(code: object, align: object = False, copy: object = False) -> object:
    if code not in ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"):
        return Opaque("numpy dtype")
    return Dtype(str(code))


def _scalar(dtype: object, data: object = b"") -> object:
    if not isinstance(dtype, Dtype):
        return Opaque("numpy scalar")
    raw = data.encode("latin-1") if isinstance(data, str) else data
    if not isinstance(raw, bytes):
        raise ValueError("a numpy number without its bytes")
    (value,) = np.frombuffer(raw, dtype.order + dtype.code)
    return float(value) if dtype.code[0] == "f" else int(value)


def _encoded(text: object, encoding: object = "latin1") -> object:
    """How protocol 2 writes bytes."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1", "utf-8", "ascii"):
        return Opaque("_codecs encode")
    return text.encode(str(encoding))


def _persistent(meta: object) -> Opaque:
    match meta:
        case {"type": "class", "class_name": str(name), "state": dict(state)}:
            return Opaque(name, state)
    raise ValueError("a persistent object without a class name and a state")


def _tensor(
    flat: object,
    offset: int,
    size: tuple[int, ...],
    stride: tuple[int, ...],
    *_: object,
) -> object:
    """A view of a storage, of at most its elements (torch itself would let it grow)."""
    if not isinstance(flat, Tensor):
        return Opaque("torch tensor of a foreign storage")
    if any(type(k) is not int or k < 0 for k in (offset, *size, *stride)):
        raise ValueError("a tensor whose shape is not of whole numbers")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if last >= len(flat) or math.prod(size) > max(len(flat), MAX_EXPANDED):
        if math.prod(size) or offset > len(flat):
            raise ValueError("a tensor that is larger than its data")
        return flat[:0].reshape(size)
    return flat.as_strided(size, stride, flat.storage_offset() + offset)


def _first(value: object, *_: object) -> object:
    """A tensor that is wrapped as a parameter."""
    return value


def _from_numpy(data: object, dtype: object, *_: object) -> object:
    """How tensors of devices other than CPU and CUDA are written."""
    match data, dtype:
        case Array(), Global(name=name) if data.dtype is not None:
            kind = DTYPES.get(name)
            return (
                Opaque("torch tensor") if kind is None else torch.from_numpy(data.numpy()).to(kind)
            )
    return Opaque("torch tensor")


def _typed(function: object, kind: object, args: object, state: object) -> object:
    """A tensor of a subclass, or with attributes, which are left."""
    return function.call(args) if isinstance(function, Global) else Opaque("torch tensor")


def _empty(*_: object) -> dict[object, object]:
    return {}


def _ordered(pairs: object = (), *_: object) -> dict[object, object]:
    found: dict[object, object] = {}
    for pair in pairs if isinstance(pairs, list | tuple) else ():
        if isinstance(pair, list | tuple) and len(pair) == 2:
            found[checked_key(pair[0])] = pair[1]
    return found


def _set(items: object = ()) -> set[object]:
    return {checked_key(item) for item in items} if isinstance(items, list | tuple) else set()


def checked_key(key: object) -> object:
    """A dictionary's key or a set's member. One of another kind than text or number is replaced:
    hashing a deep tuple would overflow the C stack."""
    return key if key is None or isinstance(key, str | int | float) else Opaque("key")


GLOBALS: dict[str, Callable[..., object]] = {
    "torch_utils.persistence _reconstruct_persistent_obj": _persistent,
    "dnnlib.util EasyDict": _empty,
    "dnnlib EasyDict": _empty,
    "collections OrderedDict": _ordered,
    "collections defaultdict": _empty,
    "builtins set": _set,
    "__builtin__ set": _set,
    "_codecs encode": _encoded,
    "torch._utils _rebuild_tensor": _tensor,
    "torch._utils _rebuild_tensor_v2": _tensor,
    "torch._utils _rebuild_parameter": _first,
    "torch._utils _rebuild_parameter_with_state": _first,
    "torch._utils _rebuild_device_tensor_from_numpy": _from_numpy,
    "torch._tensor _rebuild_from_type_v2": _typed,
    "numpy dtype": _dtype,
    "numpy.core.multiarray _reconstruct": _array,
    "numpy._core.multiarray _reconstruct": _array,
    "numpy.core.numeric _frombuffer": _from_buffer,
    "numpy._core.numeric _frombuffer": _from_buffer,
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
        builder = GLOBALS.get(self.name)
        return Opaque(self.name) if builder is None else builder(*args)


def named(name: object) -> Global:
    """The global "module attribute". Raises Refused for one that would run code."""
    text = str(name)
    if would_run(text):
        raise Refused(f"it asks for {text.replace(' ', '.'):.100}")
    return Global(text)
