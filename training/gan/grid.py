"""A sheet of pictures of a generator, the same latents each time."""

import torch
from PIL import Image
from torch import Tensor

from models.generators.generator import Generator

GRID = 32  # pictures a grid shows at each truncation


@torch.no_grad()
def sample_grid(model: Generator, columns: int = 4) -> Image.Image:
    """A generator's pictures of fixed latents: truncation 1 left, 0.7 right."""
    z = model.sample_z(GRID, torch.Generator().manual_seed(1))
    halves = [
        _tile(torch.cat([model.generate(part, truncation=psi) for part in z.split(8)]), columns)
        for psi in (1.0, 0.7)
    ]
    gap = torch.full_like(halves[0][:, :4], 255)
    return Image.fromarray(torch.cat([halves[0], gap, halves[1]], 1).numpy())


def _tile(images: Tensor, columns: int) -> Tensor:
    """[n, 3, h, w] in [-1, 1] -> [n / columns * h, columns * w, 3] uint8."""
    pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).cpu()
    rows: Tensor = pixels.unflatten(0, (-1, columns)).permute(0, 3, 1, 4, 2)
    return rows.flatten(0, 1).flatten(1, 2).contiguous()
