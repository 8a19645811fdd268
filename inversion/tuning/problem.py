"""Fine-tuning of the generator's weights, as one more problem that a run can minimise."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.func import functional_call

from inversion.knobs import Knob, Part, knob
from inversion.latents import Codes, Guess, Latents, Start, Theta
from inversion.losses import Loss
from inversion.priors import Prior
from inversion.problem import Evaluation, Problem
from inversion.solvers import Adam
from models.generators.generator import Generator
from models.generators.layers import EqualizedLinear
from models.generators.stylegan2_layers import StyledConv, ToRGB


@dataclass(frozen=True)
class Tuning(Part):
    """How the weights θ follow the picture once the codes are found (pix2latent, appendix A):
    Adam on ℓ + penalty·|θ − θ₀|², codes and batch-norm statistics fixed, until ℓ is small.

    The paper does not say which norm; it is the squared Euclidean one here, of weights as they are
    used: one that is stored at unit variance counts divided by the root of its fan-in.
    ℓ is the method's, with the losses `extra` added. `watched` names the loss that `until` is
    about; None stands for all of ℓ.
    """

    key = "tuning"
    steps: int = knob(500, "steps on the generator's weights, at most", low=1, high=5000)
    lr: float = knob(1e-4, "learning rate of the weights", low=1e-6, high=1e-2)
    penalty: float = knob(1e3, "weight of the squared change of the weights", low=0, high=1e6)
    until: float = knob(0.1, "loss at which the weights are good enough", low=0, high=10)
    extra: tuple[Loss, ...] = ()
    watched: str | None = None

    def knobs(self) -> dict[str, Knob]:
        extra = {name: each for loss in self.extra for name, each in loss.knobs().items()}
        return super().knobs() | extra

    def configure(self, settings: Mapping[str, Any]) -> Self:
        own = {name: x for name, x in settings.items() if name.startswith(f"{self.key}.")}
        extra = tuple(loss.configure(settings) for loss in self.extra)
        return replace(super().configure(own), extra=extra)

    def settings(self) -> dict[str, Any]:
        """The value of every knob."""
        return {name: each.default for name, each in self.knobs().items()}

    def solver(self) -> Adam:
        return Adam(steps=self.steps, lr=self.lr, ramp_up=0.0, ramp_down=0.0)

    def nearness(self, evaluation: Evaluation) -> float:
        """What `until` is compared with, of the first row."""
        losses = {k: float(v.detach()[0]) for k, v in evaluation.terms.items() if k != Anchor.key}
        return losses.get(self.watched or "", sum(losses.values()))


@dataclass(frozen=True)
class Anchor(Prior):
    """R = scale·|θ − θ₀|²."""

    key = "weights"
    scale: float

    def penalty(self, theta: Theta, G: Generator) -> Tensor | None:
        sizes = sizes_in_use(G)
        used = [sizes.get(name, 1.0) * Δ for name, Δ in theta.items()]
        squares = [x.square().view(len(x), -1).sum(1) for x in used]
        return self.scale * torch.stack(squares).sum(0)


def sizes_in_use(G: Generator) -> dict[str, float]:
    """What a weight that is stored at unit variance (Karras et al. 2018, section 4.1) is multiplied
    by when it is used, 1 / √fan-in, by its name."""
    return {
        f"{name}.weight": module.weight[0].numel() ** -0.5
        for name, module in G.named_modules()
        if isinstance(module, EqualizedLinear | StyledConv | ToRGB)
    }


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
    """The problem of the weights. The best is kept by ℓ + R, not by ℓ alone as elsewhere: R is what
    keeps the generator whole."""

    problem: Problem

    @classmethod
    def around(cls, problem: Problem, found: Codes, tuning: Tuning) -> Weights:
        """For the codes that were found for `problem`. Its generator is copied, never changed."""
        return cls(
            replace(
                problem,
                G=copy.deepcopy(problem.G),
                latents=Changes(found),
                losses=(*problem.losses, *tuning.extra),
                priors=(Anchor(tuning.penalty),) if tuning.penalty else (),
            )
        )

    def start(self, rngs: Sequence[torch.Generator]) -> Start:
        centre = self.problem.latents.centre(self.problem.G, self.problem.guess)
        return Start(centre, centre, rngs)

    def evaluate(
        self,
        theta: Theta,
        t: float,
        rngs: Sequence[torch.Generator],
        seeds: Sequence[int] | None = None,
    ) -> Evaluation:
        evaluation = self.problem.evaluate(theta, t, rngs, seeds)
        return replace(evaluation, observed=evaluation.total)

    def constrain(self, theta: Theta, t: float = 1.0) -> Theta:
        return theta
