"""A task: a row of TASKS, the degradation that is to be undone, with its knobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from inversion.knobs import Part
from inversion.operators.operator import Identity, Operator, Shape
from models.errors import StudioError


@dataclass(frozen=True)
class Given:
    """What a person brings besides knobs.

    hidden   [H, W], 1 where the picture is missing
    kernel   [h, w], a blur kernel ≥ 0; its sum does not matter
    """

    hidden: Tensor | None = None
    kernel: Tensor | None = None

    def tensors(self) -> dict[str, Tensor]:
        """What was given, by name."""
        return {name: x for name, x in vars(self).items() if x is not None}


NOTHING_GIVEN = Given()


@dataclass(frozen=True)
class Task(Part):
    """Subclasses are frozen dataclasses of knobs.

    `title` and `summary`, a line, are for a newcomer; `takes` names what of `Given` it can use.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    takes: ClassVar[frozenset[str]] = frozenset()

    def operator(
        self,
        resolution: int,
        seed: int = 0,
        device: torch.device | str = "cpu",
        given: Given = NOTHING_GIVEN,
    ) -> Operator:
        """A for square colour pictures of that resolution; what is random is drawn from `seed`.

        Raises StudioError for what was given and is of no use, and for a size that does not fit.

        >>> from inversion import TASKS
        >>> A = TASKS["super-resolution"].operator(64)
        >>> A(torch.zeros(1, 3, 64, 64)).shape
        torch.Size([1, 3, 16, 16])
        """
        return make((self,), resolution, seed, device, given)

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        """A, on the CPU, for pictures of shape (channels, height, width)."""
        raise NotImplementedError

    def estimated(self, picture: Tensor, resolution: int, settings: Mapping[str, Any]) -> Self:
        """This row with those knobs that can be read off a degraded picture [1, 3, h, w] in
        [-1, 1], unless `settings` turns them."""
        return self

    def with_given(self, given: Given) -> Self:
        """This row with the knob turned that what was given calls for."""
        return self


@dataclass(frozen=True)
class Projection(Task):
    """Nothing is undone: the generator is to draw the picture itself."""

    key = "projection"
    title = "Projection"
    summary = "Draw the whole picture as it is."

    def build(self, shape: Shape, rng: torch.Generator, given: Given) -> Operator:
        return Identity(shape)


def check_used(rows: Sequence[Task], given: Iterable[str]) -> None:
    """Raises StudioError for what was given, by name, and none of the rows has a use for."""
    for name in given:
        if not any(name in row.takes for row in rows):
            raise StudioError(f"{rows[0].title} has no use for a {name}. Leave it away.")


def make(
    rows: tuple[Task, ...],
    resolution: int,
    seed: int = 0,
    device: torch.device | str = "cpu",
    given: Given = NOTHING_GIVEN,
) -> Operator:
    """One operator of several rows, the first degradation first.

    Raises StudioError when the rows do not go together or do not fit the resolution.
    """
    from inversion.operators.operator import Composed

    check_used(rows, given.tensors())
    rng = torch.Generator().manual_seed(seed)
    shape: Shape = (3, resolution, resolution)
    parts: list[Operator] = []
    for row in rows:
        if parts and parts[-1].noise_model is not None:
            raise StudioError(f"{rows[len(parts) - 1].title} adds noise, so it must come last.")
        if parts and not parts[-1].pictorial and row.key != "denoising":
            raise StudioError(
                f"{rows[len(parts) - 1].title} gives no picture that {row.title.lower()} could "
                "change. Put it last."
            )
        parts.append(row.with_given(given).build(shape, rng, given))
        shape = parts[-1].out_shape
    whole = parts[0] if len(parts) == 1 else Composed(parts)
    return whole.to(device)
