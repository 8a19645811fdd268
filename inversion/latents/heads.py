"""SPHInX's projection heads: small networks whose weights are searched in place of a code.

θ holds the weights, each [n, …], so that n seeds are one grouped product, and the sample that goes
in, which is held: z [n, num_ws, z_dim] and s [n, C, 4, 4]. The prior `Vicinal` draws it afresh for
every step; the sample that goes with the best weights is kept with them and draws the answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from inversion.knobs import knob
from inversion.latents.base import Latents
from inversion.latents.start import NOTHING, Guess, Theta
from inversion.latents.z import ZPlus
from models.generators.generator import Generator

BOTTLENECK = (512, 256)  # then d (section 4.1)
DECODER = (32, 64)  # then w_dim
FILTERS = (32, 128)  # then the content's channels
MAX_WEIGHTS = 10**8  # weights of a style head: 2 GB a seed with their gradients and Adam's moments


@dataclass(frozen=True)
class StyleHead(Latents):
    """P_s: z+ → w+. A bottleneck that all layers share, then a decoder for each layer (SPHInX,
    section 3.2); d makes little difference (appendix D)."""

    key = "style-head"
    space = "z+"
    d: int = knob(16, "how wide the trained head's narrowest layer is", low=1, high=512)

    @property
    def spaces(self) -> tuple[str, ...]:
        return ("z+", "w+")

    def refuses(self, G: Generator) -> str | None:
        weights = sum(a * b for a, b in pairwise(self.encoder(G)))
        weights += G.num_ws * sum(a * b for a, b in pairwise(self.decoder(G)))
        if weights <= MAX_WEIGHTS:
            return None
        return (
            f"A projection head for {G.identity.name} would have {weights / 1e6:.0f} million "
            f"weights a seed, more than the {MAX_WEIGHTS / 1e6:.0f} million that are allowed. "
            "Search W or W+."
        )

    def encoder(self, G: Generator) -> list[int]:
        """Widths of the bottleneck's layers, the input's first."""
        return [G.z_dim, *BOTTLENECK, self.d]

    def decoder(self, G: Generator) -> list[int]:
        """Widths of a decoder's layers, the input's first."""
        return [self.d, *DECODER, G.w_dim]

    def centre(self, G: Generator, guess: Guess) -> Theta:
        return self.start(G, [torch.Generator().manual_seed(0)], guess)

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        theta = ZPlus().start(G, rngs)
        for i, (a, b) in enumerate(pairwise(self.encoder(G))):
            theta |= _linear(f"ps.b{i}", (b, a), a, rngs, G.device)
        for i, (a, b) in enumerate(pairwise(self.decoder(G))):
            theta |= _linear(f"ps.d{i}", (G.num_ws, b, a), a, rngs, G.device)
        return theta

    def rates(self) -> dict[str, float]:
        return {"z": 0.0}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        x = theta["z"]
        for weight, bias in _layers(theta, "ps.b"):
            x = F.relu(torch.einsum("nli,noi->nlo", x, weight) + bias.unsqueeze(1))
        *hidden, (weight, bias) = _layers(theta, "ps.d")
        for w, b in hidden:
            x = F.relu(torch.einsum("nli,nloi->nlo", x, w) + b)
        ws = torch.einsum("nli,nloi->nlo", x, weight) + bias
        own = {name: value for name, value in theta.items() if name.startswith(("ps.", "pc."))}
        if "pc.0.weight" in theta:
            own["s"] = theta["s"]
        return {"z": theta["z"], "ws": ws, "heads": own}


@dataclass(frozen=True)
class ContentHead(Latents):
    """P_c: a Gaussian 4 × 4 sample → the content input. Three 3 × 3 convolutions (section 4.1)."""

    key = "content-head"
    space = "s"

    def centre(self, G: Generator, guess: Guess) -> Theta:
        return self.start(G, [torch.Generator().manual_seed(0)], guess)

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        c = G.content_shape[0]
        rows = [torch.randn(G.content_shape, generator=rng, device=rng.device) for rng in rngs]
        theta = {"s": torch.stack(rows).to(G.device)}
        widths = [c, *FILTERS, c]
        for i, (a, b) in enumerate(pairwise(widths)):
            theta |= _linear(f"pc.{i}", (b, a, 3, 3), 9 * a, rngs, G.device)
        return theta

    def rates(self) -> dict[str, float]:
        return {"s": 0.0}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        x = theta["s"]
        n, last = len(x), len(FILTERS)
        for i, (weight, bias) in enumerate(_layers(theta, "pc.")):
            groups = x.reshape(1, -1, *x.shape[2:])
            x = F.conv2d(groups, weight.flatten(0, 1), bias.flatten(), padding=1, groups=n)
            x = x.view(n, -1, *x.shape[2:])
            x = x if i == last else F.relu(x)
        return {"content": x}


def _linear(
    name: str,
    shape: tuple[int, ...],
    inputs: int,
    rngs: Sequence[torch.Generator],
    device: torch.device,
) -> Theta:
    """Weight [n, *shape] and bias [n, *shape without inputs and kernel], initialised as torch's
    layers are: uniform within 1/√inputs."""
    bound = 1 / math.sqrt(inputs)
    outputs = shape[:2] if len(shape) == 3 else shape[:1]

    def drawn(size: tuple[int, ...]) -> Tensor:
        rows = [torch.rand(size, generator=rng, device=rng.device) for rng in rngs]
        return (torch.stack(rows).to(device) * 2 - 1) * bound

    return {f"{name}.weight": drawn(shape), f"{name}.bias": drawn(outputs)}


def _layers(theta: Theta, prefix: str) -> Iterator[tuple[Tensor, Tensor]]:
    """Weight and bias of one layer after another."""
    i = 0
    while f"{prefix}{i}.weight" in theta:
        yield theta[f"{prefix}{i}.weight"], theta[f"{prefix}{i}.bias"]
        i += 1
