"""A few models, loaded once and shared by all visitors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from models.recent import Recent
from models.weights.transfer import Progress

M = TypeVar("M")


class ModelCache(Generic[M]):
    """The two models used last, shared by all visitors. Calling it loads, one after another; a
    model that is here does not wait for one that is on its way. `peek` does not load."""

    def __init__(self, load: Callable[..., M], most: int = 2) -> None:
        self.load = load
        self.models: Recent[str, M] = Recent(most)
        self.lock = threading.Lock()  # two that load at once would take the memory of both

    def __call__(self, name: str, progress: Progress | None = None) -> M:
        if (model := self.models.get(name)) is not None:
            return model
        with self.lock:
            model = self.models.get(name)  # which another visitor may have waited for
            if model is None:
                model = self.load(name, progress=progress)
                self.models.put(name, model)
            return model

    def peek(self, name: str) -> M | None:
        return self.models.peek(name)
