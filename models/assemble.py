"""A network from what a file says: its architecture, and a tensor for every name."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from models.errors import StudioError

N = TypeVar("N", bound=nn.Module)

LIMITS = {
    "resolution": 4096,
    "z_dim": 8192,
    "w_dim": 8192,
    "class_dim": 100_000,
    "num_classes": 100_000,
    "channel_width": 8192,
    "n_stats": 10_000,
    "mapping_layers": 64,
    "num_ws": 64,
    "rows": 8192,
}


def generator(
    kind: Callable[..., N],
    settings: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
    names: Mapping[str, str],
    source: str,
    file_size: int,
) -> N:
    """kind(**settings) whose every tensor comes from the file, as float32.

    tensors    name in the file -> tensor; axes of length 1 may differ from this project's
    names      name in this project -> name in the file, where they are not the same
    source     names the file in messages
    file_size  bytes; the tensors may not claim more

    Raises StudioError that names the key if one is missing, left over, misshapen or not finite.
    """
    for claim, limit in LIMITS.items():
        if not 0 <= settings.get(claim, 0) <= limit:
            raise StudioError(
                f"{source} claims a {claim} of {settings[claim]}; {limit} is the most."
            )
    try:
        with torch.device("meta"):  # shapes only: what a hostile file claims costs nothing
            model = kind(**settings)
    except ValueError as error:
        raise StudioError(f"{source} describes no network that can be built: {error}.") from None
    wanted = model.state_dict()
    if sum(t.numel() for t in wanted.values()) * 2 > file_size:  # half precision at the least
        raise StudioError(
            f"{source} claims more weights than a file of its size can hold. It is"
            " damaged: get it again."
        )
    found = {}
    left = dict(tensors)
    for name, target in wanted.items():
        key = names.get(name, name)
        if key not in left:
            raise StudioError(
                f"{source} lacks the weights {key!r}: it is not a whole network."
                " Get the file again."
            )
        found[name] = _fit(left.pop(key), target, key, source)
    if left:
        raise StudioError(
            f"{source} holds weights that the network has no place for: {_some(sorted(left))}."
            " It is another network, or a variant of this one; take the standard form of it."
        )
    model.load_state_dict(found, assign=True)
    return model


def check_filter(kernel: Tensor, gain: float, key: str, source: str) -> None:
    """The resampling filter is not learnt; a network that was trained with another cannot be drawn.

    kernel [4, 4] must be the outer product of [1, 3, 3, 1]/8 with itself, times gain (Karras et al.
    2020, appendix B)."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    if kernel.shape != (4, 4) or not torch.allclose(kernel.float(), gain * taps.outer(taps)):
        raise StudioError(
            f"{source} was trained with another resampling filter ({key!r})"
            " than [1, 3, 3, 1], and cannot be drawn. Take a network of the standard form."
        )


def _fit(tensor: Tensor, target: Tensor, key: str, source: str) -> Tensor:
    """`tensor` as a fresh float32 tensor of target's shape."""
    if [n for n in tensor.shape if n > 1] != [n for n in target.shape if n > 1]:
        raise StudioError(
            f"{source}: {key!r} has the shape {list(tensor.shape)}, where {list(target.shape)} was"
            " expected. It is another network, or a variant of this one; take the standard form."
        )
    if not tensor.is_floating_point() or not tensor.isfinite().all():
        raise StudioError(
            f"{source}: {key!r} holds values that are not finite real numbers: its"
            " training broke down, or it is damaged. Take an earlier one, or get it again."
        )
    return tensor.detach().reshape(target.shape).to(torch.float32, copy=True).contiguous()


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(map(repr, names[:5])) + more
