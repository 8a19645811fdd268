"""The folder that an answer is written to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from inversion.pictures.images import Crop, Picture, png
from inversion.result import Inversion


def write(
    result: Inversion, pictures: Iterable[Picture], out: Path, crop: Crop | None = None
) -> None:
    """Writes result.safetensors, settings.json, target.png and one PNG a seed, best first; of a
    restoration also measurement.safetensors and degraded.png, what it looks like, and of a hole one
    PNG a seed ending in -known-pixels, whose known pixels are those that were given.

    `pictures` are what the result draws, uint8 [H, W, 3] each; `crop` is how the target was cut
    out, noted among the settings. The folder is made if need be.
    """
    out.mkdir(parents=True, exist_ok=True)
    result.save(out / "result.safetensors")
    settings = result.header() | ({} if crop is None else {"crop": asdict(crop)})
    (out / "settings.json").write_text(json.dumps(settings, indent=2) + "\n")
    (out / "target.png").write_bytes(png(result.target))
    if result.measurement is not None:
        result.measurement.save(out / "measurement.safetensors")
        (out / "degraded.png").write_bytes(png(result.measurement.picture()))
    drawn = np.stack(list(pictures))
    kept = None if result.measurement is None else result.measurement.put_back(drawn)
    for shown, ending in ((drawn, ""), (kept, "-known-pixels")):
        if shown is None:
            continue
        for rank, (seed, picture) in enumerate(zip(result.seeds, shown, strict=True), 1):
            (out / f"rank-{rank}-seed-{seed}{ending}.png").write_bytes(png(picture))
