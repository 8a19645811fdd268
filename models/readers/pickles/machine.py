"""The stack machine of a pickle, made smaller: it builds data and calls nothing of the file's.

A pickle is a program, and NVIDIA's files ask the machine that runs it to run Python source that
they carry. Over the opcode parser of the standard library's `pickletools` this one builds numbers,
strings, containers and tensors (values.py) and keeps what the file says of any other object as
data. A name that would run code (policy.py) is refused.
"""

import pickletools
from collections.abc import Callable, Mapping
from typing import IO, Any

from models.readers.pickles.values import Array, Dtype, Global, Opaque, Refused, checked_key, named

MAX_OPCODES = 2_000_000  # each costs memory; a training file has some hundred thousand

LITERALS = {
    "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "FLOAT", "BINFLOAT",
    "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "UNICODE",
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "STRING", "BINSTRING", "SHORT_BINSTRING",
}  # fmt: skip
CONSTANTS: dict[str, object] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}

Loader = Callable[..., object]


def run(
    file: IO[bytes],
    persistent: Callable[[object], object] | None = None,
    loaders: Mapping[str, Loader] = {},
) -> object:
    """The value that the pickle at the file's position describes; the file is left behind it.

    persistent  what stands for an object outside of the pickle; None: there is none
    loaders     builders of further globals, by "module attribute"

    Raises Refused for a name that would run code, ValueError and other errors for damage.
    """
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[object, object] = {}

    def since_mark() -> list[Any]:
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    def outside(key: object) -> object:
        if persistent is None:
            raise ValueError("it refers to data that is not in the file")
        return persistent(key)

    for count, (opcode, arg, _) in enumerate(pickletools.genops(file)):
        if count > MAX_OPCODES:
            raise ValueError(f"it is a program of more than {MAX_OPCODES:,} steps")
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
                case "POP":  # of a mark, where one is on top
                    _ = marks.pop() if marks and marks[-1] == len(stack) else stack.pop()
                case "POP_MARK":
                    since_mark()
                case "DUP":
                    stack.append(stack[-1])
                case "EMPTY_DICT":
                    stack.append({})
                case "EMPTY_LIST":
                    stack.append([])
                case "EMPTY_SET":
                    stack.append(set())
                case "DICT":
                    items = since_mark()
                    stack.append({})
                    _set_items(stack[-1], items)
                case "LIST":
                    stack.append(since_mark())
                case "TUPLE":
                    stack.append(tuple(since_mark()))
                case "FROZENSET":
                    stack.append({checked_key(item) for item in since_mark()})
                case "BYTEARRAY8":
                    stack.append(bytes(arg or b""))
                case "MEMOIZE":
                    memo[len(memo)] = stack[-1]
                case "PUT" | "BINPUT" | "LONG_BINPUT":
                    memo[arg] = stack[-1]
                case "GET" | "BINGET" | "LONG_BINGET":
                    stack.append(memo[arg])
                case "APPEND":
                    item = stack.pop()
                    _extend(stack[-1], [item])
                case "APPENDS" | "ADDITEMS":
                    items = since_mark()
                    _extend(stack[-1], items)
                case "SETITEM":
                    pair = stack[-2:]
                    del stack[-2:]
                    _set_items(stack[-1], pair)
                case "SETITEMS":
                    items = since_mark()
                    _set_items(stack[-1], items)
                case "GLOBAL":
                    stack.append(named(arg))
                case "STACK_GLOBAL":
                    module, attribute = stack[-2:]
                    stack[-2:] = [named(f"{module:s} {attribute:s}")]
                case "REDUCE" | "NEWOBJ":
                    args = stack.pop()
                    stack[-1] = _call(stack[-1], args, loaders)
                case "NEWOBJ_EX":
                    args = stack[-2]
                    del stack[-2:]
                    stack[-1] = _call(stack[-1], args, loaders)
                case "INST":
                    stack.append(_call(named(arg), tuple(since_mark()), loaders))
                case "OBJ":
                    function, *rest = since_mark()
                    stack.append(_call(function, tuple(rest), loaders))
                case "BUILD":
                    state = stack.pop()
                    _build(stack[-1], state)
                case "PERSID":
                    stack.append(outside(arg))
                case "BINPERSID":
                    stack[-1] = outside(stack[-1])
                case _:
                    raise ValueError(f"the pickle opcode {name}")
    (value,) = stack
    return value


def _extend(target: object, items: list[Any]) -> None:
    match target:
        case list():
            target.extend(items)
        case set():
            target.update(map(checked_key, items))
        case Opaque():  # a kind of list of a foreign class: what is in it, by number
            target.items.update(enumerate(items, len(target.items)))
        case _:
            raise ValueError(f"something is added to a value of the type {type(target).__name__}")


def _set_items(target: object, items: list[Any]) -> None:
    where = target.items if isinstance(target, Opaque) else target
    if type(where) is not dict:
        raise ValueError(f"an item is set in a value of the type {type(target).__name__}")
    pairs = zip(items[::2], items[1::2], strict=True)
    where.update((checked_key(key), value) for key, value in pairs)


def _call(function: object, args: object, loaders: Mapping[str, Loader]) -> object:
    match function:
        case Global() if function.name in loaders and isinstance(args, tuple):
            return loaders[function.name](*args)
        case Global():
            return function.call(args)
        case Opaque():
            return Opaque(f"what {function.name} made")
    raise ValueError(f"a value of the type {type(function).__name__} is called")


def _build(target: object, state: object) -> None:
    """Restores recorded state: a numpy type's byte order, an array's numbers, an object's
    attributes. What is set of anything else, such as a dictionary's metadata, is left."""
    match target, state:
        case Global(), _:
            raise Refused("it changes a class or function of this program")
        case Dtype(), (int(), "<" | ">" | "|" | "=" as order, *_):
            target.order = order
        case Array(), _:
            target.build(state)
        case Opaque(), _:
            target.state = state
