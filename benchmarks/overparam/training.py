"""What overparameterization costs in quality, memory and time (Overparameterization, tables 1 and
4), of the twins and of their training on this machine."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from scipy.stats import trim_mean  # type: ignore[import-untyped]  # scipy ships no types
from torch import Tensor

from benchmarks.common import report
from benchmarks.overparam.twins import Twins, options, twins
from models import CATALOG, load_perceptual
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from models.readers import native
from training.avatars import can_compile
from training.data.baked import held_out
from training.gan.command import Avatars
from training.gan.settings import Settings
from training.gan.trainer import Trainer
from training.loop.frechet import embed, frechet_distance

EPSILON = 1e-4  # of the way from one w to another (Karras et al. 2019, section 4.1)
FULL = 10**9  # pictures seen: the warm start is over


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks overparam-training", description=__doc__
    )
    options(parser)
    parser.add_argument("--count", type=int, default=1000, help="pictures of either kind")
    parser.add_argument("--paths", type=int, default=1000, help="pairs of w for the path length")
    parser.add_argument("--data", type=Path, default=Path("runs/avatars-64"))
    parser.add_argument("--steps", type=int, default=16, help="of each training, to be timed")
    given = parser.parse_args(argv)
    both, perceptual = twins(given), load_perceptual("embedded")
    size = both.overparam.resolution
    real, _ = held_out(2 * given.count, resolution=size, fast=can_compile())
    first, second = (
        embed(perceptual.pooled, part.float() / 127.5 - 1) for part in real.split(given.count)
    )
    rows = [
        [
            name,
            f"{frechet_distance(first, embed(perceptual.pooled, sample(G, given.count))):.4f}",
            f"{path_length(G, perceptual, given.paths):.3f}",
        ]
        for name, G in named(both)
    ]
    how = f"--count {given.count} --paths {given.paths} --steps {given.steps}"
    command = f"python -m benchmarks overparam-training {how}"
    body = (
        f"{given.count} pictures without truncation against as many held-out avatars, Fréchet "
        "distance in the embedded perceptual network's features (no FID; held-out against held-out "
        f"{frechet_distance(first, second):.4f}); path length in w, ends of paths, ε = "
        f"{EPSILON:g}, mean of {given.paths} without the lowest and highest hundredth, by the "
        "perceptual distance (embedded).\n\n"
        + report.table(["", "Fréchet", "path length"], rows)
        + "\n\nThe paper's table 1 (FID, PPL): baseline 3.88, 196.27; overparam 5.05, 203.67."
    )
    settings = Settings(**recorded(given.overparam))
    rows = []
    plain: dict[str, Any] = {"rows": 1, "noise": False}
    for name, changes in (("baseline", plain), ("overparam", {})):
        told = {"settings": asdict(replace(settings, **changes)), "steps": given.steps}
        memory, seconds = measured(told | {"data": str(given.data)})
        rows.append([name, f"{memory:.2f}", f"{seconds:.1f}"])
    body += (
        f"\n\nTraining of either on this machine, {torch.get_num_threads()} threads, "
        f"{given.steps} steps of {settings.batch} pictures with all terms and regularisers: highest"
        " memory of the process, and seconds of processor time for 1000 pictures.\n\n"
        + report.table(["", "memory, GB", "seconds a 1000 pictures"], rows)
        + "\n\nThe paper's table 4 (four A100, 256 pixels): baseline 3.90 GB, 8.33 s; overparam "
        "4.90 GB, 8.80 s."
    )
    title = "Overparameterization: quality and cost (tables 1 and 4)"
    report.write("overparam-training", title, command, body)
    print(body)


def named(both: Twins) -> list[tuple[str, Generator]]:
    return [("baseline", both.baseline), ("overparam", both.overparam)]


def recorded(name: str) -> dict[str, Any]:
    """The settings that the weights' file says it was trained with."""
    row = CATALOG.get(name)
    path = Path(name) if row is None or row.embedded is None else row.embedded
    settings: dict[str, Any] = native.training_record(path).get("settings", {})
    return settings


@torch.no_grad()
def sample(G: Generator, count: int) -> Tensor:
    """Pictures [count, 3, H, W] of one seed, without truncation."""
    z = G.sample_z(count, torch.Generator().manual_seed(0))
    return torch.cat([G.generate(part).clamp(-1, 1) for part in z.split(32)])


@torch.no_grad()
def path_length(G: Generator, perceptual: Perceptual, count: int) -> float:
    """Perceptual path length: the mean of d(G(w), G(w + ε (w' - w))) / ε² over pairs of w, without
    the lowest and the highest hundredth, as in Karras et al.'s code: where all features of a place
    are zero, their direction jumps."""
    rng, found = torch.Generator().manual_seed(1), []
    for part in torch.arange(count).split(16):
        a, b = (G.map(G.sample_z(len(part), rng)) for _ in range(2))
        x, y = (G.synthesize(ws) for ws in (a, a.lerp(b, EPSILON)))
        found.append(perceptual(x, y).double() / EPSILON**2)
    return float(trim_mean(torch.cat(found).cpu().numpy(), 0.01))


def measured(told: dict[str, object]) -> tuple[float, float]:
    """`cost` in a process, and so a memory, of its own."""
    command = [sys.executable, "-m", "benchmarks.overparam.training", json.dumps(told)]
    memory, seconds = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return memory, seconds


def cost(settings: dict[str, Any], steps: int, data: str) -> tuple[float, float]:
    """Highest memory in GB of this process while it trains, and seconds of processor time for 1000
    pictures of the training proper."""
    trainer = Trainer(Settings(**settings), Avatars(data), "cpu")
    trainer.images = FULL
    trainer.step()
    began = time.process_time()
    for _ in range(steps):
        trainer.step()
    seconds = (time.process_time() - began) * 1000 / (steps * trainer.settings.batch)
    unit = 2**30 if sys.platform == "darwin" else 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, seconds


if __name__ == "__main__":
    print(json.dumps(cost(**json.loads(sys.argv[1]))))
