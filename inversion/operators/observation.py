"""Two ways in: a clean picture that is degraded here, or one that is degraded already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from inversion.knobs import Value
from inversion.operators.degradation import PROJECTION, Degradation
from inversion.operators.measurement import Measurement
from inversion.operators.operator import Operator
from inversion.operators.task import Given, make
from inversion.operators.user_physics import Own
from inversion.pictures.images import Picture, Source, fit, read, to_tensor, to_uint8
from models.errors import StudioError

NOISE = 0x6E6F69  # keeps the noise of a measurement apart from what a search with its seed draws


@dataclass(frozen=True, eq=False)
class Observation:
    """What a search is given; made once, it can be looked at first and searched for afterwards.

    operator     A, on the search's device; y [1, …] there, too
    view         y as a picture [1, 3, H, W] in [-1, 1]: all that may be looked at to begin with
    target       uint8 [H, W, 3]: the true picture where it is known, else y's view
    measurement  None for plain projection
    """

    operator: Operator
    y: Tensor
    view: Tensor
    target: Picture
    measurement: Measurement | None = None

    def to(self, device: torch.device | str) -> Observation:
        """The same there; its operator is moved, not copied."""
        A, y, view = self.operator.to(device), self.y.to(device), self.view.to(device)
        return replace(self, operator=A, y=y, view=view)

    def __getstate__(self) -> dict[str, Any]:
        """Another process makes the operator again, from its measurement."""
        return vars(self) | ({} if self.measurement is None else {"operator": None})

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if self.measurement is not None:
            vars(self)["operator"] = self.measurement.operator(self.y.device)


def observe(
    image: Source | Tensor | Measurement | Observation,
    resolution: int,
    degradation: Degradation = PROJECTION,
    device: torch.device | str = "cpu",
) -> Observation:
    """What a generator of that resolution is to agree with.

    `image` is a clean picture, which is measured, or with `degrade=False` what was left of one: see
    `Degradation`. A `Measurement` brings its own task, an Observation is taken as it is.

    Raises StudioError for anything that does not fit together.

    >>> import numpy as np
    >>> from inversion.operators import Degradation
    >>> seen = observe(np.zeros((80, 64, 3), np.uint8), 64, Degradation("colourisation"))
    >>> tuple(seen.y.shape), seen.target.shape, seen.measurement.title
    ((1, 1, 64, 64), (64, 64, 3), 'Colourisation')
    """
    if isinstance(image, Measurement):
        return _again(image, resolution, device, degradation)
    if isinstance(image, Observation):
        if degradation.keys != PROJECTION.keys or image.view.shape[-1] != resolution:
            raise StudioError("What was observed keeps its degradation and size. Name no other.")
        return image.to(device)
    A: Operator
    rows, degrade = degradation.rows, degradation.degrade
    knobs: dict[str, Value] = {}
    given = Given()
    if isinstance(degradation.task, nn.Module):
        A = Own(degradation.task.to(device), (3, resolution, resolution))
    else:
        if not degrade and not isinstance(image, Tensor):
            picture = read(image, smallest=1)
            seen = to_tensor(fit(picture, min(*picture.shape[:2], resolution), smallest=1))
            rows = tuple(row.estimated(seen, resolution, degradation.settings) for row in rows)
        if degradation.hidden is not None or degradation.kernel is not None:
            size = (resolution,) * 2 if isinstance(image, Tensor) else _size(image)
            given = degradation.given(size, resolution)
        rows = tuple(row.with_given(given) for row in rows)
        knobs = {name: knob.default for row in rows for name, knob in row.knobs().items()}
        A = make(rows, resolution, degradation.seed, device, given)
    with torch.no_grad():
        if degrade:
            if isinstance(image, Tensor):
                raise StudioError("A tensor is taken for a measurement. Say degrade=False with it.")
            target = fit(image, resolution)
            rng = torch.Generator().manual_seed(NOISE + degradation.seed)
            y = A.noise(A(to_tensor(target).to(device)), rng)
        else:
            y = _received(image, A).to(device)
        view = A.picture(y)
    if degradation.keys == PROJECTION.keys:
        return Observation(A, y, y, target if degrade else to_uint8(y)[0])
    measurement = Measurement(
        y=y.cpu(),
        tasks=degradation.keys,
        settings=knobs,
        seed=degradation.seed,
        resolution=resolution,
        given=given,
        state=A.state_dict(),
        degraded=degrade,
        _made=[A],
    )
    return Observation(A, y, view, target if degrade else to_uint8(view)[0], measurement)


def _size(image: Source) -> tuple[int, int]:
    height, width = read(image, 1).shape[:2]
    return height, width


def _again(
    measurement: Measurement,
    resolution: int,
    device: torch.device | str,
    degradation: Degradation,
) -> Observation:
    if measurement.resolution != resolution:
        raise StudioError(
            f"This measurement is of a picture of {measurement.resolution} pixels a side, the "
            f"model's are {resolution}. Choose a model of that size."
        )
    keys, tasks = degradation.keys, measurement.tasks
    told = degradation.settings or degradation.hidden is not None or degradation.kernel is not None
    if isinstance(degradation.task, nn.Module):
        measurement = measurement.with_physics(degradation.task)
    elif told or keys not in (PROJECTION.keys, tasks, *((key,) for key in tasks)):
        raise StudioError(
            f"This measurement was made by another operator ({measurement.title}), whose settings "
            "it brings. Name no other task and no settings."
        )
    measurement = replace(measurement, degraded=False)
    A = measurement.operator(device)
    with torch.no_grad():
        y = measurement.y.to(device)
        view = A.picture(y)
    return Observation(A, y, view, to_uint8(view)[0], measurement)


def _received(image: Source | Tensor, A: Operator) -> Tensor:
    """y [1, …] of what is degraded already."""
    if not isinstance(image, Tensor):
        if not A.pictorial:
            return A.received(torch.empty(0))
        return A.received(to_tensor(fit(image, A.out_shape[-1], smallest=1)).to(A.device))
    y = image.detach() if image.dim() == len(A.out_shape) + 1 else image.detach()[None]
    if tuple(y.shape) != (1, *A.out_shape) or not y.dtype.is_floating_point:
        raise StudioError(
            f"This measurement has the shape {list(image.shape)}; this operator measures "
            f"{list(A.out_shape)} numbers. It belongs to another operator."
        )
    if not y.isfinite().all():
        raise StudioError("This measurement holds numbers that are not finite.")
    return y.float()
