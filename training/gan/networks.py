"""The networks of StyleGAN2's training as they begin, and their optimizers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.generators.overparam import Overparameterized
from models.generators.stylegan2 import StyleGAN2
from training.gan.discriminator import Discriminator
from training.gan.projected import Projected, Trunk
from training.gan.settings import Settings


def generator(s: Settings, resolution: int) -> StyleGAN2:
    """The generator that the settings ask for, with initial weights."""
    shape: dict[str, Any] = {
        "resolution": resolution,
        "channels": s.widths(resolution),
        "z_dim": s.z_dim,
        "w_dim": s.w_dim,
        "mapping_layers": s.mapping_layers,
        "mapping_lr": s.mapping_lr,
    }
    if s.rows == 1:
        return StyleGAN2(**shape, noise=s.noise)
    return Overparameterized(**shape, rows=s.rows or None)


def discriminator(s: Settings, resolution: int) -> Discriminator | Projected:
    """StyleGAN2's, or the one on SqueezeNet's features if the settings name its file."""
    if s.projected:
        return Projected(Trunk(Path(s.projected)))
    return Discriminator(resolution, s.widths(resolution))


@torch.no_grad()
def blind(model: StyleGAN2, seen: Tensor) -> None:
    """Start the first dense layer blind to all but the latents' axes `seen` [k, z_dim],
    orthonormal: of the others no picture of a pair depends."""
    weight = model.mapping.get_parameter("fc0.weight")
    weight.copy_(weight @ seen.T @ seen)


def lazy(every: int) -> float:
    """A regulariser every k steps is one more step in k + 1: rate and betas are scaled by
    k / (k + 1) (StyleGAN2, appendix B)."""
    return every / (every + 1) if every else 1.0


def adam(model: torch.nn.Module, lr: float, every: int) -> torch.optim.Adam:
    c = lazy(every)
    trained = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.Adam(trained, lr=lr * c, betas=(0.0, 0.99**c), eps=1e-8, foreach=True)


def restore_moments(optimizer: torch.optim.Optimizer, saved: Mapping[str, Any]) -> None:
    """What a checkpoint says of the parameters' moments; rates and betas stay the optimizer's."""
    groups = [
        {**now, "params": old["params"]}
        for now, old in zip(
            optimizer.state_dict()["param_groups"], saved["param_groups"], strict=True
        )
    ]
    optimizer.load_state_dict({**saved, "param_groups": groups})
