"""What ILO and PULSE search: whitened styles, noises and, deeper in, a layer's feature map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from inversion.knobs import knob
from inversion.latents.base import Latents
from inversion.latents.classes import class_vector
from inversion.latents.noise import Noises
from inversion.latents.start import NOTHING, Guess, Start, Theta
from inversion.latents.z import ZPlus
from models.generators.generator import Generator

FIRST_NOISES, MORE_NOISES = 5, 2  # round k searches the first 5 + 2k noise maps (ILO)


@dataclass(frozen=True)
class Whitened(ZPlus):
    """z+ of which w = leaky(std·z + mean, 0.2): N(0, I) of its own for every layer's style, with
    mean and std those of w before its last activation (PULSE, section 3.2; ILO).

    A generator without mapping network is searched in its z+, with the class as it was guessed.
    """

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        rows = [torch.randn(G.num_ws, _width(G), generator=rng, device=rng.device) for rng in rngs]
        c = None if G.mapped else class_vector(G, guess)
        held = {} if c is None else {"c": c.repeat(len(rngs), 1)}
        return {"z": torch.stack(rows).to(G.device), **held}

    def centre(self, G: Generator, guess: Guess) -> Theta:
        c = None if G.mapped else class_vector(G, guess)
        held = {} if c is None else {"c": c}
        return {"z": torch.zeros(1, G.num_ws, _width(G), device=G.device), **held}

    def rates(self) -> dict[str, float]:
        return {"c": 0.0}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        if not G.mapped:
            ws = G.map(theta["z"], theta["c"])
            return {"z": theta["z"], "c": theta["c"], "ws": ws}
        mean, std = G.w_whitening()
        return {"ws": F.leaky_relu(std * theta["z"] + mean, 0.2)}


@dataclass(frozen=True)
class Layers(Latents):
    """Whitened styles and the first noise maps; `deeper` discards a layer, whose feature map is
    searched from then on (ILO, "by removing layers one at a time, we introduce flexibility").

    A map moves in units of its own deviation σ_k, which is about 1 in the published generators and
    a third of that in our small ones: its rate is `maps`·σ_k of the solver's. The paper moves maps
    and styles alike; a small map that moves so fast fills a hole with glitter.

    θ has z [n, num_ws, d], b0, b1, … and in round k > 0 the entry of block k: x{k} [n, C, h, w],
    which is searched, and rgb{k} [n, 3, h, w], the picture so far, which is held. (The published
    code drops that picture, so that each round begins elsewhere than the one before it ended.)
    """

    key = "layers"
    space = "z+"
    maps: float = knob(
        0.15,
        "how fast feature maps change beside the styles; the paper has 1",
        low=0,
        high=4,
    )

    def _parts(self, G: Generator) -> tuple[Latents, ...]:
        return (Whitened(), Noises()) if "b" in G.spaces else (Whitened(),)

    def centre(self, G: Generator, guess: Guess) -> Theta:
        return {k: x for part in self._parts(G) for k, x in part.centre(G, guess).items()}

    def start(self, G: Generator, rngs: Sequence[torch.Generator], guess: Guess = NOTHING) -> Theta:
        return {k: x for part in self._parts(G) for k, x in part.start(G, rngs, guess).items()}

    def rates(self) -> dict[str, float]:
        return self._held(0)

    def _held(self, k: int) -> dict[str, float]:
        """What round k does not search: the class, the picture so far, the later noise maps."""
        noises = {f"b{i}": 0.0 for i in range(FIRST_NOISES + MORE_NOISES * k, 64)}
        return {"c": 0.0, f"rgb{k}": 0.0, **noises}

    def fields(self, G: Generator, theta: Theta) -> dict[str, Any]:
        fields = {k: x for part in self._parts(G) for k, x in part.fields(G, theta).items()}
        if k := entered(theta):
            block = torch.full((len(theta["z"]),), k)
            fields |= {"x": theta[f"x{k}"], "rgb": theta.get(f"rgb{k}"), "block": block}
        return fields

    @torch.no_grad()
    def deeper(self, G: Generator, start: Start) -> Start | None:
        """The next round's start: the same pictures, entered one block later; None after the last
        block that there is to discard."""
        k = entered(start.theta) + 1
        if k >= G.num_blocks:
            return None
        codes = self.codes(G, start.theta)
        at = G.features(codes.ws, k, codes.noises, start=codes.entry())
        kept = {name: x for name, x in start.theta.items() if not name.startswith(("x", "rgb"))}
        skip: Theta = {} if at.rgb is None else {f"rgb{k}": at.rgb}
        spread = deviation(G, k)
        rates = self._held(k) | {f"x{k}": self.maps * spread}
        theta = {**kept, f"x{k}": at.x, **skip}
        return replace(start, theta=theta, rates=rates, spreads={f"x{k}": spread})


def entered(theta: Theta) -> int:
    """The block that θ enters at, 0 for the first."""
    return max((int(name[1:]) for name in theta if name.startswith("x")), default=0)


@torch.no_grad()
def deviation(G: Generator, k: int) -> float:
    """Standard deviation of the map that enters block k, for the mean of w: the same whatever the
    seeds beside it draw."""
    return float(G.features(G.w_mean().expand(1, G.num_ws, -1), k).x.std())


def _width(G: Generator) -> int:
    return G.w_dim if G.mapped else G.z_dim


def l1_ball(v: Tensor, radius: float) -> Tensor:
    """The point nearest to each row of v [n, …] whose absolute values sum to at most `radius`.

    By sorting (Duchi et al. 2008, figure 1).
    """
    rows = v.flatten(1)
    u = rows.abs().sort(1, descending=True).values
    count = torch.arange(1, rows.shape[1] + 1, device=v.device)
    excess = (u.cumsum(1) - radius) / count  # the threshold if `count` values stay above it
    rho = (u > excess).sum(1, keepdim=True)
    theta = excess.gather(1, rho - 1).clamp(min=0)
    return (rows.sign() * (rows.abs() - theta).clamp(min=0)).view_as(v)
