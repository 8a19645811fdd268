"""Answers as other projects read them: NVIDIA's projected_w.npz and rosinality's projector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inversion.edits.apply import draw
from inversion.edits.interpolation import constants
from inversion.result import Inversion
from models.errors import StudioError
from models.generators.generator import Generator


def write_projected_w(ws: Tensor, path: Path) -> None:
    """ws [1, num_ws, w_dim] under "w", as NVIDIA's projector.py writes and generate.py reads."""
    with path.open("wb") as file:  # numpy adds a suffix to names that end otherwise
        np.savez(file, w=ws.cpu().numpy())


def projected_w(result: Inversion, G: Generator, path: Path, rank: int) -> None:
    write_projected_w(result.edited_codes(G, rank).ws, path)


def projector(result: Inversion, G: Generator, path: Path, rank: int) -> None:
    """{name: img [3, H, W] in [-1, 1], latent [num_ws, w_dim], noise: maps [1, 1, h, w]}, as
    rosinality's projector.py writes."""
    codes = result.edited_codes(G, rank)
    noises = codes.noises or constants(G)
    entry = {
        "img": draw(G, codes, ())[0].cpu(),
        "latent": codes.ws[0].cpu().clone(),
        "noise": [noise.cpu().clone() for noise in noises],
    }
    torch.save({path.stem: entry}, path)


EXPORTS: dict[str, Callable[[Inversion, Generator, Path, int], None]] = {
    ".npz": projected_w,
    ".pt": projector,
}


def export(result: Inversion, G: Generator, path: str | Path, rank: int = 0) -> tuple[str, ...]:
    """Writes one answer, edits included, in the form that the suffix says: .npz, NVIDIA's, or .pt,
    rosinality's; what such a file cannot hold is returned, a sentence each.

    Raises StudioError for another suffix, another model, or if it cannot be written.
    """
    path = Path(path)
    write = EXPORTS.get(path.suffix.lower())
    if write is None:
        raise StudioError(
            f"{path.name}: codes are exported to .npz (NVIDIA's) or .pt (rosinality's)."
        )
    try:
        write(result, G, path, rank)
    except (OSError, RuntimeError) as error:
        raise StudioError(
            f"{path} could not be written ({error}). Choose another folder."
        ) from None
    codes = result.edited_codes(G, rank)
    left = {
        "the fine-tuning of its weights": result.deltas is not None and rank == 0,
        "its noise maps": codes.noises is not None and path.suffix.lower() == ".npz",
        "its content code": codes.content is not None,
        "the feature map that it was found in": codes.x is not None,
        "its place and colours": codes.placement is not None or codes.colour is not None,
    }
    lost = [what for what, there in left.items() if there]
    return (
        (f"{path.name} cannot hold {', '.join(lost)}: it draws another picture.",) if lost else ()
    )
