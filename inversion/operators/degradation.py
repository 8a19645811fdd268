"""Degradation: what a picture suffered, as one frozen value that everything takes."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inversion.operators.task import Given, Task, check_used
from inversion.operators.tasks import TASKS, configured
from inversion.operators.user_physics import OWN
from inversion.pictures.images import Mask, fit
from inversion.pictures.masks import check_shape, read_mask
from models.errors import StudioError

What = str | Task | Iterable[str | Task] | nn.Module  # rows of TASKS, or a deepinv Physics
FARTHEST = 2**62  # of a seed from 0


@dataclass(frozen=True, eq=False)
class Degradation:
    """What a picture suffered: taken by `solve`, `invert`, `observe` and the baselines.

    task      row of TASKS or its name; several, the first degradation first; a deepinv `Physics`
    settings  the tasks' knobs by full name, each within its knob's range
    seed      decides on all that is random: pixels, lines, signs, noise
    hidden    painted hole, True where nothing is known: bool [H, W] of the picture's shape, or
              whatever `read_mask` takes
    kernel    blur kernel, numbers [h, w] ≥ 0; its sum does not matter
    degrade   True: the picture is clean, and is degraded here. False: it is what was left, as a
              picture (with a hole; small; noisy; blurred; grey) or as a tensor of measured numbers;
              then knobs that can be read off it are, unless `settings` has them: the factor of a
              thumbnail, the amount of noise

    All is checked when it is made, and copied, so that it never changes afterwards; what depends
    on the picture is checked by `observe`. Raises StudioError for an unknown task or setting, a
    number out of its range, a hole or kernel of the wrong shape or that no task has a use for.

    >>> asked = Degradation(("super-resolution", "denoising"), {"super-resolution.factor": 8})
    >>> asked.keys
    ('super-resolution', 'denoising')
    >>> asked.rows[0].factor
    8
    >>> Degradation("inpaint")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    models.errors.StudioError: There is no task 'inpaint'; there is projection, inpainting, ...
    """

    task: What = "projection"
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    hidden: Mask | None = None
    kernel: NDArray[Any] | None = None
    degrade: bool = True
    rows: tuple[Task, ...] = field(init=False, repr=False)  # none of a physics object

    def __post_init__(self) -> None:
        own = isinstance(self.task, nn.Module)
        if own and (self.settings or self.hidden is not None or self.kernel is not None):
            raise StudioError("A physics object of your own has no settings here; set them in it.")
        fixed: dict[str, Any] = {
            "task": self.task if own else named(self.task),
            "settings": settings_of(self.settings),
            "seed": seed_of(self.seed),
            "hidden": None if self.hidden is None else hidden_of(self.hidden),
            "kernel": None if self.kernel is None else kernel_of(self.kernel),
            "degrade": bool(self.degrade),
        }
        fixed["rows"] = () if own else configured(fixed["task"], fixed["settings"])
        given = [name for name in ("hidden", "kernel") if fixed[name] is not None]
        check_used(fixed["rows"], given)
        for name, value in fixed.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        settings = dict(self.settings)
        parts = (self.task, settings, self.seed, self.hidden, self.kernel, self.degrade)
        return Degradation, parts

    @classmethod
    def of(cls, task: What, degradation: Degradation | None) -> Degradation:
        """The degradation, or the one that the short form `task` stands for.

        Raises StudioError where both say something.
        """
        if degradation is None:
            return cls(task)
        if task != "projection":
            raise StudioError("Name the task in the degradation alone, not beside it.")
        return degradation

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the tasks, as a measurement keeps them."""
        if isinstance(self.task, nn.Module):
            return (OWN + type(self.task).__name__,)
        return tuple(row.key for row in self.rows)

    def given(self, size: tuple[int, int], resolution: int) -> Given:
        """Hole and kernel in the generator's frame, for a picture of size (height, width).

        Raises StudioError for a hole of another shape than the picture.
        """
        blur = None if self.kernel is None else torch.tensor(self.kernel)
        if self.hidden is None:
            return Given(kernel=blur)
        check_shape(self.hidden, size)
        return Given(torch.tensor(hole(self.hidden, resolution)).float(), blur)


def named(task: Any) -> tuple[str | Task, ...]:
    """Rows, or names of rows, as they were given: one, or several."""
    if isinstance(task, str | Task):
        return (task,)
    if not isinstance(task, Iterable):
        raise StudioError(f"There is no task {task!r}; there is {', '.join(TASKS)}.")
    return tuple(task)


def settings_of(settings: Any) -> Mapping[str, Any]:
    if not isinstance(settings, Mapping):
        raise StudioError(
            f"The settings of a task are {settings!r}; they must be values by name, for example "
            '{"super-resolution.factor": 8}.'
        )
    return MappingProxyType(dict(settings))


def seed_of(seed: Any) -> int:
    try:
        number = operator.index(seed)
    except TypeError:
        number = FARTHEST + 1
    if abs(number) > FARTHEST:
        raise StudioError(f"The seed of the degradation is {seed!r}; it must be a whole number.")
    return number


def hidden_of(hidden: Any) -> Mask:
    return fixed_copy(read_mask(hidden))


def kernel_of(kernel: Any) -> NDArray[np.float32]:
    if np.ndim(kernel) != 2 or not np.issubdtype(np.asarray(kernel).dtype, np.number):
        raise StudioError("A blur kernel must be a grey picture: numbers [height, width].")
    return fixed_copy(np.asarray(kernel, dtype=np.float32))


def fixed_copy(x: NDArray[Any]) -> NDArray[Any]:
    """x, which nobody can write to."""
    copy = np.array(x)
    copy.setflags(write=False)
    return copy


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


PROJECTION = Degradation()
