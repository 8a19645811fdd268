"""Runs of equal cost: pictures drawn for a seed are the measure between unlike solvers."""

from __future__ import annotations

import math

from inversion.methods import Method
from inversion.solvers import Adam, Hybrid, Search, Solver


def pictures(solver: Solver, width: int) -> int:
    """How many pictures `solver` draws for a seed with a code of `width` coordinates."""
    match solver:
        case Hybrid(outer=outer, inner=inner, final=final):
            return outer.steps * inner.steps * (outer.population or population(width)) + final
        case Search(outer=outer, inner=inner, final=Solver() as final):
            return outer * inner * population(3) + pictures(final, width)
        case Adam(steps=steps):
            return steps
    raise TypeError(f"Nobody counted what {type(solver).__name__} draws.")


def population(width: int) -> int:
    """4 + 3 ln n, CMA's own."""
    return 4 + math.floor(3 * math.log(width))


def drawing(method: Method, evaluations: int, width: int) -> Method:
    """The run of `method` that draws as nearly `evaluations` pictures a seed as any."""
    return min(
        (method.with_steps(steps) for steps in range(4, evaluations + 1)),
        key=lambda paced: abs(pictures(paced.solver, width) - evaluations),
    )
