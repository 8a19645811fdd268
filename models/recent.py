"""What was used last is kept, the rest forgotten."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most `most` values by key, the ones used last; may be shared by threads.

    >>> kept = Recent[str, int](most=2)
    >>> for name in ("a", "b"):
    ...     kept.put(name, len(kept))
    >>> kept.get("a")
    0
    >>> kept.put("c", 2)
    >>> kept.get("b") is None  # which was not used since "a" was
    True
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """The value, now the one used last; None where there is none."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self.most:
                self._values.popitem(last=False)

    def peek(self, key: K) -> V | None:
        """The value, which does not count as used."""
        return self._values.get(key)

    def __len__(self) -> int:
        return len(self._values)
