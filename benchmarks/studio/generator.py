"""What the embedded generator draws, and how far that is from held-out pictures of its renderer."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor

from benchmarks.common import report
from inversion.pictures.images import to_uint8
from models import load, load_perceptual
from models.generators.generator import Generator
from training.avatars import can_compile
from training.data.baked import held_out
from training.loop.frechet import Distances, distances

COLUMNS, ROWS = 16, 6
GRID = report.RESULTS.with_name("avatars.png")


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks generator", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="pictures of either kind")
    parser.add_argument("--seed", type=int, default=0, help="of the latents")
    options = parser.parse_args(argv)

    G, perceptual = load("avatars"), load_perceptual("embedded")
    grid(G, options.seed).save(GRID, optimize=True)
    real, _ = held_out(2 * options.count, resolution=G.resolution, fast=can_compile())
    rows = []
    for truncation in (1.0, 0.7):
        fake = sample(G, options.count, options.seed, truncation)
        found = distances("embedded", perceptual.pooled, real.float() / 127.5 - 1, fake)
        rows.append([f"{truncation:g}", *numbers(found)])
    header = ["truncation", "Fréchet", "Fréchet, real–real", "kernel", "kernel, real–real"]
    command = f"python -m benchmarks generator --count {options.count} --seed {options.seed}"
    body = (
        f"![Samples of the embedded generator]({GRID.name})\n\n"
        f"Above: {COLUMNS * ROWS} latents of seed {options.seed}, truncation 1, not chosen. Below: "
        f"{options.count} pictures against as many held-out avatars, and held-out against "
        "held-out. The features are those of the embedded perceptual network, each layer's mean "
        "over places; these numbers are no FID and no KID.\n\n" + report.table(header, rows)
    )
    report.write("generator", "The embedded generator", command, body)
    print(body)


@torch.no_grad()
def sample(G: Generator, count: int, seed: int, truncation: float) -> Tensor:
    """Pictures [count, 3, H, W], clamped to [-1, 1] as a file would hold them."""
    z = G.sample_z(count, torch.Generator().manual_seed(seed))
    parts = [G.generate(part, truncation=truncation) for part in z.split(50)]
    return torch.cat(parts).clamp(-1, 1)


def numbers(found: Distances) -> list[str]:
    values = (found.frechet, found.frechet_floor, found.kernel, found.kernel_floor)
    return [f"{value:.5f}" for value in values]


def grid(G: Generator, seed: int) -> Image.Image:
    """COLUMNS × ROWS samples side by side."""
    pictures = torch.from_numpy(to_uint8(sample(G, COLUMNS * ROWS, seed, 1.0)))
    tiles = pictures.unflatten(0, (ROWS, COLUMNS)).transpose(1, 2)
    return Image.fromarray(tiles.flatten(2, 3).flatten(0, 1).numpy())
