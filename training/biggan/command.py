"""`python -m training biggan`: train an embedded class-conditional generator, resumably.

    python -m training biggan --data species --path runs/avatars-64 --minutes 40
    python -m training biggan --data scans --path mednist64.zip --minutes 35

In the output folder: checkpoint.pt (tensors, numbers and strings; read with weights_only),
ema.safetensors (the averaged generator in half precision, ready for `models.load`), grids/*.png (a
row a class, the same latents each time), log.jsonl (one line of means every `LOG_STEPS` steps). Run
again to continue: the schedule counts pictures, not minutes.

The method is described in training/biggan/trainer.py.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torchvision.utils import make_grid  # type: ignore[import-untyped]  # ships no types

from models.errors import StudioError
from models.generators.generator import Generator
from models.readers import native
from training.biggan.labelled import Labelled, Scans, Species
from training.biggan.settings import Settings
from training.biggan.trainer import Trainer
from training.knobs import add_flag
from training.loop.run import run

LOG_STEPS = 50
DATA: dict[str, tuple[Callable[[Path], Labelled], str]] = {
    "species": (Species, "runs/avatars-64"),
    "scans": (Scans, "mednist64.zip"),
}


def train(
    settings: Settings,
    data: Labelled,
    name: str,
    out: Path,
    *,
    minutes: float,
    checkpoint_minutes: float = 4.0,
    device: str = "cpu",
    report: Callable[[dict[str, Any]], object] = lambda line: None,
) -> Trainer:
    """Train for `minutes`, from out/checkpoint.pt if there is one; `report` gets every line of the
    log. Raises StudioError if the checkpoint is of another network."""
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(settings, data, device)
    resume(trainer, out / "checkpoint.pt")
    run(
        trainer,
        out,
        step=lambda t: trainer.step(),
        figures=lambda seconds: {"pair_weight": round(trainer.pair_weight(), 3)},
        save=lambda: checkpoint(trainer, name, out),
        minutes=minutes,
        checkpoint_minutes=checkpoint_minutes,
        every=LOG_STEPS,
        report=report,
    )
    return trainer


def resume(trainer: Trainer, path: Path) -> None:
    if not path.exists():
        return
    state = torch.load(path, map_location=trainer.device, weights_only=True)
    try:
        trainer.restore(state)
    except RuntimeError as error:
        raise StudioError(
            f"{path} holds a network of other settings ({state['settings']}). Give the same, or"
            " another --out."
        ) from error


def checkpoint(trainer: Trainer, name: str, out: Path) -> None:
    """Write checkpoint.pt and ema.safetensors, each atomically, and a grid."""
    partial = out / "checkpoint.pt.partial"
    torch.save(trainer.state(), partial)
    os.replace(partial, out / "checkpoint.pt")
    model = trainer.finished()
    record = {"images": trainer.images, "settings": asdict(trainer.settings), "pairing_seed": 0}
    licence = trainer.data.licence
    native.save(model, out / "ema.safetensors", name=name, licence=licence, training=record)
    grids = out / "grids"
    grids.mkdir(exist_ok=True)
    class_grid(model).save(grids / f"{trainer.images:08d}.png")


@torch.no_grad()
def class_grid(model: Generator, columns: int = 12) -> Image.Image:
    """A row a class: the picture of z = 0, then of the same `columns` - 1 fixed latents."""
    z = model.sample_z(columns - 1, torch.Generator().manual_seed(1))
    z = torch.cat([torch.zeros_like(z[:1]), z])
    rows = [
        model.generate(z, torch.full((columns,), label, device=z.device))
        for label in range(model.num_classes)
    ]
    sheet = make_grid(torch.cat(rows), columns, padding=1, value_range=(-1, 1), normalize=True)
    pixels = (sheet * 255).round().byte().cpu()
    return Image.fromarray(pixels.permute(1, 2, 0).numpy())


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; every field of Settings is a flag."""
    parser = argparse.ArgumentParser(prog="python -m training biggan", description=__doc__)
    parser.add_argument("--data", choices=DATA, default="species")
    parser.add_argument("--path", type=Path, help="folder of the bake, or zip of the scans")
    parser.add_argument("--out", type=Path, help="default: runs/biggan- and the data's name")
    parser.add_argument("--minutes", type=float, default=40.0, help="wall-clock budget")
    parser.add_argument("--checkpoint-minutes", type=float, default=4.0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    for f in fields(Settings):
        add_flag(parser, f)
    given = vars(parser.parse_args(arguments))
    source, place = DATA[given["data"]]
    train(
        Settings(**{f.name: given[f.name] for f in fields(Settings)}),
        source(given["path"] or Path(place)),
        given["data"],
        given["out"] or Path(f"runs/biggan-{given['data']}"),
        minutes=given["minutes"],
        checkpoint_minutes=given["checkpoint_minutes"],
        device=given["device"],
        report=lambda line: print(json.dumps(line), flush=True),
    )
