"""Reads NVIDIA's pickles without unpickling: no name in the file is ever imported or called.

A pickle is a program for a stack machine, and NVIDIA's files ask that machine to run Python source
that they carry. The machine here is smaller. Over the opcode parser of the standard library's
`pickletools` it builds numbers, strings, containers and tensors, and keeps the recorded state of a
persistent object as data. Everything else is refused by name: any other global, any other opcode,
a call or a state for anything but readers/values.py.
"""

import pickletools
from typing import IO, Any

from models.readers.sentences import damaged, refused
from models.readers.values import Array, Dtype, Global, Refused, checked_key, named

DAMAGE = (
    ValueError, TypeError, LookupError, AttributeError, RuntimeError, OverflowError, MemoryError
)  # fmt: skip
MAX_OPCODES = 2_000_000  # each costs memory; networks of this kind have some tens of thousands


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
                    _target(stack, set).update(map(checked_key, items))
                case "SETITEM":
                    key, value = stack[-2:]
                    del stack[-2:]
                    _target(stack, dict)[checked_key(key)] = value
                case "SETITEMS":
                    items = since_mark()
                    pairs = zip(items[::2], items[1::2], strict=True)
                    _target(stack, dict).update((checked_key(key), value) for key, value in pairs)
                case "GLOBAL":
                    stack.append(named(arg))
                case "STACK_GLOBAL":
                    module, attribute = stack[-2:]
                    stack[-2:] = [named(f"{module:s} {attribute:s}")]
                case "REDUCE" | "NEWOBJ":
                    args = stack.pop()
                    stack[-1] = _target(stack, Global).call(args)
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
        case Dtype(), (int(), "<" | ">" | "|" | "=" as order, *_):
            target.order = order
        case Array(), _:
            target.build(state)
        case dict(), None | {} if not state:
            pass
        case _:
            raise Refused(f"it sets the state of a value of the type {type(target).__name__}")
