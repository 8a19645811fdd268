"""Who takes part in a race: a method, with its model where that is not everybody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inversion.methods import Method, find
from inversion.presets import WISHES
from models.encoders.encoder import Encoder
from models.generators.generator import Generator


@dataclass(frozen=True, eq=False)
class Entry:
    """One cell of a race.

    method    a row of METHODS or its name; or a wish of `presets.WISHES`, which stands for the
              method that was measured best for the model, the picture and the time
    G         its generator, that of the race when None
    encoder   where it begins, if its method begins at an encoder's estimate, or asks one what kind
              of picture it is; that of the race when None
    label     class of a class-conditional generator, found by itself when None
    settings  knobs of the method by name
    name      what it is called; the method's title when empty
    model     whose codes it searches, where its generator does not say so
    trouble   why it cannot run, if that is known beforehand: it is then a cell with that sentence
    """

    method: str | Method
    G: Generator | None = None
    encoder: Encoder | None = None
    label: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    model: str = ""
    trouble: str = ""

    @classmethod
    def of(cls, method: str | Method | Entry) -> Entry:
        """The entry that a method alone is short for."""
        return method if isinstance(method, Entry) else cls(method)

    @property
    def title(self) -> str:
        """What it is called. Raises StudioError for a method that there is not."""
        if self.name:
            return self.name
        if isinstance(self.method, Method):
            return self.method.title
        if self.method in WISHES:
            return WISHES[self.method]
        return find(self.method).title


def asks_an_encoder(method: str) -> bool:
    """Whether a method of METHODS, or a wish, has a use for one."""
    return method in WISHES or find(method).needs_encoder
