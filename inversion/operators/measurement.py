"""Measurement: y = N(A(x)) and all that is needed to make A again, as one .safetensors file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor

from inversion.knobs import Value
from inversion.operators.operator import Operator
from inversion.operators.task import Given, make
from inversion.operators.tasks import TASKS, configured
from inversion.operators.user_physics import OWN, Own
from inversion.pictures.images import Picture, to_tensor, to_uint8
from models import tensor_file
from models.errors import StudioError
from models.tensor_file import Header, Kind

MEASUREMENT = Kind("measurement", 1, "a measurement", "Choose a measurement (.safetensors).")
LARGEST = 4096  # pixels a side


class MeasurementHeader(Header):
    """What a file says of a measurement: see `Measurement`."""

    tasks: tuple[str, ...]
    settings: dict[str, Value]
    seed: int
    resolution: int = Field(ge=1, le=LARGEST)
    degraded: bool


@dataclass(frozen=True, eq=False)
class Measurement:
    """What was measured of a picture, and how.

    y           [1, …] on the CPU; tasks, their settings, seed and `given` make the operator again,
                and `state` is all that it had drawn
    resolution  of the square picture that was measured
    degraded    whether a known picture was degraded here, so that the truth is known
    """

    y: Tensor
    tasks: tuple[str, ...]
    settings: dict[str, Value]
    seed: int
    resolution: int
    given: Given
    state: dict[str, Tensor]
    degraded: bool
    _made: list[Operator] = field(default_factory=list, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Another process makes the operator again: deepinv's cannot be sent there."""
        return vars(self) | {"_made": []}

    @property
    def title(self) -> str:
        """The tasks, in words."""
        return ", then ".join(TASKS[key].title if key in TASKS else key for key in self.tasks)

    def operator(self, device: torch.device | str | None = None) -> Operator:
        """A again, kept; moved to the device if one is named.

        Raises StudioError if it was a physics object of the user's own that has not been handed
        over by `with_physics`, or if the parts do not fit together.
        """
        if not self._made:
            if any(key not in TASKS for key in self.tasks):
                raise StudioError(
                    f"This was measured by {self.title}, an operator of your own. Give it again."
                )
            rows = configured(self.tasks, self.settings)
            try:
                A = make(rows, self.resolution, self.seed, "cpu", self.given).load(self.state)
                if tuple(self.y.shape) != (1, *A.out_shape):
                    raise StudioError("This measurement belongs to another operator.")
                with torch.no_grad():
                    A.error(A.picture(self.y), self.y)
            except (RuntimeError, ValueError, TypeError, IndexError) as error:
                raise StudioError(
                    f"This measurement is damaged: its operator cannot be made again ({error})."
                ) from None
            self._made.append(A)
        return self._made[0] if device is None else self._made[0].to(device)

    def with_physics(self, physics: Any) -> Measurement:
        """This measurement with the physics object that made it.

        Raises StudioError when that is of another class, or its tensors are other ones.
        """
        A = Own(physics, (3, self.resolution, self.resolution))
        mine = A.state_dict()
        same = mine.keys() == self.state.keys() and all(
            torch.equal(x, self.state[name]) for name, x in mine.items()
        )
        if (OWN + type(physics).__name__,) != self.tasks or not same:
            raise StudioError(f"This was measured by another operator, {self.title}.")
        return replace(self, _made=[A])

    def picture(self) -> Picture:
        """What it looks like without any prior: uint8 [H, W, 3]."""
        A = self.operator()
        with torch.no_grad():
            picture: Picture = to_uint8(A.picture(self.y.to(A.device)))[0]
        return picture

    def put_back(self, pictures: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        """Pictures uint8 [n, H, W, 3] with the known pixels in the place of their own: what the
        generator drew is left in the hole alone. None for a measurement that tells no pixel."""
        A = self.operator()
        with torch.no_grad():
            kept = A.put_back(to_tensor(pictures).to(A.device), self.y.to(A.device))
        return None if kept is None else to_uint8(kept)

    def errors(self, images: Tensor) -> list[float]:
        """Root mean square of A(x) − y for pictures x [n, 3, H, W]; see `Operator.error`."""
        A = self.operator()
        return A.error(images.to(A.device), self.y.to(A.device)).tolist()

    def rim_errors(self, images: Tensor) -> list[float] | None:
        """How badly each picture [n, 3, H, W] continues the known pixels into a hole, None without
        one; see `Operator.rim_error`."""
        A = self.operator()
        with torch.no_grad():
            apart = A.rim_error(images.to(A.device), self.y.to(A.device))
        return None if apart is None else apart.tolist()

    def header(self) -> MeasurementHeader:
        """All but the tensors, as files have it."""
        fields = {name: getattr(self, name) for name in MeasurementHeader.model_fields}
        return MeasurementHeader.model_validate(fields, strict=False)

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor by name: y, given.hidden, state.mask, …"""
        parts = {"y": self.y}
        parts |= {f"given.{name}": x for name, x in self.given.tensors().items()}
        parts |= {f"state.{name}": x for name, x in self.state.items()}
        return {name: x.detach().cpu().contiguous().clone() for name, x in parts.items()}

    @classmethod
    def assemble(cls, tensors: Mapping[str, Tensor], header: MeasurementHeader) -> Self:
        """The inverse of `tensors` and `header`. Raises ValueError, KeyError or TypeError when they
        do not fit together."""
        parts: dict[str, dict[str, Tensor]] = {"y": {}, "given": {}, "state": {}}
        for name, x in tensors.items():
            kind, _, rest = name.partition(".")
            parts[kind][rest] = x
        y = parts["y"].pop("")
        if parts["y"] or len(y) != 1 or not y.is_floating_point():
            raise ValueError("y is one measurement")
        given, state = Given(**parts["given"]), parts["state"]
        return cls(y=y, given=given, state=state, **dict(header))

    def save(self, path: str | Path) -> None:
        """Writes one .safetensors file, without the picture that was measured. Raises StudioError
        if that is impossible."""
        header = self.header().model_copy(update={"degraded": False})
        tensor_file.write(path, MEASUREMENT, self.tensors(), {"header": header.text()})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads what `save` wrote. Raises StudioError for any other or damaged file."""
        file = tensor_file.read(path, MEASUREMENT)
        header = file.header(MeasurementHeader)
        with file.assembling():
            return cls.assemble(file.tensors, header)
