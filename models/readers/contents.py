"""What is in a checkpoint, whatever it is wrapped in: every tensor under its dotted name.

Dictionaries, lists, modules that were saved whole, and their prefixes all become the same thing,

    {"g_ema": {"conv1.bias": …}}     "g_ema.conv1.bias"
    torch.save(G)                    "synthesis.b4.const"

so that a network is looked for by the names of its tensors, wherever in the file they are.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from models.readers.pickles.values import Array, Opaque
from models.readers.sentences import damaged

MAX_VALUES = 1_000_000  # that are looked at; a training file with its optimizer has some thousands
MODULE = ("_parameters", "_buffers", "_modules")  # of torch's nn.Module: no part of a name

Fact = str | int | float | bool | None


@dataclass(frozen=True)
class Contents:
    """Tensors, plain values and names of classes by their dotted place in the file."""

    tensors: Mapping[str, Tensor]
    facts: dict[str, Fact] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)


def contents(value: object) -> Contents:
    """What is in a value that `unpickle` read. Every container is entered once, by its shortest
    name, so that those which hold each other, or one another often, cost nothing."""
    found = Contents({})
    tensors: dict[str, Tensor] = {}
    queue: deque[tuple[str, object]] = deque([("", value)])
    entered: set[int] = set()
    for _ in range(MAX_VALUES):
        if not queue:
            break
        place, here = queue.popleft()
        match here:
            case Tensor():
                tensors.setdefault(place, here)
                continue
            case Array():
                if here.dtype is not None:
                    tensors.setdefault(place, torch.from_numpy(here.numpy()))
                continue
            case str() | int() | float() | None:
                found.facts.setdefault(place, here)
                continue
        if id(here) in entered:
            continue
        entered.add(id(here))
        if isinstance(here, Opaque):
            found.classes.setdefault(place, here.name)
        queue.extend((_joined(place, name), inner) for name, inner in _parts(here))
    return Contents(tensors, found.facts, found.classes)


def _parts(value: object) -> Iterator[tuple[str, object]]:
    match value:
        case dict():
            yield from ((str(key), inner) for key, inner in value.items() if _is_name(key))
        case list() | tuple():
            yield from ((str(i), inner) for i, inner in enumerate(value))
        case Opaque():
            yield from _parts(value.items)
            for key, inner in value.attributes.items():
                if key in MODULE:
                    yield from _parts(inner)
                elif _is_name(key):
                    yield str(key), inner


def _is_name(key: object) -> bool:
    return isinstance(key, str | int)


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


class Stored(Mapping[str, Tensor]):
    """The tensors of a .safetensors file, each read when it is asked for."""

    def __init__(self, path: Path) -> None:
        self.source = path.name
        try:
            self.file = safe_open(path, "pt")
            self.names: list[str] = list(self.file.keys())  # type: ignore[no-untyped-call]
        except (SafetensorError, OSError) as error:
            raise damaged(self.source, error) from error

    def __getitem__(self, name: str) -> Tensor:
        try:
            tensor: Tensor = self.file.get_tensor(name)  # type: ignore[no-untyped-call]
        except SafetensorError as error:
            raise KeyError(name) from error
        return tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)
