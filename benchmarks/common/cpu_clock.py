"""Budgets in CPU seconds of one core, so that what else the machine does counts for nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

import torch


@contextmanager
def cpu_clock() -> Iterator[None]:
    """Runs within count the CPU seconds of this process, which has one thread of torch's then."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with patch("inversion.run.time", SimpleNamespace(monotonic=time.process_time)):
            yield
    finally:
        torch.set_num_threads(threads)
