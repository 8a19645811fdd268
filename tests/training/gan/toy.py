"""A training small enough to run in a test."""

from dataclasses import replace

import torch
from torch import Tensor

from training.gan.settings import Settings
from training.gan.trainer import Trainer

SETTINGS = Settings(
    channels="4,4,4", z_dim=6, w_dim=6, mapping_layers=1, batch=4, r1_every=2, path_every=2,
    warm_images=16, warm_every=2, head_start=2, ema_images=16, ema_rampup=1.0,
)  # fmt: skip


class Toy:
    """Twelve random 16-pixel pictures with codes of three coordinates."""

    count = 12

    def __init__(self) -> None:
        rng = torch.Generator().manual_seed(0)
        self._images = torch.randint(256, (12, 3, 16, 16), generator=rng, dtype=torch.uint8)
        self._codes = torch.randn(12, 3, generator=rng)

    def images(self, indices: Tensor) -> Tensor:
        return self._images[indices]

    def codes(self, indices: Tensor) -> Tensor:
        return self._codes[indices]

    def description(self, indices: Tensor) -> Tensor:
        return (self._codes[indices] > 0).float()


def trainer(**changes: object) -> Trainer:
    return Trainer(replace(SETTINGS, **changes), Toy(), "cpu")  # type: ignore[arg-type]


def flat(state: dict, prefix: str = "") -> dict[str, Tensor]:
    out = {}
    for key, value in state.items():
        if isinstance(value, dict):
            out |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, Tensor):
            out[f"{prefix}{key}"] = value
    return out
