"""A head start for the mapping network: before any picture is drawn, teach it what pictures are of.

Which species a code means is an argmax; a mapping network at StyleGAN's rate spends hundreds of
thousands of pictures on finding such boundaries, and the synthesis network meanwhile paints
averages. But the mapping network is small, and code, attributes and thumbnail of every picture are
known: so it is first taught, with a linear head on w that is thrown away afterwards, to make them
linearly readable. That takes a minute, and w starts disentangled in the attributes.
"""

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.generators.mapping import MappingNetwork
from training.gan import pairing

BATCH, RATE, THUMBNAIL = 512, 1e-2, 16


class Pictures(Protocol):
    """What a training asks of its data; the last two of paired data alone."""

    @property
    def count(self) -> int: ...
    def images(self, indices: Tensor) -> Tensor: ...
    def codes(self, indices: Tensor) -> Tensor: ...
    def description(self, indices: Tensor) -> Tensor:
        """Numbers [n, m] that tell what is in the pictures, one-hot where they are classes."""
        ...


def teach(
    mapping: MappingNetwork, data: Pictures, q: Tensor, rng: torch.Generator, steps: int
) -> tuple[float, float]:
    """Train `mapping` in place for `steps` batches; the mean squared errors of description and
    thumbnail at the end, in parts of their variance."""
    indices = torch.arange(data.count)
    codes = data.codes(indices)
    facts = _standard(data.description(indices))
    small = [
        F.adaptive_avg_pool2d(data.images(part).float(), THUMBNAIL).flatten(1)
        for part in indices.split(1024)
    ]
    thumbnails = torch.cat(small)
    thumbnails = (thumbnails - thumbnails.mean(0)) / thumbnails.std()
    z = pairing.latents(codes, q, rng)

    head = nn.Linear(len(mapping.w_avg), facts.shape[1] + thumbnails.shape[1]).to(q.device)
    rates = [RATE / mapping.lr, RATE / 5]  # the mapping's layers multiply theirs by mapping.lr
    optimizer = torch.optim.Adam(
        [{"params": net.parameters()} for net in (mapping, head)], betas=(0.9, 0.99), foreach=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates, total_steps=steps, pct_start=0.1
    )
    errors = torch.ones(2)
    for _ in range(steps):
        batch = torch.randint(data.count, (BATCH,), generator=rng, device=rng.device).cpu()
        w = mapping(z[batch].to(q.device))
        told, seen = head(w).split([facts.shape[1], thumbnails.shape[1]], 1)
        e_facts = (told - facts[batch].to(w)).square().mean()
        e_seen = (seen - thumbnails[batch].to(w)).square().mean()
        scale = (w.square().mean() - 1).square()  # w as large as an untrained network's
        optimizer.zero_grad(set_to_none=True)
        (e_facts + e_seen + 0.1 * scale).backward()
        optimizer.step()
        schedule.step()
        errors.lerp_(torch.stack([e_facts, e_seen]).detach().cpu(), 0.05)
    with torch.no_grad():
        parts = [mapping(part.to(q.device)) for part in z.split(4096)]
        mapping.w_avg.copy_(torch.cat(parts).mean(0))
    return float(errors[0]), float(errors[1])


def _standard(x: Tensor) -> Tensor:
    return (x - x.mean(0)) / x.std(0).clamp(min=1e-6)
