"""`python -m training perceptual`: train the embedded perceptual distance, resumably.

    python -m training perceptual --teacher squeezenet1_1.pt --scans scans.zip --photos folder \\
        --minutes 20
    python -m training perceptual --teacher ... --scans ... --photos ... --evaluate FILE

In the output folder: checkpoint.pt (tensors and numbers; read with weights_only), log.jsonl, and
perceptual.safetensors (averaged weights, half precision, ready for `models.load_perceptual`). Run
again to continue, also with more data. `--evaluate` trains nothing: it examines FILE on pictures
held out from the training and writes its model card beside it.

How it is taught: training/perceptual/distillation.py. How it is examined:
training/perceptual/card.py.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from training.perceptual import card
from training.perceptual.distillation import Trainer
from training.perceptual.pictures import Avatars, Families, Photos, Scans, Shapes, Source
from training.perceptual.teacher import Teacher

LICENCE = "Apache-2.0"
LOG_STEPS = 50
FAMILY_SEED, FAMILIES = 7_001, 64


def train(
    trainer: Trainer,
    out: Path,
    *,
    minutes: float,
    checkpoint_minutes: float = 3.0,
    report: Callable[[dict[str, Any]], object] = lambda line: None,
) -> Trainer:
    """Train for `minutes`, from out/checkpoint.pt if any; `report` gets the log's lines."""
    out.mkdir(parents=True, exist_ok=True)
    if (out / "checkpoint.pt").exists():
        trainer.restore(torch.load(out / "checkpoint.pt", weights_only=True))
    start = saved = logged = time.monotonic()
    sums: dict[str, float] = {}
    while time.monotonic() - start < minutes * 60:
        for name, value in trainer.step().items():
            sums[name] = sums.get(name, 0) + value / LOG_STEPS
        now = time.monotonic()
        if trainer.steps % LOG_STEPS == 0:
            line = {
                "steps": trainer.steps,
                "pairs": trainer.compared,
                "seconds": round(now - start, 1),
                "seconds_a_step": round((now - logged) / LOG_STEPS, 3),
                **{name: round(value, 4) for name, value in sums.items()},
            }
            with open(out / "log.jsonl", "a") as log:
                log.write(json.dumps(line) + "\n")
            report(line)
            sums, logged = {}, now
        if now - saved > checkpoint_minutes * 60:
            checkpoint(trainer, out)
            saved = time.monotonic()
    checkpoint(trainer, out)
    return trainer


def checkpoint(trainer: Trainer, out: Path) -> None:
    """Write checkpoint.pt and perceptual.safetensors, the former atomically."""
    torch.save(trainer.state(), out / "checkpoint.pt.partial")
    os.replace(out / "checkpoint.pt.partial", out / "checkpoint.pt")
    record: dict[str, object] = {
        "steps": trainer.steps,
        "pairs": trainer.compared,
        "teacher": "SqueezeNet 1.1 (Caffe)",
        "sources": [type(source).__name__.lower() for source in trainer.sources],
    }
    trainer.average.folded().save(out / "perceptual.safetensors", LICENCE, record)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training perceptual", description=__doc__)
    parser.add_argument("--teacher", type=Path, required=True, help="SqueezeNet 1.1's state dict")
    parser.add_argument("--scans", type=Path, help="a zip with train/ and test/ folders")
    parser.add_argument("--photos", type=Path, help="a folder of photos")
    parser.add_argument("--avatars", type=Path, help="baked avatars (python -m training bake)")
    parser.add_argument("--out", type=Path, default=Path("runs/perceptual"))
    parser.add_argument("--minutes", type=float, default=20.0, help="wall-clock budget")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--evaluate", type=Path, metavar="FILE", help="examine FILE instead")
    given = parser.parse_args(arguments)
    teacher = Teacher(given.teacher)
    if given.evaluate:
        card.write(given.evaluate, teacher, scans=given.scans, photos=given.photos, cache=given.out)
        return
    sources: list[Source] = [Shapes()]
    if given.scans:
        sources.append(Scans(given.scans))
    if given.photos:
        sources.append(Photos(given.photos))
    families = None
    if given.avatars:
        from training.data.baked import BakedImages

        sources.append(Avatars(BakedImages(given.avatars)))
        families = Families.render(FAMILY_SEED, FAMILIES, given.out / "families.npy")
    train(
        Trainer(teacher, sources, families, given.device),
        given.out,
        minutes=given.minutes,
        report=lambda line: print(json.dumps(line), flush=True),
    )
