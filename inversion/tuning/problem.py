"""Fine-tuning of the generator's weights, as one more problem that a run can minimise."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from inversion.knobs import Part, knob
from inversion.latents import Codes, Guess, Latents, Start, Theta
from inversion.losses import MSE
from inversion.problem import Evaluation, Problem
from inversion.solvers import Adam
from models.generators.generator import Generator
from models.generators.layers import EqualizedLinear
from models.generators.stylegan2_layers import StyledConv, ToRGB

CHANGE = "change, %"  # a term that is no loss: how far the weights have gone


@dataclass(frozen=True)
class Tuning(Part):
    """How the weights θ follow the picture once the codes are found (pix2latent, appendix A):
    Adam on ℓ + penalty·δ², codes and batch-norm statistics fixed, until the picture is near.

    δ is the relative change |θ − θ₀| / |θ₀|, of weights as they are used: one that is stored at
    unit variance counts divided by the root of its fan-in. A step of the rate, too, is a part of
    each weight's own root mean square, so that both mean the same for every network; the paper's
    1e-4 and 1e3 are those of one, BigGAN's at 256 px, whose weights are about 0.03 large.
    ℓ is the method's, with its squared error weighted by `mse`, or that added. The aim is a
    perceptual distance: `until` times that at which two pictures look much the same
    (`Perceptual.near`), PTI's own aim where the distance is LPIPS.
    """

    key = "tuning"
    steps: int = knob(
        300, "steps at most; it ends sooner where the aim is reached", low=1, high=5000
    )
    lr: float = knob(
        8e-3, "how large a step is, as a part of each weight's size", low=1e-6, high=0.1
    )
    penalty: float = knob(100.0, "how strongly the network is held to what it was", low=0, high=1e6)
    until: float = knob(
        1.0,
        "ends where the answer looks like your picture: 1; lower is nearer, 0 goes on",
        low=0,
        high=1000,
    )
    mse: float = knob(
        10.0,
        "how much pixels' squared differences count; 0 leaves the method's own losses",
        low=0,
        high=1000,
    )

    def settings(self) -> dict[str, Any]:
        """The value of every knob."""
        return {name: each.default for name, each in self.knobs().items()}

    def solver(self) -> Adam:
        return Adam(steps=self.steps, lr=self.lr, ramp_up=0.1, ramp_down=0.25)


def sizes_in_use(G: Generator) -> dict[str, float]:
    """What a weight that is stored at unit variance (Karras et al. 2018, section 4.1) is multiplied
    by when it is used, 1 / √fan-in, by its name."""
    return {
        f"{name}.weight": module.weight[0].numel() ** -0.5
        for name, module in G.named_modules()
        if isinstance(module, EqualizedLinear | StyledConv | ToRGB)
    }


def shares(G: Generator, names: Iterable[str]) -> dict[str, float]:
    """What a squared change of 1 in each of these weights counts in δ²: its size in use squared, by
    the sum of all their squares in use."""
    sizes = sizes_in_use(G)
    squares = {name: sizes.get(name, 1.0) ** 2 for name in names}
    weights = {name: G.get_parameter(name).detach().cpu().double() for name in squares}
    whole = sum(square * float(weights[name].square().sum()) for name, square in squares.items())
    return {name: square / whole for name, square in squares.items()}


def relative_change(theta: Theta, shares: Mapping[str, float]) -> Tensor:
    """δ [1], |Δ| / |θ₀| of the weights as they are used, for Δ by name, each [1, …]."""
    parts = [shares[name] * torch.dot(Δ.flatten(), Δ.flatten()) for name, Δ in theta.items()]
    return (torch.stack(parts).sum()[None] + 1e-20).sqrt()


class Canvas(nn.Module):
    """The generator as a module whose call draws codes, so that its weights can be exchanged."""

    def __init__(self, G: Generator) -> None:
        super().__init__()
        self.G = G

    def forward(self, codes: Codes) -> Tensor:
        return Codes.synthesize(codes, self.G)


@dataclass(frozen=True)
class Reweighed(Codes):
    """Codes drawn by weights θ₀ + Δ; `changes` holds each Δ as [1, …]."""

    changes: Theta = field(default_factory=dict)

    def synthesize(self, G: Generator) -> Tensor:
        weights = {f"G.{name}": G.get_parameter(name) + Δ[0] for name, Δ in self.changes.items()}
        drawn: Tensor = functional_call(Canvas(G), weights, (self,))
        return drawn


class Changes(Latents):
    """θ − θ₀ by the parameters' names, each [1, …], for `found` codes [n], which stand."""

    key = "weights"

    def __init__(self, found: Codes) -> None:
        self.found = found

    @property
    def spaces(self) -> tuple[str, ...]:
        return ()

    def centre(self, G: Generator, guess: Guess) -> Theta:
        """No change, of those weights that the picture depends on."""
        with torch.enable_grad():
            zeros = {
                name: torch.zeros_like(weight)[None].requires_grad_()
                for name, weight in G.named_parameters()
            }
            total = self.codes(G, zeros).synthesize(G).sum()
            slopes = torch.autograd.grad(total, list(zeros.values()), allow_unused=True)
        reached = zip(zeros.items(), slopes, strict=True)
        return {name: zero.detach() for (name, zero), slope in reached if slope is not None}

    def codes(self, G: Generator, theta: Theta) -> Codes:
        return Reweighed(**vars(self.found), changes=theta)


@dataclass(frozen=True)
class Weights:
    """The problem of the weights. The best is kept by ℓ + penalty·δ², not by ℓ alone as elsewhere:
    the penalty is what keeps the generator whole. Its terms tell δ as `change`, in percent."""

    problem: Problem
    penalty: float
    shares: Mapping[str, float]

    @classmethod
    def around(
        cls, problem: Problem, found: Codes, tuning: Tuning, G: Generator | None = None
    ) -> Weights:
        """For the codes that were found for `problem`. Its generator is copied, never changed; `G`
        is a copy that is there already."""
        losses = tuple(problem.losses)
        if tuning.mse:
            rest = (loss for loss in losses if not isinstance(loss, MSE))
            losses = (MSE(tuning.mse), *rest)
        G, latents = G or copy.deepcopy(problem.G), Changes(found)
        problem = replace(problem, G=G, latents=latents, losses=losses, priors=())
        names = latents.centre(G, problem.guess)
        return cls(problem, tuning.penalty, shares(G, names))

    def start(self, rngs: Sequence[torch.Generator]) -> Start:
        """No change yet; each weight's rate is its root mean square, and one of zeros stands."""
        G = self.problem.G
        centre = self.problem.latents.centre(G, self.problem.guess)
        rates = {name: float(G.get_parameter(name).square().mean().sqrt()) for name in centre}
        return Start(centre, centre, rngs, rates)

    def evaluate(
        self,
        theta: Theta,
        t: float,
        rngs: Sequence[torch.Generator],
        seeds: Sequence[int] | None = None,
    ) -> Evaluation:
        evaluation = self.problem.evaluate(theta, t, rngs, seeds)
        δ = relative_change(theta, self.shares)
        total = evaluation.total + self.penalty * δ.square()
        terms = evaluation.terms | {CHANGE: 100 * δ}
        return replace(evaluation, terms=terms, observed=total, total=total)

    def constrain(self, theta: Theta, t: float = 1.0) -> Theta:
        return theta
