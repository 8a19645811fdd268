"""Reads NVIDIA's pickles without unpickling: no name in the file is ever imported or called.

A pickle is a program for a stack machine, and NVIDIA's files ask that machine to run Python source
that they carry. The machine here is smaller. Over the opcode parser of the standard library's
`pickletools` it builds numbers, strings, containers and tensors, and keeps the recorded state of a
persistent object as data. Everything else is refused by name: any other global, any other opcode,
a call or a state for anything but the values below.
"""

import io
import math
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from pickle import UnpicklingError
from typing import IO, Any

import numpy as np
import torch
from torch import Tensor

from models.readers.sentences import damaged, refused, torch_refusal
from models.readers.sniff import TORCH_MAGIC

DAMAGE = (
    ValueError, TypeError, LookupError, AttributeError, RuntimeError, OverflowError, MemoryError
)  # fmt: skip
MAX_OPCODES = 2_000_000  # each costs memory; networks of this kind have some tens of thousands


class Refused(Exception):
    """What the file asks for and may not have, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Persistent:
    """An object of NVIDIA's `torch_utils.persistence`: its class's name and its state, as data."""

    name: str
    state: dict[str, Any]


def read_pickle(file: IO[bytes], source: str) -> object:
    """The value that a pickle describes, of dict, list, tuple, set, str, bytes, numbers, None,
    Tensor and Persistent; `source` names the file in messages.

    Raises StudioError if it asks for more than that, or is cut short or damaged.
    """
    try:
        return _run(file)
    except Refused as refusal:
        raise refused(source, str(refusal)) from None
    except DAMAGE as error:
        raise damaged(source, error) from error


# The values -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Dtype:
    code: str
    order: str = "<"


def _dtype(code: object, align: object = False, copy: object = False) -> _Dtype:
    if code not in ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"):
        raise Refused(f"it holds a numpy value that is no plain number ({code!s:.20})")
    return _Dtype(str(code))


def _scalar(dtype: _Dtype, data: bytes) -> float:
    (value,) = np.frombuffer(data, dtype.order + dtype.code)
    return value.item()


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
    return {_key(item) for item in items}


def _key(key: object) -> object:
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
    "numpy.core.multiarray scalar": _scalar,
    "numpy._core.multiarray scalar": _scalar,
}


@dataclass(frozen=True, slots=True)
class _Global:
    """A name in the file. Frozen, so that no BUILD can change what it stands for."""

    name: str

    def call(self, args: object) -> object:
        if not isinstance(args, tuple):
            raise ValueError("a call without a tuple of arguments")
        return GLOBALS[self.name](*args)


def _named(name: object) -> _Global:
    if name not in GLOBALS:
        raise Refused(f"it asks for {str(name).replace(' ', '.'):.100}")
    return _Global(str(name))


# The machine ------------------------------------------------------------------------------------

LITERALS = {
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT",
    "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8",
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
}  # fmt: skip
CONSTANTS: dict[str, object] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def _run(file: IO[bytes]) -> object:
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[object, object] = {}

    def since_mark() -> list[Any]:
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    for count, (opcode, arg, _) in enumerate(pickletools.genops(file)):
        if count > MAX_OPCODES:
            raise Refused(f"it is a program of more than {MAX_OPCODES:,} steps")
        name = opcode.name
        if name in LITERALS:
            stack.append(arg)
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in TUPLES:
            stack[-TUPLES[name] :] = [tuple(stack[-TUPLES[name] :])]
        else:
            match name:
                case "PROTO" | "FRAME" | "STOP":
                    pass
                case "MARK":
                    marks.append(len(stack))
                case "EMPTY_DICT":
                    stack.append({})
                case "EMPTY_LIST":
                    stack.append([])
                case "EMPTY_SET":
                    stack.append(set())
                case "TUPLE":
                    stack.append(tuple(since_mark()))
                case "MEMOIZE":
                    memo[len(memo)] = stack[-1]
                case "BINPUT" | "LONG_BINPUT":
                    memo[arg] = stack[-1]
                case "BINGET" | "LONG_BINGET":
                    stack.append(memo[arg])
                case "APPEND":
                    item = stack.pop()
                    _target(stack, list).append(item)
                case "APPENDS":
                    items = since_mark()
                    _target(stack, list).extend(items)
                case "ADDITEMS":
                    items = since_mark()
                    _target(stack, set).update(map(_key, items))
                case "SETITEM":
                    key, value = stack[-2:]
                    del stack[-2:]
                    _target(stack, dict)[_key(key)] = value
                case "SETITEMS":
                    items = since_mark()
                    pairs = zip(items[::2], items[1::2], strict=True)
                    _target(stack, dict).update((_key(key), value) for key, value in pairs)
                case "GLOBAL":
                    stack.append(_named(arg))
                case "STACK_GLOBAL":
                    module, attribute = stack[-2:]
                    stack[-2:] = [_named(f"{module:s} {attribute:s}")]
                case "REDUCE" | "NEWOBJ":
                    args = stack.pop()
                    stack[-1] = _target(stack, _Global).call(args)
                case "BUILD":
                    state = stack.pop()
                    _build(stack[-1], state)
                case _:
                    raise Refused(f"it uses the pickle opcode {name}")
    (value,) = stack
    return value


def _target(stack: list[Any], kind: type) -> Any:
    """The top of the stack, which the next step changes or calls: of exactly this kind."""
    if type(stack[-1]) is not kind:
        raise Refused(f"it changes or calls a value of the type {type(stack[-1]).__name__}")
    return stack[-1]


def _build(target: object, state: object) -> None:
    """Restores recorded state: a numpy type's byte order, or nothing at all."""
    match target, state:
        case _Dtype(), (int(), "<" | ">" | "|" | "=" as order, *_):
            target.order = order
        case dict(), None | {} if not state:
            pass
        case _:
            raise Refused(f"it sets the state of a value of the type {type(target).__name__}")
