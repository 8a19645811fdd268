"""`python -m training encoder`: train an encoder for a generator, for a given time, resumably.

    python -m training encoder --generator avatars --minutes 12

In the output folder: checkpoint.pt (tensors, numbers and strings; read with weights_only),
encoder.safetensors (averaged weights, half precision, ready for `models.load_encoder`), encoder.md
(its model card, with its errors on held-out pictures), log.jsonl. Run again to continue, also when
the generator has been trained further in the meantime.

The method is described in training/encoder/trainer.py, the errors in training/encoder/card.py.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from models import StudioError, load, load_perceptual
from models.encoders import residual
from training.encoder import card
from training.encoder.trainer import Settings, Trainer
from training.knobs import add_flag
from training.loop.run import run, write

LOG_STEPS = 100
LICENCE = "Apache-2.0"


def train(
    trainer: Trainer,
    out: Path,
    *,
    minutes: float,
    licence: str = LICENCE,
    checkpoint_minutes: float = 4.0,
    report: Callable[[dict[str, Any]], object] = lambda line: None,
) -> Trainer:
    """Train for `minutes`, from out/checkpoint.pt if there is one; `report` gets every line of the
    log. The rate falls towards the end of these minutes, whatever came before them."""
    out.mkdir(parents=True, exist_ok=True)
    resume(trainer, out)
    batch = trainer.settings.batch
    run(
        trainer,
        out,
        step=trainer.step,
        figures=lambda seconds: {"images_per_second": round(LOG_STEPS * batch / seconds, 1)},
        save=lambda: checkpoint(trainer, out, licence),
        minutes=minutes,
        checkpoint_minutes=checkpoint_minutes,
        every=LOG_STEPS,
        report=report,
    )
    return trainer


def resume(trainer: Trainer, out: Path) -> None:
    """Continue from out/checkpoint.pt, if there is one.

    Raises StudioError if it is of another network.
    """
    path = out / "checkpoint.pt"
    if not path.exists():
        return
    try:
        trainer.restore(torch.load(path, map_location=trainer.device, weights_only=True))
    except RuntimeError as error:
        raise StudioError(
            f"{path} holds a network of another shape. Give the same settings, or another --out."
        ) from error


def checkpoint(trainer: Trainer, out: Path, licence: str = LICENCE) -> None:
    """Write checkpoint.pt and encoder.safetensors, each atomically."""
    partial = out / "checkpoint.pt.partial"
    torch.save(trainer.state(), partial)
    os.replace(partial, out / "checkpoint.pt")
    residual.save(
        trainer.ema,
        out / "encoder.safetensors",
        name=f"encoder-{trainer.ema.for_generator.name}",
        licence=licence,
        training={"images": trainer.images, "settings": asdict(trainer.settings)},
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; every field of Settings is a flag."""
    parser = argparse.ArgumentParser(prog="python -m training encoder", description=__doc__)
    parser.add_argument("--generator", default="avatars", help="a name of the catalog, or a file")
    parser.add_argument("--out", type=Path, help="default: runs/encoder-GENERATOR")
    parser.add_argument("--minutes", type=float, default=12.0, help="wall-clock budget")
    parser.add_argument("--checkpoint-minutes", type=float, default=4.0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    for f in fields(Settings):
        add_flag(parser, f)
    given = vars(parser.parse_args(arguments))
    G = load(given["generator"], given["device"])
    out = given["out"] or Path("runs", f"encoder-{G.identity.name}")

    def report(line: dict[str, Any]) -> None:
        print(json.dumps(line), flush=True)

    trainer = train(
        Trainer(Settings(**{f.name: given[f.name] for f in fields(Settings)}), G),
        out,
        minutes=given["minutes"],
        licence=G.identity.licence,
        checkpoint_minutes=given["checkpoint_minutes"],
        report=report,
    )
    encoder = residual.load(out / "encoder.safetensors").to(G.device)
    errors = card.examine(
        encoder, load(given["generator"], given["device"]), load_perceptual(device=given["device"])
    )
    write({"images": trainer.images, **asdict(errors)}, out, report)
    (out / "encoder.md").write_text(card.card(encoder, errors, trainer.images, trainer.settings))
