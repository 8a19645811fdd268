"""Pictures of three kinds for a model: like its training, the same moved, and strangers' photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.common import sheets
from inversion.pictures.images import Crop, Picture, read, to_uint8
from models.errors import StudioError
from training.perceptual.pictures import Scans

PHOTOS = Path(__file__).parents[2] / "assets" / "photos"
SHIFT, ZOOM = 0.12, 1.2  # of a moved picture's side; how much larger its subject is


def pictures(
    model: str, kind: str, count: int, side: int, data: Path | None
) -> list[tuple[Picture, int | None]]:
    """`count` pictures uint8 [side, side, 3], with the number of the class where it is known.

    `data` holds those that are not part of the project: the zip of scans, or the folder held-out/
    of portraits. Raises StudioError where it is needed and missing.
    """
    if kind == "stranger":
        photos = sorted(PHOTOS.iterdir())
        return [(Crop().apply(read(path), side), None) for path in photos[:count]]
    at_home = _home(model, count, side, data)
    if kind == "home":
        return at_home
    return [(moved(picture), label) for picture, label in at_home]


def _home(model: str, count: int, side: int, data: Path | None) -> list[tuple[Picture, int | None]]:
    if model in ("avatars", "species"):
        return [
            (case.picture, case.label if model == "species" else None)
            for case in sheets.cases(count, side)
        ]
    if data is None:
        raise StudioError(f"Held-out pictures of {model} are not part of the project: give --data.")
    if model == "portraits":
        held_out = np.load(data / f"{side}.npy", mmap_mode="r")
        first = held_out if held_out.shape[-1] == 3 else held_out.transpose(0, 2, 3, 1)
        return [(np.ascontiguousarray(first[i]), None) for i in range(count)]
    rng = torch.Generator().manual_seed(0)
    scans = Scans(data, held_out=True, most=count).draw(count, side, rng)
    return [(picture, None) for picture in to_uint8(scans)]


def moved(picture: Picture) -> Picture:
    """The subject larger by ZOOM and up and left by SHIFT; the edge is drawn on outwards."""
    side = len(picture)
    wide = np.pad(picture, ((side, side), (side, side), (0, 0)), mode="edge")
    crop, corner = round(side / ZOOM), round(side + side * (1 - 1 / ZOOM) / 2 + SHIFT * side)
    cut = wide[corner : corner + crop, corner : corner + crop]
    return np.asarray(Image.fromarray(cut).resize((side, side), Image.Resampling.LANCZOS))
