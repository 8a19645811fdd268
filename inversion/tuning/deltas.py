"""What fine-tuning changed in a generator's weights, small enough to lie inside a result."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import torch
from torch import Tensor

from models.errors import StudioError
from models.generators.generator import Generator

# The change of each weight by its parameter's name, float16: as it is, or, where that is smaller,
# as a product of rank RANK, under name + LEFT [o, RANK] and name + RIGHT [RANK, i].
Deltas = dict[str, Tensor]
LEFT, RIGHT = "/left", "/right"
RANK = 64  # on avatars pictures are 65 to 110 dB from those of the exact change, at 0.42 the size


def compress(changes: Mapping[str, Tensor], rank: int = RANK) -> Deltas:
    """The nearest change of such a rank for every weight, flattened to [o, i], on the CPU.

    By the eigenvectors of Δ Δᵀ, which are Δ's left singular vectors (Eckart and Young 1936).
    """
    deltas: Deltas = {}
    for name, change in changes.items():
        Δ = change.detach()
        Δ = Δ.flatten(1).cpu().double() if Δ.dim() > 1 else Δ
        if Δ.dim() < 2 or rank * sum(Δ.shape) >= Δ.numel():
            deltas[name] = change.detach().half().cpu()
            continue
        wide = Δ if Δ.shape[0] <= Δ.shape[1] else Δ.T
        left = torch.linalg.eigh(wide @ wide.T).eigenvectors[:, -rank:]
        right = left.T @ wide
        if wide is not Δ:
            left, right = right.T, left.T
        deltas[name + LEFT] = left.half().cpu().contiguous()
        deltas[name + RIGHT] = right.half().cpu().contiguous()
    return deltas


def expand(deltas: Deltas, G: Generator) -> dict[str, Tensor]:
    """The change of each weight, of its shape and type and on its device.

    Raises StudioError when one does not fit a weight of `G`.
    """
    weights = dict(G.named_parameters())
    changes: dict[str, Tensor] = {}
    for name in dict.fromkeys(key.removesuffix(LEFT).removesuffix(RIGHT) for key in deltas):
        try:
            weight, change = weights[name], deltas.get(name)
            if change is None:
                left, right = deltas[name + LEFT], deltas[name + RIGHT]
                if (len(left), *right.shape[1:]) != weight.flatten(1).shape:
                    raise ValueError("another shape")
                change = (left.float() @ right.float()).view_as(weight)
            if change.shape != weight.shape:
                raise ValueError("another shape")
        except (KeyError, TypeError, RuntimeError, ValueError):
            raise StudioError(
                f"The fine-tuned weights in this result do not fit {G.identity.name}, which has no "
                f"{name} of that shape. Choose another result, or the model it was made with."
            ) from None
        changes[name] = change.to(weight)
    return changes


@torch.no_grad()
def tuned(G: Generator, deltas: Deltas | None, strength: float = 1.0) -> Generator:
    """G with `strength` in [0, 1] times the change added to its weights: a copy, or G itself where
    nothing is added. It draws edits of a fine-tuned answer, too. G stays as it is.

    Raises StudioError when the change does not fit, or the strength lies outside.
    """
    if not 0 <= strength <= 1:
        raise StudioError(f"The strength is {strength:g}; it must lie between 0 and 1.")
    changes = expand(deltas, G) if deltas else {}
    if not changes or strength == 0:
        return G
    H = copy.deepcopy(G)
    for name, change in changes.items():
        H.get_parameter(name).add_(change, alpha=strength)
    return H
