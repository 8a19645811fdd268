"""Where a network runs: a device by its name, if this machine has it."""

from __future__ import annotations

import torch
from torch import Tensor

from models.errors import StudioError

NAMES = "cpu, cuda (an NVIDIA GPU; cuda:1 is the second), mps (Apple's GPU)"


def available(device: str | torch.device) -> str:
    """The name of a device of this machine: cpu, cuda, cuda:N or mps. Raises StudioError for any
    other, and for one that is not there.

    >>> available("cpu")
    'cpu'
    >>> available("gpu")
    Traceback (most recent call last):
    models.errors.StudioError: There is no device 'gpu'. There are cpu, cuda (an NVIDIA GPU; ...
    """
    name = str(device)
    kind, colon, index = name.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (colon and not index.isdecimal()):
        raise StudioError(f"There is no device {name!r}. There are {NAMES}.")
    if kind == "cuda":
        _check_cuda(name, int(index or 0))
    elif kind == "mps" and not torch.backends.mps.is_available():
        why = (
            "PyTorch here was built without it"
            if not torch.backends.mps.is_built()
            else "macOS or the machine is too old for it, or it has none"
        )
        raise StudioError(f"Apple's GPU cannot be used: {why}. Choose cpu.")
    elif index and int(index):
        raise StudioError(f"There is no device {name!r}: there is one {kind}. Choose {kind}.")
    return name


def _check_cuda(name: str, index: int) -> None:
    """Raises StudioError unless there is that NVIDIA GPU."""
    if torch.version.cuda is None and torch.version.hip is None:
        raise StudioError(
            "No NVIDIA GPU can be used: PyTorch here was built without CUDA. Install the build with"
            " CUDA (pytorch.org), or choose cpu."
        )
    if not torch.cuda.is_available():
        raise StudioError(
            "No NVIDIA GPU was found: there is none, its driver is missing, or it is hidden"
            " (CUDA_VISIBLE_DEVICES). Look at nvidia-smi, or choose cpu."
        )
    if index >= (count := torch.cuda.device_count()):
        there = "one, cuda:0" if count == 1 else f"{count}, cuda:0 to cuda:{count - 1}"
        raise StudioError(f"There is no device {name!r}: this machine has {there}.")


def like(x: Tensor, other: Tensor) -> Tensor:
    """x in the type, and then on the device of another. Exact numbers are made on the CPU: Apple's
    GPU has no float64."""
    return x.to(other.dtype).to(other.device)
