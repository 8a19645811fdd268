"""How fragile an answer is: its codes are disturbed, and the picture is judged again (SPHInX,
figure 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import torch
from torch import Tensor

from inversion.edits.apply import apply
from inversion.edits.moves import Retune
from inversion.latents import Codes
from inversion.metrics import psnr
from inversion.pictures.images import to_tensor, to_weight
from inversion.result import Inversion
from inversion.tuning.deltas import tuned
from models import load_perceptual
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

VISIBLE = 25.0  # dB of PSNR to the undisturbed picture: a difference that one sees
RATIOS = (40.0, 30.0, 25.0, 20.0, 15.0, 10.0, 5.0)  # dB
BATCH = 16
# what of codes a picture is drawn from; z, c and heads only lead to them
DISTURBED = ("ws", "content", "noises.", "x")


@dataclass(frozen=True)
class Robustness:
    """Quality of one answer when its codes have the signal-to-noise ratios `ratios`, in dB.

    ratios       falling, [r]
    distance     perceptual distance to the target, `metric` by name, [r, samples]
    psnr         dB to the target, [r, samples]
    drift        PSNR in dB to the undisturbed answer, [r, samples]: of the codes alone, however
                 near the answer is to the target
    undisturbed  distance and psnr of the answer itself
    to_truth     whether the target is the true picture; else it is the answer itself
    pictures     the first sample at each ratio, float32 [r, 3, H, W]
    """

    ratios: tuple[float, ...]
    distance: Tensor
    psnr: Tensor
    drift: Tensor
    undisturbed: tuple[float, float]
    to_truth: bool
    metric: str
    pictures: Tensor

    def gives_way(self, decibels: float = VISIBLE) -> float | None:
        """The ratio at which the picture is so far from the undisturbed one, in dB of PSNR, by the
        median, between those measured: the largest of them where it is so already there; None where
        it never is."""
        values = self.drift.median(1).values.tolist()
        i = next((i for i, value in enumerate(values) if value <= decibels), None)
        if i is None or i == 0:
            return None if i is None else self.ratios[0]
        part: float = (values[i - 1] - decibels) / (values[i - 1] - values[i])
        return self.ratios[i - 1] + part * (self.ratios[i] - self.ratios[i - 1])


@torch.no_grad()
def robustness(
    G: Generator,
    result: Inversion,
    *,
    rank: int = 0,
    ratios: Sequence[float] = RATIOS,
    samples: int = 8,
    seed: int = 0,
    perceptual: Perceptual | None = None,
) -> Robustness:
    """Disturbs the codes of the answer of that rank by Gaussian noise, each tensor for itself, so
    that each has the ratio of mean squares asked for; `samples` times a ratio.

    It is drawn by its fine-tuned weights, at the strength of a `Retune`, which is no edit of the
    codes. Styles are disturbed always; content, noise maps and feature maps where they were
    searched. The same noise, larger or smaller, serves every ratio. Raises StudioError for another
    model's result, a bad number, or an answer that there is not.
    """
    if not ratios or not 1 <= samples <= 256:
        raise StudioError("Robustness needs a signal-to-noise ratio and 1 to 256 samples.")
    distance = perceptual or load_perceptual("embedded", device=str(G.device))
    result.check(G)
    one = result.answer(rank)
    H = tuned(G, one.deltas, prod(edit.tuning for edit in one.edits))
    codes = apply(H, one.codes, one.edits)
    answer = codes.synthesize(H).clamp(-1, 1)
    known = one.truth is not None and all(isinstance(edit, Retune) for edit in one.edits)
    target = to_tensor(one.target).to(G.device) if known else answer
    weight = None if one.mask is None else to_weight(one.mask).to(G.device)

    def judged(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        near, still = (psnr(images, y, weight).cpu() for y in (target, answer))
        return distance(images, target, weight).cpu(), near, still

    figures, first = [], []
    for ratio in ratios:
        rng = torch.Generator().manual_seed(seed)
        images = torch.cat(
            [
                disturbed(codes, ratio, n, rng).synthesize(H).clamp(-1, 1)
                for n in [min(BATCH, samples - i) for i in range(0, samples, BATCH)]
            ]
        )
        figures.append(judged(images))
        first.append(images[0].cpu())
    far, near, drift = (torch.stack(each) for each in zip(*figures, strict=True))
    own = judged(answer)
    return Robustness(
        ratios=tuple(ratios),
        distance=far,
        psnr=near,
        drift=drift,
        undisturbed=(float(own[0][0]), float(own[1][0])),
        to_truth=known,
        metric=distance.name,
        pictures=torch.stack(first),
    )


def disturbed(codes: Codes, ratio: float, n: int, rng: torch.Generator) -> Codes:
    """n rows of the codes [1] with noise: E[x²]/E[noise²] = 10^(ratio/10), ratio in dB."""
    codes = replace(codes, z=None, c=None, heads=None)

    def noisy(name: str, x: Tensor) -> Tensor:
        rows = x.expand(n, *x.shape[1:])
        if not name.startswith(DISTURBED):
            return rows
        power = x.square().mean() / 10 ** (ratio / 10)
        noise = torch.randn(rows.shape, generator=rng, device=rng.device)
        return rows + power.sqrt() * noise.to(x)

    return Codes.from_tensors({name: noisy(name, x) for name, x in codes.tensors()})
