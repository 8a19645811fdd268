"""ILO's rounds: descend, discard a layer, descend again from where the best seed rows stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from inversion.knobs import knob
from inversion.latents import Start, Theta
from inversion.latents.layers import l1_ball
from inversion.problem import Evaluation
from inversion.solvers.adam import Adam
from inversion.solvers.base import Constraint, Objective, Solver
from inversion.solvers.best import BestSoFar, BestSoFarState

WINDOW = 10  # steps over which the loss must still fall
SHARES = (50, 50, 25, 25)  # steps of the rounds, in proportion (published code)
RADII = ((1000, 100), (1000, 1000), (6000, 6000))  # of maps and of styles in rounds 1, 2, 3 on
CHANNELS, STYLES = 512, 18 * 512  # of the generator that the radii are for, whose maps vary by 1


@dataclass
class RoundsState:
    """The round that runs: where it began, and its own Adam with the best rows it has seen."""

    start: Start
    adam: BestSoFarState
    round: int = 0
    begun: float = 0.0  # fraction of the run at which the round began
    losses: list[Tensor] = field(default_factory=list)


@dataclass(frozen=True)
class Rounds(Solver):
    """Intermediate Layer Optimization (Daras et al. 2021): Adam in rounds, its ramp anew in each.

    Round k searches the styles, the first noise maps and the feature map that the first k blocks
    produced, all within ℓ1 balls around where the round began: on in the theory, off by default in
    the published code. The published radii are for 512 channels of deviation 1 and 18 × 512 styles;
    here they shrink with the generator's, a map's with its deviation, too.

    The published rate is 0.1 for rounds of 50 steps and more, which is too slow for the styles in
    ours of 20 to 50; PULSE's, 0.4, is the default.
    """

    key = "ilo"
    steps: int = knob(150, "steps of all rounds together", low=4, high=20000)
    rounds: int = knob(4, "rounds; each but the first discards a block", low=1, high=8)
    flat: bool = knob(True, "end a round early once its loss falls by less than 1 % in 10 steps")
    lr: float = knob(0.4, "learning rate at the top of each round's ramp", low=1e-5, high=1)
    ball: float = knob(
        1.0,
        "how far a round may go (ℓ1 ball), as a part of the published radii; 0: any way",
        low=0,
        high=10,
    )

    def init(self, start: Start) -> RoundsState:
        return RoundsState(start, self._adam().init(start))

    def step(
        self, state: RoundsState, objective: Objective, constrain: Constraint, t: float
    ) -> Evaluation:
        if self._over(state, t):
            self._deepen(state, t)
        end = self._end(state)
        local = min(1.0, (t - state.begun) / max(end - state.begun, 1e-9))
        evaluation = self._adam().step(
            state.adam, objective, lambda θ: self._within(state, constrain(θ)), local
        )
        state.losses.append(evaluation.observed.detach())
        return evaluation

    def restart(self, state: RoundsState, seeds: Sequence[int], theta: Theta) -> None:
        self._adam().restart(state.adam, seeds, theta)

    def _adam(self) -> BestSoFar:
        return BestSoFar(Adam(lr=self.lr))

    def _end(self, state: RoundsState) -> float:
        """The fraction of the run at which this round ends at the latest."""
        shares = (SHARES + (SHARES[-1],) * self.rounds)[: self.rounds]
        return sum(shares[: state.round + 1]) / sum(shares)

    def _over(self, state: RoundsState, t: float) -> bool:
        if state.round + 1 >= self.rounds or not state.losses:
            return False
        return t >= self._end(state) or (self.flat and flattened(state.losses))

    def _deepen(self, state: RoundsState, t: float) -> None:
        deeper = state.start.deeper(state.start.at(state.adam.best.theta))
        if deeper is None:
            return
        state.start, state.adam = deeper, self._adam().init(deeper)
        state.round, state.begun = state.round + 1, t
        state.losses = []

    def _within(self, state: RoundsState, theta: Theta) -> Theta:
        """θ with its deviation from the round's start projected onto ℓ1 balls."""
        if state.round == 0 or not self.ball:
            return theta
        maps, styles = RADII[min(state.round, len(RADII)) - 1]

        def near(name: str, x: Tensor) -> Tensor:
            begun, radius = state.start.theta[name], float(styles if name == "z" else maps)
            if name == "z":
                radius *= x[0].numel() / STYLES
            elif name.startswith("x"):
                radius *= x.shape[1] / CHANNELS * state.start.spreads.get(name, 1.0)
            return begun + l1_ball(x - begun, self.ball * radius)

        return {name: near(name, x) for name, x in theta.items()}


def flattened(losses: Sequence[Tensor]) -> bool:
    """Whether the mean loss over seeds fell by less than 1 % over the last WINDOW steps."""
    if len(losses) < 2 * WINDOW or len(losses) % WINDOW:  # reading a loss may wait for the device
        return False
    recent = torch.stack(list(losses[-2 * WINDOW :])).mean(1)
    before, now = recent[:WINDOW].min(), recent[WINDOW:].min()
    return bool(now > 0.99 * before)
