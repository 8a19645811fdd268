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
    knob is `open`, what the page offers: the part then checks other texts itself. `when` is another
    knob, by its full name, and the value of it that gives this one a part; None where it always has
    one.
    """

    name: str
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    open: bool = False
    when: tuple[str, Value] | None = None

    @property
    def type(self) -> type:
        return type(self.default)

    def matters(self, settings: Mapping[str, Any]) -> bool:
        """Whether this knob has a part where the others stand as `settings` say."""
        return self.when is None or settings.get(self.when[0]) == self.when[1]

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
            number: float = self.type(value)
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
    when: tuple[str, Value] | None = None,
) -> Any:
    """Declares a dataclass field as a knob; `when` names another field of the same part.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Noise(Part):
    ...     key = "noise"
    ...     kind: str = knob("gaussian", "what kind", choices=("gaussian", "poisson"))
    ...     sigma: float = knob(0.2, "its deviation", low=0, high=2, when=("kind", "gaussian"))
    >>> Noise().knobs()["noise.sigma"].matters({"noise.kind": "poisson"})
    False
    """
    meta = {"help": help, "low": low, "high": high, "choices": choices, "open": open, "when": when}
    return dataclasses.field(default=default, metadata=meta)


class Part:
    """One symbol of the formula (latents, loss, prior, solver). Subclasses are frozen dataclasses.

    `key` names the part; its knobs are addressed as `key.field`, for example `adam.lr`.
    """

    key: ClassVar[str]

    def knobs(self) -> dict[str, Knob]:
        """The part's knobs by full name, each with this instance's value as its default."""
        made = {}
        for f in dataclasses.fields(self):  # type: ignore[arg-type]  # every Part is a dataclass
            if f.metadata:
                name, when = f"{self.key}.{f.name}", f.metadata["when"]
                when = when and (f"{self.key}.{when[0]}", when[1])
                made[name] = Knob(name, getattr(self, f.name), **{**f.metadata, "when": when})
        return made

    def configure(self, settings: Mapping[str, Any]) -> Self:
        """This part with those of `settings` that are its own; the rest are left alone."""
        own = f"{self.key}."  # a part may also list the knobs of its own parts
        mine = {
            name.removeprefix(own): knob.checked(settings[name])
            for name, knob in self.knobs().items()
            if name in settings and name.startswith(own)
        }
        return dataclasses.replace(self, **mine)  # type: ignore[type-var]
