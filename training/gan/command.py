"""`python -m training gan`: train the embedded generator for a given time or number of pictures.

    python -m training gan --data runs/avatars-64 --out runs/gan-avatars --minutes 100

and the twins of the Overparameterization paper, of one network but for the rows of a latent:

    python -m training gan --name avatars-baseline --mapping-layers 2 --no-noise \\
      --head-start 3000 --warm-images 70000 --images 90000
    python -m training gan --name avatars-overparam --mapping-layers 2 --rows 0 \\
      --head-start 3000 --warm-images 70000 --images 90000

In the output folder: checkpoint.pt (tensors, numbers and strings; read with weights_only),
ema.safetensors (the averaged generator in half precision, ready for `models.load`), grids/*.png
(the same 32 latents each time, truncation 1 left and 0.7 right), log.jsonl (one line of means every
`LOG_STEPS` steps), and best.safetensors, the averaged generator that was nearest to the data so far
(training/loop/best_checkpoint.py). Run again to continue: the schedule counts pictures, not
minutes. There is no clock where --images says when to end, unless --minutes is given too.

The method, with its one departure from StyleGAN2, is described in training/gan/trainer.py.
"""

import argparse
import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from models.errors import StudioError
from models.readers import native
from training.avatars import SPECIES
from training.data.arrays import WEIGHTS, Arrays
from training.data.baked import BakedImages
from training.data.folder import Folder
from training.gan.grid import sample_grid
from training.gan.mapping_pretraining import Pictures
from training.gan.settings import Settings
from training.gan.trainer import Trainer
from training.knobs import add_flag
from training.loop import best_checkpoint, parallel
from training.loop.run import run, write

LOG_STEPS = 50
MINUTES = 100.0  # of a training that is told no end
NAME, LICENCE = "avatars", "Apache-2.0"


class Avatars(BakedImages):
    """Baked avatars with a description for the mapping's head start."""

    def description(self, indices: Tensor) -> Tensor:
        """[n, m]: species (twice, they matter most), hair style and kind of glasses one-hot, the
        background's hue as a point of the circle, and every attribute."""
        a = self.attributes(indices)
        species = one_hot(a.species, len(SPECIES)).float()
        styles = one_hot(a.hair_style.long().clamp(0, 3), 4).float()
        glasses = torch.stack([a.glasses > 0.75, a.glasses > 0.875], 1).float()
        hue = 2 * torch.pi * a.background_hue
        circle = torch.stack([hue.cos(), hue.sin()], 1)
        return torch.cat([species, species, styles, glasses, circle, a.matrix()], 1)


def train(
    settings: Settings,
    data: Pictures,
    out: Path,
    *,
    minutes: float,
    images: int | None = None,
    checkpoint_minutes: float = 4.0,
    device: str = "cpu",
    name: str = NAME,
    frechet_images: int = 0,
    refresh: Callable[[], object] = lambda: None,
    report: Callable[[dict[str, Any]], object] = lambda line: None,
) -> Trainer:
    """Train for `minutes`, or until `images` are seen in all, from out/checkpoint.pt if there is
    one. `refresh` is called now and then, for data that grow; `report` gets every line of the log.
    With `frechet_images`, each checkpoint draws so many and is kept as best.safetensors if no other
    was nearer to the data.

    Raises StudioError where so many images would end within the warm start.
    """
    trainer = Trainer(settings, data, device)
    if settings.paired and images is not None and images <= settings.warm_images:
        raise StudioError(
            f"--images {images} would end the training within its paired warm start of "
            f"{settings.warm_images} images, before the path length penalty and style mixing take "
            "part. Give more --images, or fewer --warm-images."
        )
    out.mkdir(parents=True, exist_ok=True)
    resume(trainer, out / "checkpoint.pt")
    first = parallel.rank() == 0
    judge = (
        best_checkpoint.Judge(data, frechet_images, device) if frechet_images and first else None
    )

    def save() -> None:
        if not first:
            return
        checkpoint(trainer, out, name)
        if judge is not None:
            line = {"images": trainer.images, "frechet": round(judge(trainer.ema), 5)}
            if best_checkpoint.improves(line, out):
                record = recorded(trainer) | line
                best_checkpoint.keep(
                    trainer.ema, line, out, name=name, licence=LICENCE, training=record
                )
            write(line, out, report)

    def told(line: dict[str, Any]) -> None:
        report(line)
        refresh()

    run(
        trainer,
        out,
        step=lambda t: trainer.step(),
        figures=lambda seconds: {
            "images_per_second": round(LOG_STEPS * settings.batch / seconds, 2),
            "pair_weight": round(trainer.pair_weight(), 3) if settings.paired else 0.0,
        },
        save=save,
        minutes=minutes,
        images=images,
        checkpoint_minutes=checkpoint_minutes,
        every=LOG_STEPS,
        report=told,
        agree=partial(parallel.agreed, device=trainer.device),
    )
    return trainer


def resume(trainer: Trainer, path: Path) -> None:
    """Restore the trainer from the checkpoint, or begin if there is none.

    Raises StudioError if the checkpoint is of another network.
    """
    if not path.exists():
        return trainer.begin()
    state = torch.load(path, map_location=trainer.device, weights_only=True)
    held, given = Settings(**state["settings"]).network(), trainer.settings.network()
    if held != given:
        apart = [name for name in held if held[name] != given[name]]
        raise StudioError(
            f"{path} holds a network of {', '.join(held[name] for name in apart)}, not of "
            f"{', '.join(given[name] for name in apart)}. Give the same settings, or another --out."
        )
    try:
        trainer.restore(state)
    except RuntimeError as error:
        raise StudioError(
            f"{path} holds a network for pictures of another size. Give the same --data and "
            "--resolution, or another --out."
        ) from error


def recorded(trainer: Trainer) -> dict[str, Any]:
    """What the weights' file says of their training."""
    return {"images": trainer.images, "settings": asdict(trainer.settings), "pairing_seed": 0}


def checkpoint(trainer: Trainer, out: Path, name: str = NAME) -> None:
    """Write checkpoint.pt and ema.safetensors, each atomically, and a sample grid."""
    partial = out / "checkpoint.pt.partial"
    torch.save(trainer.state(), partial)
    os.replace(partial, out / "checkpoint.pt")
    record = recorded(trainer)
    native.save(trainer.ema, out / "ema.safetensors", name=name, licence=LICENCE, training=record)
    grids = out / "grids"
    grids.mkdir(exist_ok=True)
    sample_grid(trainer.ema).save(grids / f"{trainer.images:08d}.png")


def options(arguments: Sequence[str] | None = None) -> tuple[Settings, argparse.Namespace]:
    """What the command line says; every field of Settings is a flag."""
    parser = argparse.ArgumentParser(prog="python -m training gan", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path("runs/avatars-64"), help="a bake, or a folder of pictures"
    )
    parser.add_argument("--resolution", type=int, default=256, help="of a folder's pictures")
    parser.add_argument("--name", default=NAME, help="that the weights' file says")
    parser.add_argument("--out", type=Path, help="default: runs/gan- and the name")
    parser.add_argument(
        "--frechet-images", type=int, default=500, help="drawn at each checkpoint; 0 keeps no best"
    )
    parser.add_argument(
        "--minutes", type=float, help=f"wall-clock budget (default {MINUTES:g}, none with --images)"
    )
    parser.add_argument("--images", type=int, help="end once so many were seen in all")
    parser.add_argument("--checkpoint-minutes", type=float, default=4.0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    for f in fields(Settings):
        add_flag(parser, f)
    given = parser.parse_args(arguments)
    given.out = given.out or Path(f"runs/gan-{given.name}")
    if given.minutes is None:
        given.minutes = MINUTES if given.images is None else math.inf
    return Settings(**{f.name: getattr(given, f.name) for f in fields(Settings)}), given


def opened(path: Path, resolution: int) -> Avatars | Arrays | Folder:
    """The data: a bake, arrays or a folder of pictures, the last two read at `resolution`."""
    if not path.is_dir():
        raise StudioError(
            f"There is no folder {path}. Give --data a folder of pictures, or bake avatars there: "
            f"`python -m training bake --out {path}`."
        )
    if (path / WEIGHTS).exists():
        return Arrays(path, resolution)
    return Avatars(path) if (path / "progress.json").exists() else Folder(path, resolution)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    settings, given = options(arguments)
    data = opened(given.data, given.resolution)
    device = parallel.begin(given.device)
    train(
        settings,
        data,
        given.out,
        name=given.name,
        frechet_images=given.frechet_images,
        minutes=given.minutes,
        images=given.images,
        checkpoint_minutes=given.checkpoint_minutes,
        device=device,
        refresh=data.refresh,
        report=lambda line: print(json.dumps(line), flush=True),
    )
    parallel.end()
