"""Two ways in: a clean picture that is degraded here, or one that is degraded already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inversion.knobs import Value
from inversion.operators.measurement import OWN, Measurement
from inversion.operators.operator import Operator
from inversion.operators.task import Given, Task, make
from inversion.operators.tasks import configured
from inversion.operators.user_physics import Own
from inversion.pictures.images import Mask, Picture, Source, as_picture, fit, to_tensor, to_uint8
from models.errors import StudioError

NOISE = 0x6E6F69  # keeps the noise of a measurement apart from what a search with its seed draws
What = str | Task | Iterable[str | Task] | nn.Module  # rows of TASKS, or a deepinv Physics


@dataclass(frozen=True)
class Observation:
    """What a search is given.

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


def observe(
    image: Source | Tensor | Measurement,
    resolution: int,
    device: torch.device | str = "cpu",
    task: What = "projection",
    *,
    degrade: bool = True,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    hidden: Mask | None = None,
    kernel: NDArray[Any] | None = None,
) -> Observation:
    """What a generator of that resolution is to agree with.

    `task` is a row of TASKS or its name, several, the first degradation first, or a deepinv
    `Physics`; `settings` their knobs; `seed` decides on all that is random in them. `hidden`, bool
    [H, W] of the picture's size, is a painted hole, `kernel` [h, w] a blur kernel.

    With `degrade`, `image` is clean, and is measured. Without, it is what was measured: a picture
    of what the task leaves (with a hole; small; noisy; blurred; grey), or a tensor of A's output.
    Then knobs that can be read off it are, unless they are set: the factor of a thumbnail, the
    amount of noise. A `Measurement` brings its own task.

    Raises StudioError for anything that does not fit together.

    >>> seen = observe(np.zeros((80, 64, 3), np.uint8), 64, task="colourisation")
    >>> tuple(seen.y.shape), seen.target.shape, seen.measurement.title
    ((1, 1, 64, 64), (64, 64, 3), 'Colourisation')
    """
    if isinstance(image, Measurement):
        return _again(image, resolution, device, task, settings)
    if isinstance(task, str | Task):
        task = (task,)
    A: Operator
    given = Given()
    if isinstance(task, nn.Module):
        if settings or hidden is not None or kernel is not None:
            raise StudioError("A physics object of your own has no settings here; set them in it.")
        names: tuple[str, ...] = (OWN + type(task).__name__,)
        knobs: dict[str, Value] = {}
        A = Own(task.to(device), (3, resolution, resolution))
    else:
        rows = configured(task, settings or {})
        if not degrade and not isinstance(image, Tensor):
            picture = as_picture(image, smallest=1)
            seen = to_tensor(fit(picture, min(*picture.shape[:2], resolution), smallest=1))
            rows = tuple(row.estimated(seen, resolution, settings or {}) for row in rows)
        given = _given(image, resolution, hidden, kernel)
        rows = tuple(row.with_given(given) for row in rows)
        names = tuple(row.key for row in rows)
        knobs = {name: knob.default for row in rows for name, knob in row.knobs().items()}
        A = make(rows, resolution, seed, device, given)
    with torch.no_grad():
        if degrade:
            if isinstance(image, Tensor):
                raise StudioError("A tensor is taken for a measurement. Say degrade=False with it.")
            target = fit(image, resolution)
            rng = torch.Generator().manual_seed(NOISE + seed)
            y = A.noise(A(to_tensor(target).to(device)), rng)
        else:
            y = _received(image, A).to(device)
        view = A.picture(y)
    if names == ("projection",):
        return Observation(A, y, y, target if degrade else to_uint8(y)[0])
    measurement = Measurement(
        y.cpu(), names, knobs, seed, resolution, given, A.state_dict(), degrade, [A]
    )
    return Observation(A, y, view, target if degrade else to_uint8(view)[0], measurement)


def _again(
    measurement: Measurement,
    resolution: int,
    device: torch.device | str,
    task: What,
    settings: Mapping[str, Any] | None,
) -> Observation:
    if measurement.resolution != resolution:
        raise StudioError(
            f"This measurement is of a picture of {measurement.resolution} pixels a side, the "
            f"model's are {resolution}. Choose a model of that size."
        )
    if isinstance(task, nn.Module):
        measurement = measurement.with_physics(task)
    elif settings or task not in ("projection", *measurement.tasks, measurement.tasks):
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


def _given(
    image: Source | Tensor, resolution: int, hidden: Mask | None, kernel: NDArray[Any] | None
) -> Given:
    """What was given besides knobs, in the generator's frame."""
    if kernel is not None and (
        np.ndim(kernel) != 2 or not np.issubdtype(np.asarray(kernel).dtype, np.number)
    ):
        raise StudioError("A blur kernel must be a grey picture: numbers [height, width].")
    blur = None if kernel is None else torch.from_numpy(np.array(kernel, dtype=np.float32))
    if hidden is None:
        return Given(kernel=blur)
    mask = np.asarray(hidden) > 0
    size = (resolution,) * 2 if isinstance(image, Tensor) else as_picture(image, 1).shape[:2]
    if mask.shape != size:
        raise StudioError(
            f"The mask is {' × '.join(map(str, mask.shape))}, the picture {size[0]} × {size[1]} "
            "pixels (height × width); they must have one size, and the mask one channel."
        )
    return Given(hidden=torch.from_numpy(hole(mask, resolution)).float(), kernel=blur)


def hole(mask: Mask, size: int) -> Mask:
    """A painted hole in the frame of the centre square, bool [size, size]. A pixel that is hidden
    in part is hidden: nothing of what was painted over may shine through."""
    if mask.shape == (size, size):
        return mask
    shrink = min(mask.shape) / size
    painted = mask.astype(np.uint8) * 255
    if shrink > 1:
        painted = np.asarray(cv2.dilate(painted, np.ones((2 * int(shrink) + 1,) * 2, np.uint8)))
    return np.asarray(fit(np.repeat(painted[..., None], 3, 2), size, smallest=1)[..., 0] >= 128)


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
