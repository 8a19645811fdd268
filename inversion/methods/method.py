"""A method: a paper's algorithm as parts of the one formula, with its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from inversion.knobs import Knob, Value
from inversion.latents import Latents
from inversion.losses import Loss
from inversion.priors import Prior
from inversion.solvers import Solver
from inversion.tuning.problem import Tuning
from models.encoders.encoder import Encoder
from models.errors import StudioError
from models.generators.generator import Generator

EFFORTS = {"fast": 2.0, "balanced": 10.0, "best": 60.0}  # seconds that a run may take


def seconds_of(effort: str) -> float:
    """How many seconds a fast, balanced or best run may take. Raises StudioError for another word.

    >>> seconds_of("balanced")
    10.0
    """
    if effort not in EFFORTS:
        raise StudioError(f"There is no effort {effort!r}; choose {', '.join(EFFORTS)}.")
    return EFFORTS[effort]


@dataclass(frozen=True)
class Method:
    """A named way to invert: P, ℓ, R and the solver, each with its defaults.

    `needs_encoder`: it begins at an encoder's estimate and nowhere else; `one_answer`: it does not
    search.
    `summary` is one line for a newcomer; `source` the paper. Where there is a `tuning`, the
    generator's weights are fine-tuned for the best seed after the search. `out_of_domain`: its
    paper claims pictures unlike those that the generator was trained on (SPHInX, table 1).
    """

    title: str
    source: str
    summary: str
    latents: Latents
    losses: tuple[Loss, ...]
    priors: tuple[Prior, ...]
    solver: Solver
    needs_encoder: bool = False
    one_answer: bool = False
    tuning: Tuning | None = None
    out_of_domain: bool = False

    @property
    def steps(self) -> int:
        """Of a full run: the search's, and those of tuning if it goes on to its end."""
        return self.solver.steps + (self.tuning.steps if self.tuning else 0)

    @property
    def alike(self) -> bool:
        """Whether all its seeds would be alike, so that one is run."""
        return self.one_answer or self.latents.alike

    def knobs(self) -> dict[str, Knob]:
        """Every knob of every part by full name; `adam.lr`, for example."""
        last = () if self.tuning is None else (self.tuning,)
        parts = (self.latents, *self.losses, *self.priors, self.solver, *last)
        return {name: knob for part in parts for name, knob in part.knobs().items()}

    def settings(self) -> dict[str, Value]:
        """The value of every knob."""
        return {name: knob.default for name, knob in self.knobs().items()}

    def configure(self, settings: Mapping[str, Any]) -> Method:
        """This method with some knobs turned. Raises StudioError for an unknown or bad setting.

        >>> from inversion import METHODS
        >>> METHODS["w+"].configure({"adam.steps": 50, "w+.spread": 0.5}).steps
        50
        """
        if unknown := settings.keys() - self.knobs().keys():
            raise StudioError(
                f"{self.title} has no setting {', '.join(sorted(unknown))}; "
                f"it has {', '.join(self.knobs())}."
            )
        return replace(
            self,
            latents=self.latents.configure(settings),
            losses=tuple(loss.configure(settings) for loss in self.losses),
            priors=tuple(prior.configure(settings) for prior in self.priors),
            solver=self.solver.configure(settings),
            tuning=self.tuning and self.tuning.configure(settings),
        )

    def with_steps(self, steps: int) -> Method:
        """This method with a run of about so many steps, search and tuning in proportion."""
        if self.tuning is None:
            return replace(self, solver=self.solver.with_steps(steps))
        search = min(steps, max(1, round(steps * self.solver.steps / self.steps)))
        tuning = self.tuning.configure({"tuning.steps": max(1, steps - search)})
        return replace(self, solver=self.solver.with_steps(search), tuning=tuning)

    def refuses(self, G: Generator, encoder: Encoder | None = None) -> str | None:
        """Why this generator cannot be searched so, in a sentence; None when it can."""
        if missing := [space for space in self.latents.spaces if space not in G.spaces]:
            return f"{self.title} searches {' and '.join(missing)}, which {G.identity.name} lacks."
        if (reason := self.latents.refuses(G)) is not None:
            return reason
        if encoder is not None:
            return encoder.refuses(G)
        if self.needs_encoder:
            return f"{self.title} begins at an encoder's estimate; choose an encoder to go with it."
        return None
