"""A: what a task does to a picture before it is compared with the observation."""

from __future__ import annotations

from torch import Tensor


class Identity:
    """Plain projection: the observation is the picture itself."""

    def __call__(self, x: Tensor) -> Tensor:
        return x


TASKS = {"projection": Identity}
