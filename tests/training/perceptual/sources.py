"""Pictures to learn from."""

import torch

from training.perceptual.pictures import Families


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def families(n: int = 2) -> Families:
    images = torch.randint(0, 256, (n, Families.STEPS, 3, 64, 64), generator=rng())
    return Families(images.to(torch.uint8))
