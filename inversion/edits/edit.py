"""What an edit is, and the order in which edits of each kind are applied."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from enum import IntEnum
from typing import ClassVar

from inversion.latents import Codes
from models.errors import StudioError
from models.generators.generator import Generator, Identity


class Phase(IntEnum):
    """When an edit is applied: edits of z and class first, then of styles, then of places."""

    LATENT = 0
    STYLES = 1
    PLACES = 2


class Edit(ABC):
    """One change. `key` names its kind in files; `text` says what it does, for a list."""

    key: ClassVar[str]

    @property
    @abstractmethod
    def text(self) -> str: ...

    @property
    def tuning(self) -> float:
        """What the strength of fine-tuned weights is multiplied by."""
        return 1.0

    def check(self, weights: Identity) -> None:
        """Raises StudioError if it cannot be an edit of a result of these weights."""
        return

    def phase(self, codes: Codes) -> Phase:
        """When it is applied to these codes."""
        return Phase.STYLES

    @abstractmethod
    def apply(self, G: Generator, codes: Codes) -> Codes:
        """The codes [n] after it. Raises StudioError where it makes no sense."""


def number(value: float, name: str, low: float, high: float) -> None:
    """Raises StudioError unless low <= value <= high; NaN is not."""
    if not isinstance(value, int | float) or not math.isfinite(value) or not low <= value <= high:
        raise StudioError(f"{name} is {value}; it must be a number from {low:g} to {high:g}.")
