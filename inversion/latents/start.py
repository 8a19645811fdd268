"""Where a search begins: what is known of the answer, and what the first θ is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

Theta = dict[str, Tensor]  # the searched tensors by name, one row a seed


@dataclass(frozen=True)
class Guess:
    """What is known of the answer before the search, one row each: an encoder's estimate, the class
    that was asked for, or where the object is. `z` [1, z_dim], `ws` [1, num_ws, w_dim],
    `c` [1, class_dim], `placement` [1, 3] (inversion/pictures/transforms.py), `noises` [1, 1, h, w]
    each. What is `exact` was found before: a search goes on from it, not from around it, and `z`
    may be one a layer [1, num_ws, z_dim]."""

    z: Tensor | None = None
    ws: Tensor | None = None
    c: Tensor | None = None
    placement: Tensor | None = None
    noises: tuple[Tensor, ...] | None = None
    exact: bool = False


NOTHING = Guess()


@dataclass(frozen=True)
class Start:
    """Where a search begins.

    theta    one row a seed
    centre   the mean of what θ was drawn from, one row (an encoder's guess, or the prior's mean)
    rngs     one random generator a seed
    rates    learning rates of tensors of θ as parts of the solver's, where they are not 1
    spreads  standard deviations of tensors of θ where they begin, where they are not about 1
    guessed  whether the centre is a guess of this picture
    deeper   the same pictures, entered one layer later, where the latents know how; None at the end
    """

    theta: Theta
    centre: Theta
    rngs: Sequence[torch.Generator]
    rates: Mapping[str, float] = field(default_factory=dict)
    spreads: Mapping[str, float] = field(default_factory=dict)
    guessed: bool = False
    deeper: Callable[[Start], Start | None] = lambda start: None

    def at(self, theta: Theta) -> Start:
        """The same start from other rows of θ."""
        return replace(self, theta=theta)
