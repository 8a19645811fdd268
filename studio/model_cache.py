"""A few models, loaded once and shared by all visitors."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from models.weights.transfer import Progress

M = TypeVar("M")


class ModelCache(Generic[M]):
    """The two models used last, shared by all visitors. Calling it loads; `peek` does not."""

    def __init__(self, load: Callable[..., M], most: int = 2) -> None:
        self.load, self.most = load, most
        self.models: OrderedDict[str, M] = OrderedDict()
        self.lock = threading.Lock()

    def __call__(self, name: str, progress: Progress | None = None) -> M:
        with self.lock:
            if name not in self.models:
                self.models[name] = self.load(name, progress=progress)
            self.models.move_to_end(name)
            while len(self.models) > self.most:
                self.models.popitem(last=False)
            return self.models[name]

    def peek(self, name: str) -> M | None:
        return self.models.get(name)
