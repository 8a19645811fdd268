"""`python -m training estimator`: train the attribute estimator on baked avatars, resumably.

    python -m training estimator --data runs/avatars-64 --minutes 6

In the output folder: checkpoint.pt (tensors and numbers; read with weights_only),
estimator-avatars.safetensors (averaged weights, half precision, ready for `models.load_estimator`),
estimator-avatars.md (its model card), log.jsonl. Run again to continue.

Squared error of the standardised attributes, cross-entropy of glasses (worn or not) and of the
species. Half of the pictures are mirrored, a part is blurred, as a small generator's are; the last
pictures of the bake are held out. One row a reading, not a code: hair's style is a number here.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from models import load_estimator
from models.encoders.estimator import Estimator, Reading, save
from training.avatars import ATTRIBUTES, SPECIES
from training.data.baked import BakedImages
from training.estimator.card import card

LICENCE = "Apache-2.0"
HELD_OUT = 1024
BATCH, RATE, BLURRED, LOG_STEPS = 32, 2e-3, 0.3, 200
BFLOAT16 = True  # feature maps are computed in it
WORN = 0.75  # the attribute above which glasses are worn
MIRRORED = ("yaw", "gaze_x", "hair_part", "light_azimuth")  # these change their sign


def truth(data: BakedImages, indices: Tensor) -> Tensor:
    """What there is to be read, [n, readings]: the numbers, glasses as 0 or 1, species one-hot."""
    known = data.attributes(indices)
    numbers = known.matrix().clone()
    glasses = [a.name for a in ATTRIBUTES].index("glasses")
    numbers[:, glasses] = (numbers[:, glasses] > WORN).float()
    return torch.cat([numbers, F.one_hot(known.species, len(SPECIES)).float()], 1)


def readings(values: Tensor) -> list[Reading]:
    """The rows of `truth`, with their spread in these values."""
    kinds = {a.name: "part" if a.name == "glasses" else "number" for a in ATTRIBUTES}
    kinds |= {name: "class" for name in SPECIES}
    return [
        Reading(name, kind, round(float(v.mean()), 5), round(float(v.std()), 5))
        for (name, kind), v in zip(kinds.items(), values.unbind(1), strict=True)
    ]


class Trainer:
    """Estimator, its average, optimizer, and one `step`."""

    def __init__(self, data: BakedImages, seed: int = 0) -> None:
        self.data, self.count = data, data.count - HELD_OUT
        self.truth = truth(data, torch.arange(data.count))
        self.rng = torch.Generator().manual_seed(seed)
        rows = readings(self.truth[: self.count])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)  # of the initial weights alone
            self.estimator, self.average = Estimator(readings=rows), Estimator(readings=rows)
        self.average.load_state_dict(self.estimator.state_dict())
        self.average.requires_grad_(False).eval()
        self.optimizer = torch.optim.Adam(
            self.estimator.parameters(), lr=RATE, betas=(0.9, 0.99), foreach=True
        )
        self.sign = torch.tensor([-1.0 if n in MIRRORED else 1.0 for n in self.average.names])
        self.steps = 0

    def step(self, t: float = 0.0) -> dict[str, float]:
        """One batch, when the fraction t of the run is over; the terms of the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * min(1.0, 2 * (1 - t), (self.steps + 1) / 100)
        x, y = self._batch()
        E = self.estimator
        with torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16):
            found = E.raw(x)
        found = found.float()
        numbers, parts, classes = (E.kind(kind) for kind in ("number", "part", "class"))
        wanted = (y[:, numbers] - E.mean[numbers]) / E.std[numbers]
        terms = {
            "numbers": (found[:, numbers] - wanted).square().mean(),
            "glasses": F.binary_cross_entropy_with_logits(found[:, parts], y[:, parts]),
            "species": F.cross_entropy(found[:, classes], y[:, classes].argmax(1)),
        }
        self.optimizer.zero_grad(set_to_none=True)
        (terms["numbers"] + 0.3 * terms["glasses"] + 0.3 * terms["species"]).backward()
        self.optimizer.step()
        self.steps += 1
        keep = 1 - 1 / min(self.steps + 1, 300)
        with torch.no_grad():
            for mean, value in zip(self.average.parameters(), E.parameters(), strict=True):
                mean.lerp_(value, 1 - keep)
        return {name: float(term.detach()) for name, term in terms.items()}

    def _batch(self) -> tuple[Tensor, Tensor]:
        index = torch.randint(self.count, (BATCH,), generator=self.rng)
        x, y = self.data.images(index).float() / 127.5 - 1, self.truth[index]
        chance = torch.rand(2, BATCH, generator=self.rng)
        flip = chance[0] < 0.5
        x = torch.where(flip[:, None, None, None], x.flip(3), x)
        soft = F.interpolate(F.avg_pool2d(x, 2), x.shape[2:], mode="bilinear")
        x = torch.where((chance[1] < BLURRED)[:, None, None, None], soft, x)
        y = torch.where(flip[:, None], mirrored(y, self.sign), y)
        return x.contiguous(memory_format=torch.channels_last), y

    @torch.no_grad()
    def scored(self) -> Estimator:
        """The averaged weights with the part of each variance that they read of held-out
        pictures."""
        index = torch.arange(self.count, self.data.count)
        found = torch.cat(
            [self.average(self.data.images(i).float() / 127.5 - 1) for i in index.split(64)]
        )
        error = (found - self.truth[index]).square().mean(0)
        scores = 1 - error / self.truth[index].var(0)
        rows = zip(self.average.readings, scores.tolist(), strict=True)
        self.average.readings = tuple(replace(r, score=round(s, 3)) for r, s in rows)
        return self.average

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on: tensors and numbers only."""
        return {
            "estimator": self.estimator.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rng": self.rng.get_state(),
            "steps": self.steps,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue where `state` was taken."""
        self.estimator.load_state_dict(state["estimator"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.rng.set_state(state["rng"])
        self.steps = state["steps"]


def mirrored(y: Tensor, sign: Tensor) -> Tensor:
    """What is read of the mirrored pictures: these attributes lie symmetric about 0."""
    return y * sign


def train(
    trainer: Trainer,
    out: Path,
    *,
    minutes: float,
    checkpoint_minutes: float = 2.0,
    report: Callable[[dict[str, Any]], object] = lambda line: None,
) -> Trainer:
    """Train for `minutes` of processor time, from out/checkpoint.pt if any; `report` gets the log's
    lines. The rate falls towards the end of these minutes, whatever came before them."""
    out.mkdir(parents=True, exist_ok=True)
    if (out / "checkpoint.pt").exists():
        trainer.restore(torch.load(out / "checkpoint.pt", weights_only=True))
    start = saved = time.process_time()
    sums: dict[str, float] = {}
    while (t := (time.process_time() - start) / (minutes * 60)) < 1:
        for name, value in trainer.step(t).items():
            sums[name] = sums.get(name, 0.0) + value / LOG_STEPS
        now = time.process_time()
        if trainer.steps % LOG_STEPS == 0:
            line = {"steps": trainer.steps, "seconds": round(now - start, 1)}
            line |= {name: round(value, 4) for name, value in sums.items()}
            with open(out / "log.jsonl", "a") as log:
                log.write(json.dumps(line) + "\n")
            report(line)
            sums = {}
        if now - saved > checkpoint_minutes * 60:
            checkpoint(trainer, out)
            saved = now
    checkpoint(trainer, out)
    return trainer


def checkpoint(trainer: Trainer, out: Path) -> None:
    """Write checkpoint.pt and the estimator, each atomically."""
    out.mkdir(parents=True, exist_ok=True)
    torch.save(trainer.state(), out / "checkpoint.pt.partial")
    os.replace(out / "checkpoint.pt.partial", out / "checkpoint.pt")
    record = {"steps": trainer.steps, "pictures": trainer.steps * BATCH, "distinct": trainer.count}
    file = out / "estimator-avatars.safetensors"
    save(trainer.scored(), file, name="estimator-avatars", licence=LICENCE, training=record)
    text = card(load_estimator(file), record, file.stat().st_size)
    file.with_suffix(".md").write_text(text)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training estimator", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/avatars-64"), help="baked avatars")
    parser.add_argument("--out", type=Path, default=Path("runs/estimator"))
    parser.add_argument("--minutes", type=float, default=6.0, help="of one core's time")
    given = parser.parse_args(arguments)
    trainer = Trainer(BakedImages(given.data))
    train(
        trainer,
        given.out,
        minutes=given.minutes,
        report=lambda line: print(json.dumps(line), flush=True),
    )
