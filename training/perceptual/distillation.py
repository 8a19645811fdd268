"""How the embedded perceptual distance is taught: one step, with the state that a checkpoint holds.

The student (models/perceptual/embedded.py) learns to say of two pictures how different the teacher
(training/perceptual/teacher.py) finds them: in all, by layer, and place by place; and its features
are asked to foretell the teacher's. The pairs are distorted pictures, avatars turning into others,
and pictures that the student itself has been made to like by gradient descent, so that an inversion
does not leave the ground on which it was taught.
"""

import math
from collections.abc import Sequence
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.perceptual.embedded import EmbeddedPerceptual
from training.loop import ema
from training.perceptual.distortions import distort
from training.perceptual.pictures import Families, Source, mixture
from training.perceptual.student import Student
from training.perceptual.teacher import STAGES, Teacher

SIZES = (48, 64, 64, 64, 96)  # px, one a step
PIXELS = 6 * 64 * 64  # of original pictures in a step
PAINTED_SIZE = 64  # px
STROKES = 3  # steps of descent on a painting each time it is taken up
OTHERS = 3  # pictures that each original is compared with
STRANGER_EVERY = 8  # of those pictures, one in so many is simply another
LR, LR_STEPS = 1e-3, 1000  # Adam's rate, and after how many steps it falls as 1 / sqrt(step)
BFLOAT16 = True  # feature maps are computed in it
CLIP = 2.0  # on the gradient's length, by which the rare large ones are cut
EMA_STEPS = 300  # half-life of the averaged weights, shorter at the start
PAINT_EVERY = 4  # steps between those in which some of the pairs are paintings
CANVASES, FRESH = 48, 0.04  # paintings under way; the chance of a stroke to be its last
WEIGHTS = {"whole": 2.0, "layers": 1.0, "places": 1.0, "features": 1.0}
CHANNELS_OF_TAPS = (64, 128, 256, 384, 384, 512, 512)


class Trainer:
    """The student, its average, and the 1x1 convolutions that foretell the teacher's features."""

    def __init__(
        self,
        teacher: Teacher,
        sources: Sequence[Source],
        families: Families | None,
        device: str = "cpu",
        seed: int = 0,
    ) -> None:
        self.teacher, self.sources, self.families = teacher.to(device), sources, families
        self.device, self.steps, self.compared = device, 0, 0
        self.rng = torch.Generator().manual_seed(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.student = Student().to(device)
            widths = [sum(CHANNELS_OF_TAPS[tap] for tap in stage) for stage in STAGES]
            channels = [len(head) for head in self.student.heads]
            self.foretell = nn.ModuleList(
                nn.Conv2d(c, w, 1) for c, w in zip(channels, widths, strict=True)
            ).to(device)
        self.averaged = ema.averaged(self.student, self._kept, buffers=True)
        self.sitters, self.canvases = self.fresh(CANVASES)
        self.parameters = [*self.student.parameters(), *self.foretell.parameters()]
        self.adam = torch.optim.Adam(self.parameters, LR)

    def step(self) -> dict[str, float]:
        """One update on fresh pairs; the parts of the loss."""
        x, y = self.paintings() if self.steps % PAINT_EVERY == 0 else self.pairs()
        parts = self.parts(x, y)
        count = self.steps + 1
        for group in self.adam.param_groups:
            group["lr"] = LR * min(1, count / 50, math.sqrt(LR_STEPS / count))
        self.adam.zero_grad()
        torch.stack([WEIGHTS[name] * part for name, part in parts.items()]).sum().backward()
        nn.utils.clip_grad_norm_(self.parameters, CLIP)
        self.adam.step()
        with torch.no_grad():
            for head in self.student.heads:
                head.clamp_(min=0)
        self.steps = count
        self.averaged.update_parameters(self.student)
        self.compared += len(y)
        return {name: part.item() for name, part in parts.items()}

    @property
    def average(self) -> Student:
        """The averaged student."""
        return cast(Student, self.averaged.module)

    def _kept(self) -> float:
        """Of the average at each step: less at the start."""
        kept: float = min(0.5 ** (1 / EMA_STEPS), self.steps / (9 + self.steps))
        return kept

    def pairs(self) -> tuple[Tensor, Tensor]:
        """Originals [n, 3, size, size], and OTHERS such batches, in one, to compare them with."""
        size = SIZES[int(torch.randint(len(SIZES), (), generator=self.rng))]
        n = PIXELS // size**2
        kin = n // 5 if self.families else 0
        x = mixture(self.sources, n - kin, size, self.rng)
        y = distort(x.repeat(OTHERS, 1, 1, 1), self.rng)
        y[::STRANGER_EVERY] = x.roll(1, 0).repeat(OTHERS, 1, 1, 1)[::STRANGER_EVERY]
        if self.families:
            first, others = self.families.pairs(kin, OTHERS, size, self.rng)
            x = torch.cat([x, first])
            y = torch.cat([y.unflatten(0, (OTHERS, -1)), others.unflatten(0, (OTHERS, -1))], 1)
            y = y.flatten(0, 1)
        return x.to(self.device), y.to(self.device)

    def fresh(self, n: int) -> tuple[Tensor, Tensor]:
        """Pictures to be painted and what each is painted over: clouds, or another picture."""
        x = mixture(self.sources, n, PAINTED_SIZE, self.rng)
        y = torch.where(
            torch.rand(n, 1, 1, 1, generator=self.rng) < 0.5,
            0.2 * torch.randn(x.shape, generator=self.rng),
            x.roll(1, 0) if n > 1 else -x,
        )
        return x.to(self.device), y.to(self.device)

    def paintings(self) -> tuple[Tensor, Tensor]:
        """As `pairs`; the first batch to compare are paintings, a few strokes further than before.

        They are what the student takes for their sitters after up to some hundred steps of descent:
        where an inversion would go, and where the teacher must say how far from the truth it is.
        """
        n = PIXELS // PAINTED_SIZE**2
        chosen = torch.randperm(CANVASES, generator=self.rng)[:n].to(self.device)
        x = self.sitters[chosen]
        y = refined(self.student.eval(), self.canvases[chosen], x, self.rng)
        self.canvases[chosen] = y
        spoiled = distort(x.repeat(OTHERS - 1, 1, 1, 1), self.rng)
        worn = chosen[(torch.rand(n, generator=self.rng) < FRESH * STROKES).to(self.device)]
        if len(worn):
            self.sitters[worn], self.canvases[worn] = self.fresh(len(worn))
        return x, torch.cat([y, spoiled])

    def parts(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """The parts of the loss, unweighted: how far the student is from the teacher on the pairs.

        x [n, 3, H, W], y [k n, 3, H, W]; y's row i is compared with x's row i mod n.
        """
        both, n, times = torch.cat([x, y]), len(x), len(y) // len(x)
        self.student.train()
        with torch.autocast(both.device.type, torch.bfloat16, enabled=BFLOAT16):
            with torch.no_grad():
                taps = self.teacher.features(both)
            own = self.student.features(both)
            guesses = [
                layer(_resized(f[:n], taps[stage[0]]))
                for f, stage, layer in zip(own, STAGES, self.foretell, strict=True)
            ]

        def split(maps: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
            return [m[:n].repeat(times, 1, 1, 1) for m in maps], [m[n:] for m in maps]

        told = self.teacher.maps(*split(taps))
        said = [
            torch.einsum("nchw,c->nhw", (one - other).square(), head)
            for one, other, head in zip(*split(own), self.student.heads, strict=True)
        ]
        t, s = (torch.stack([m.mean((1, 2)) for m in maps]) for maps in (told, said))
        places = [_place_error(*maps) for maps in zip(said, told, strict=True)]
        features = [
            _feature_error(guess.float(), torch.cat([taps[tap][:n] for tap in stage], 1))
            for guess, stage in zip(guesses, STAGES, strict=True)
        ]
        return {
            "whole": _log_error(s.sum(0), t.sum(0)),
            "layers": _log_error(s, t),
            "places": torch.stack(places).mean(),
            "features": torch.stack(features).mean(),
        }

    def state(self) -> dict[str, Any]:
        return {
            "student": self.student.state_dict(),
            "average": self.average.state_dict(),
            "foretell": self.foretell.state_dict(),
            "adam": self.adam.state_dict(),
            "sitters": self.sitters,
            "canvases": self.canvases,
            "rng": self.rng.get_state(),
            "steps": self.steps,
            "compared": self.compared,
        }

    def restore(self, state: dict[str, Any]) -> None:
        for name in ("student", "average", "foretell", "adam"):
            getattr(self, name).load_state_dict(state[name])
        self.sitters, self.canvases = (
            state["sitters"].to(self.device),
            state["canvases"].to(self.device),
        )
        self.rng.set_state(state["rng"].cpu())
        self.steps, self.compared = state["steps"], state["compared"]


def refined(student: EmbeddedPerceptual, y: Tensor, x: Tensor, rng: torch.Generator) -> Tensor:
    """y after a few steps of descent of the student's distance from x."""
    target = [f.detach() for f in student.features(x)]
    rate = 10 ** (torch.rand(len(y), 1, 1, 1, generator=rng) * 1.5 - 2.5).to(y)
    for _ in range(STROKES):
        y = y.detach().requires_grad_()
        (slope,) = torch.autograd.grad(student.compare(student.features(y), target).sum(), y)
        slope = slope / slope.square().mean((1, 2, 3), keepdim=True).sqrt().clamp_min(1e-12)
        y = (y - rate * slope).clamp(-1, 1)
    return y.detach()


def _feature_error(guess: Tensor, taps: Tensor) -> Tensor:
    """1 - the cosine between the teacher's features [n, C, h, w] and the student's guess."""
    return 1 - F.cosine_similarity(guess, taps).mean()


def _log_error(said: Tensor, told: Tensor) -> Tensor:
    return F.smooth_l1_loss((said + 1e-3).log(), (told + 1e-3).log(), beta=0.5)


def _place_error(said: Tensor, told: Tensor) -> Tensor:
    """Of the distances, not their squares, at each place; relative to their mean."""
    said, told = (m[:, None] for m in (said, told))
    said, told = (_resized(said, told) + 1e-4).sqrt(), (told + 1e-4).sqrt()
    return ((said - told).abs().mean((1, 2, 3)) / told.mean((1, 2, 3))).mean()


def _resized(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, like.shape[2:], mode="bilinear")
