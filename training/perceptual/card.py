"""The examination of the embedded perceptual distance, and the model card that it fills in
(the text is perceptual_card.md beside this file).

Pairs of held-out pictures, spoiled by degrees, are ranked by the teacher, by the network, by the
same network before any training and by the mean squared error. Spearman's correlation says how far
each agrees with the teacher. Then pictures are painted by descent of the distance alone.
"""

import datetime
import math
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from models.perceptual.distance import Perceptual
from models.perceptual.embedded import EmbeddedPerceptual
from models.readers import native
from training.perceptual.distortions import DISTORTIONS
from training.perceptual.pictures import Families, Photos, Scans
from training.perceptual.teacher import Teacher

SEED = 0
FAMILY_SEED, EACH, SIZE = 7_002, 16, 64
SEVERITIES = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
EXAMINED = ("blur", "noise", "shift", "colour")
PAINT_STEPS = 300

Distance = Callable[[Tensor, Tensor], Tensor]  # [n, 3, H, W] twice -> [n]


def spearman(a: Tensor, b: Tensor) -> float:
    """The correlation of the ranks of a and b [n]; equal values share their mean rank."""

    def ranks(values: Tensor) -> Tensor:
        _, place, count = values.unique(return_inverse=True, return_counts=True)
        last = count.cumsum(0).double()
        rank: Tensor = last - (count - 1) / 2
        return rank[place]

    return float(torch.corrcoef(torch.stack([ranks(a), ranks(b)]))[0, 1])


def pairs(originals: dict[str, Tensor], families: Tensor) -> dict[tuple[str, str], list[Tensor]]:
    """(distortion, source) -> [x, y], pictures [n, 3, 64, 64] in [-1, 1] to be compared.

    originals  pictures of each source
    families   [n, steps, 3, 64, 64]: avatars, first members first, for the change of identity
    """
    rng = torch.Generator().manual_seed(SEED)
    found: dict[tuple[str, str], list[Tensor]] = {}
    for source, x in originals.items():
        for name in EXAMINED:
            spoiled = [DISTORTIONS[name](x, torch.full((len(x),), s), rng) for s in SEVERITIES]
            found[name, source] = [x.repeat(len(SEVERITIES), 1, 1, 1), torch.cat(spoiled)]
        found["identity", source] = [x, x.roll(1, 0)]
    first, others = families[:, :1], families[:, 1:]
    found["identity", "avatars"] = [first.expand_as(others).flatten(0, 1), others.flatten(0, 1)]
    return found


@torch.no_grad()
def correlations(
    distance: Distance, teacher: Distance, examined: dict[tuple[str, str], list[Tensor]]
) -> dict[str, tuple[float, int]]:
    """Spearman's correlation with the teacher and the number of pairs: of all, of each distortion,
    of each source."""
    told, said = (
        {
            key: torch.cat([of(*part) for part in zip(x.split(64), y.split(64), strict=True)])
            for key, (x, y) in examined.items()
        }
        for of in (teacher, distance)
    )
    groups = {"all": list(examined)}
    for part in (0, 1):
        for name in dict.fromkeys(key[part] for key in examined):
            groups[name] = [key for key in examined if key[part] == name]
    table = {}
    for name, keys in groups.items():
        s, t = (torch.cat([of[key] for key in keys]) for of in (said, told))
        table[name] = spearman(s, t), len(t)
    return table


def mse(x: Tensor, y: Tensor) -> Tensor:
    return (x - y).square().mean((1, 2, 3))


def paint(network: Perceptual, targets: Tensor, steps: int = PAINT_STEPS) -> Tensor:
    """Pictures [n, 3, H, W] grown from grey by descent of the distance in their pixels (Adam)."""
    wanted = network.features(targets)
    x = torch.zeros_like(targets, requires_grad=True)
    adam = torch.optim.Adam([x], lr=0.05)
    for step in range(steps):
        adam.param_groups[0]["lr"] = 0.05 * 0.5 * (1 + math.cos(math.pi * step / steps))
        adam.zero_grad()
        network.compare(network.features(x), wanted).sum().backward()
        adam.step()
    return x.detach().clamp(-1, 1)


def milliseconds(network: Perceptual) -> tuple[float, float]:
    """Median time of four 64-pixel pictures against one target: forward; forward and backward."""
    x = torch.rand(4, 3, SIZE, SIZE) * 2 - 1
    target = network.features(x[:1])

    def forward() -> None:
        with torch.no_grad():
            network.compare(network.features(x), target)

    def backward() -> None:
        network.compare(network.features(x.requires_grad_()), target).sum().backward()

    medians = []
    for run in (forward, backward):
        times = []
        for _ in range(40):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        medians.append(sorted(times)[len(times) // 2] * 1e3)
    return medians[0], medians[1]


def examine(file: Path, teacher: Teacher, scans: Path, photos: Path, cache: Path) -> dict[str, Any]:
    """Every figure of the card; `cache` keeps the rendered avatars and gets pixels.png."""
    rng = torch.Generator().manual_seed(SEED)
    network = EmbeddedPerceptual.read(file)
    families = Families.render(FAMILY_SEED, EACH, cache / "examination.npy")
    members = families.images.float() / 127.5 - 1
    originals = {
        "avatars": members[:, 0],
        "scans": Scans(scans, held_out=True).draw(EACH, SIZE, rng),
        "photos": Photos(photos, held_out=True).draw(EACH, SIZE, rng),
    }
    examined = pairs(originals, members)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        untrained = EmbeddedPerceptual().requires_grad_(False)
    distances: dict[str, Distance] = {"ours": network, "untrained": untrained, "mse": mse}
    table = {name: correlations(d, teacher, examined) for name, d in distances.items()}
    targets = torch.cat([x[:4] for x in originals.values()])
    painted = paint(network, targets)
    noisy = targets + mse(painted, targets).sqrt()[:, None, None, None] * torch.randn(
        targets.shape, generator=rng
    )
    with torch.no_grad():
        beside = [float(teacher(x, targets).mean()) for x in (painted, noisy.clamp(-1, 1))]
    psnr = float((10 * (4 / mse(painted, targets)).log10()).mean())
    rows = torch.stack([targets, painted]).permute(0, 3, 1, 4, 2).flatten(0, 1).flatten(1, 2)
    bytes_ = ((rows + 1) * 127.5).to(torch.uint8).numpy()
    Image.fromarray(bytes_).save(cache / "pixels.png")
    return {
        "table": table,
        "psnr": psnr,
        "painted": beside[0],
        "noisy": beside[1],
        "milliseconds": milliseconds(network),
        "record": native.training_record(file),
        "bytes": file.stat().st_size,
        "parameters": sum(p.numel() for p in network.parameters()),
    }


def write(file: Path, teacher: Teacher, *, scans: Path, photos: Path, cache: Path) -> None:
    """Examine `file` and write its card beside it, of the same name with .md."""
    figures = examine(file, teacher, scans, photos, cache)
    file.with_suffix(".md").write_text(card(figures, datetime.date.today().isoformat()))


def card(figures: dict[str, Any], date: str) -> str:
    table = figures["table"]
    rows = "\n".join(
        f"| {name} | {n} | {value:.3f} | {table['mse'][name][0]:.3f} |"
        f" {table['untrained'][name][0]:.3f} |"
        for name, (value, n) in table["ours"].items()
    )
    forward, both = figures["milliseconds"]
    return (
        Path(__file__)
        .with_suffix(".md")
        .read_text()
        .format(
            rows=rows,
            forward=forward,
            both=both,
            date=date,
            seed=SEED,
            paint_steps=PAINT_STEPS,
            machine=f"{platform.machine()}, {os.cpu_count()} cores, PyTorch {torch.__version__}",
            kilobytes=figures["bytes"] / 1e3,
            **{key: figures[key] for key in ("psnr", "painted", "noisy", "parameters")},
            **{key: figures["record"][key] for key in ("steps", "pairs")},
        )
    )
