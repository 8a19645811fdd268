"""Which weights of a training are kept: those of the lowest Fréchet distance from the data, as in
the Overparameterization paper (section 4.1), here in the embedded perceptual network's features.

The distance is no FID. All checkpoints of a training draw the same latents and are compared with
the same pictures, so that little of its changes is chance.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from models import load_perceptual
from models.generators.generator import Generator
from models.readers import native
from training.loop import frechet

BATCH = 32


class Images(Protocol):
    """What is asked of the data."""

    @property
    def count(self) -> int: ...
    def images(self, indices: Tensor) -> Tensor: ...


class Judge:
    """Fréchet distance of `count` pictures of a generator from as many of the data; never more than
    a batch of them is held at once."""

    def __init__(self, data: Images, count: int, device: str = "cpu") -> None:
        self.count, self.extract = count, load_perceptual("embedded", device).pooled
        chosen = torch.randperm(data.count, generator=torch.Generator().manual_seed(0))[:count]
        self.real = self._features(
            data.images(part).to(device).float() / 127.5 - 1 for part in chosen.split(BATCH)
        )

    @torch.no_grad()
    def __call__(self, model: Generator) -> float:
        """Of the model without truncation."""
        rng = torch.Generator().manual_seed(0)
        sizes = (len(part) for part in torch.arange(self.count).split(BATCH))
        drawn = (model.generate(model.sample_z(n, rng)).clamp(-1, 1) for n in sizes)
        return frechet.frechet_distance(self.real, self._features(drawn))

    def _features(self, batches: Iterable[Tensor]) -> Tensor:
        return torch.cat([frechet.embed(self.extract, pictures) for pictures in batches])


def improves(line: Mapping[str, Any], out: Path) -> bool:
    """Whether the distance `frechet` of a line is lower than that of the best kept so far."""
    path = out / "best.json"
    return not path.exists() or line["frechet"] < json.loads(path.read_text())["frechet"]


def keep(model: Generator, line: Mapping[str, Any], out: Path, **described: Any) -> None:
    """Writes best.safetensors, described as `native.save` is told, and `line` as best.json."""
    native.save(model, out / "best.safetensors", **described)
    (out / "best.json").write_text(json.dumps(dict(line)) + "\n")
