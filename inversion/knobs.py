"""A knob is written once, as a field of a frozen dataclass; all else derives from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from models.errors import StudioError

__all__ = ["Knob", "Part", "Value", "knob"]

Value = float | int | bool | str


@dataclass(frozen=True)
class Knob:
    """One number, switch or choice that a person may turn.

    `low` and `high` bound it, both included; `choices` lists what a text may be, or, where the
    knob is `open`, what the page offers: the part then checks other texts itself.
    """

    name: str
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    open: bool = False

    @property
    def type(self) -> type:
        return type(self.default)

    def checked(self, value: Any) -> Value:
        """`value` as this knob's type. Raises StudioError for another type, or out of range."""
        if self.choices:
            if value not in self.choices and not (self.open and isinstance(value, str)):
                choices = ", ".join(self.choices)
                raise StudioError(f"{self.name} is {value!r}; choose one of {choices}.")
            return str(value)
        if self.type is bool:
            if not isinstance(value, bool):
                raise StudioError(f"{self.name} is {value!r}; it must be true or false.")
            return value
        try:
            number = self.type(value)
            exact = float(value) == float(number)
        except (TypeError, ValueError, OverflowError):
            exact = False
        if not exact or isinstance(value, bool):
            kind = "a whole number" if self.type is int else "a number"
            raise StudioError(f"{self.name} is {value!r}; it must be {kind}.")
        low = -float("inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        if not low <= number <= high:
            raise StudioError(
                f"{self.name} is {number:g}; it must lie between {low:g} and {high:g}."
            )
        return number


def knob(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    open: bool = False,
) -> Any:
    """Declares a dataclass field as a knob.

    >>> @dataclass(frozen=True)
    ... class Anneal(Part):
    ...     key = "anneal"
    ...     rate: float = knob(0.9, "what is left of the temperature after a step", low=0, high=1)
    >>> Anneal().knobs()["anneal.rate"].high
    1
    >>> Anneal().configure({"anneal.rate": 2})
    Traceback (most recent call last):
    models.errors.StudioError: anneal.rate is 2; it must lie between 0 and 1.
    """
    meta = {"help": help, "low": low, "high": high, "choices": choices, "open": open}
    return dataclasses.field(default=default, metadata=meta)


class Part:
    """One symbol of the formula (latents, loss, prior, solver). Subclasses are frozen dataclasses.

    `key` names the part; its knobs are addressed as `key.field`, for example `adam.lr`.
    """

    key: ClassVar[str]

    def knobs(self) -> dict[str, Knob]:
        """The part's knobs by full name, each with this instance's value as its default."""
        return {
            f"{self.key}.{f.name}": Knob(
                f"{self.key}.{f.name}", getattr(self, f.name), **f.metadata
            )
            for f in dataclasses.fields(self)  # type: ignore[arg-type]  # every Part is a dataclass
            if f.metadata
        }

    def configure(self, settings: Mapping[str, Any]) -> Self:
        """This part with those of `settings` that are its own; the rest are left alone."""
        own = f"{self.key}."  # a part may also list the knobs of its own parts
        mine = {
            name.removeprefix(own): knob.checked(settings[name])
            for name, knob in self.knobs().items()
            if name in settings and name.startswith(own)
        }
        return dataclasses.replace(self, **mine)  # type: ignore[type-var]
