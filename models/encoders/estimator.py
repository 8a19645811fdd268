"""An attribute estimator: how much of each attribute a picture shows, so that edits can be found
and measured without a person looking.

    E = load_estimator("avatars")        this project's own, for toy portraits
    values = E(x)                        x [n, 3, H, W] in [-1, 1], of any size -> [n, attributes]

`python -m training estimator` makes it. It belongs to a kind of picture, not to one generator's
weights: whatever draws avatars can be read by it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models import network_file
from models.encoders.residual import Block
from models.generators.generator import Identity
from models.tensor_file import sha256

KIND = "estimator"  # architecture.class in the file


@dataclass(frozen=True)
class Reading:
    """One attribute that is read.

    name    of the attribute
    kind    "number", in the attribute's own units; "part" and "class" are probabilities, the latter
            of classes that exclude each other
    mean    over the pictures it learnt from
    std     the same
    score   on held-out pictures: the part of the variance that is read, 1 - MSE/std^2
    """

    name: str
    kind: str
    mean: float
    std: float
    score: float = 0.0


class Estimator(nn.Module):
    """Pixels folded 2 x 2 into channels, a convolution, blocks that halve the map down to 4 x 4,
    one linear layer.

    readings   what is read, in order; those of kind "class" stand side by side
    widths     maps after each block, multiples of 8
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        *,
        readings: Sequence[Reading | Mapping[str, Any]],
        widths: Sequence[int] = (48, 96, 160),
    ) -> None:
        super().__init__()
        if not 0 < len(widths) <= 8 or any(width % 8 or width <= 0 for width in widths):
            raise ValueError(f"widths must be one to eight multiples of 8, not {list(widths)}")
        self.readings = tuple(r if isinstance(r, Reading) else Reading(**r) for r in readings)
        self.names = tuple(r.name for r in self.readings)
        self.size, self.widths = 8 << len(widths), list(widths)
        self.identity = Identity("untrained", KIND, "", "")
        self.stem = nn.Conv2d(12, 24, 3, padding=1)
        self.blocks = nn.ModuleList(
            Block(i, o, 0) for i, o in zip([24, *widths], widths, strict=False)
        )
        self.head = nn.Linear(16 * widths[-1], len(self.readings))
        self.register_buffer("mean", torch.tensor([r.mean for r in self.readings]))
        self.register_buffer("std", torch.tensor([r.std for r in self.readings]))

    @property
    def settings(self) -> dict[str, Any]:
        return {"readings": [asdict(r) for r in self.readings], "widths": self.widths}

    def kind(self, kind: str) -> list[int]:
        """The columns of that kind."""
        return [k for k, r in enumerate(self.readings) if r.kind == kind]

    def raw(self, x: Tensor) -> Tensor:
        """x [n, 3, size, size] -> [n, readings]: standardised numbers, and logits."""
        x = F.pixel_unshuffle(x, 2).contiguous(memory_format=torch.channels_last)
        x = self.stem(x)
        for block in self.blocks:
            x = block(x, None)
        found: Tensor = self.head(x.flatten(1))
        return found.float()

    def forward(self, x: Tensor) -> Tensor:
        """x [n, 3, H, W] in [-1, 1] -> values [n, readings] in each attribute's own units."""
        if x.shape[2:] != (self.size, self.size):
            x = F.interpolate(x, (self.size, self.size), mode="bilinear", antialias=True)
        found = self.raw(x)
        values = self.mean + self.std * found
        for k in self.kind("part"):
            values[:, k] = found[:, k].sigmoid()
        if classes := self.kind("class"):
            values[:, classes] = found[:, classes].softmax(1)
        return values


def save(
    estimator: Estimator,
    path: str | Path,
    *,
    name: str,
    licence: str,
    training: Mapping[str, Any] | None = None,
) -> None:
    """Writes the estimator in half precision, atomically, in this project's own format. Raises
    StudioError if that is impossible."""
    network_file.write(
        estimator,
        path,
        architecture={"class": KIND, **estimator.settings},
        name=name,
        licence=licence,
        training=training,
    )


def read(path: Path) -> Estimator:
    """The estimator of a file; float32, its weights fixed.

    Raises StudioError if it is no such file, or does not fill its network exactly.
    """
    estimator, about = network_file.load(path, {KIND: Estimator}, "estimator")
    estimator.identity = Identity(
        name=about.name or path.stem,
        architecture=json.dumps(about.architecture),
        sha256=sha256(path),
        licence=about.licence,
    )
    return estimator
