"""Runs of equal cost: a share of the paper's steps, or as many pictures drawn for a seed."""

from __future__ import annotations

import math

from inversion.methods import Method
from inversion.solvers import Adam, Hybrid, Search, Solver

SHARES = {"fast": 0.1, "balanced": 0.3, "best": 1.0}  # of the steps that the paper takes
SHARES_HELP = "share of the paper's steps: " + ", ".join(f"{k} {v:g}" for k, v in SHARES.items())
FEWEST = 50  # steps that a fast run takes, where the paper takes as many


def shortened(method: Method, effort: str) -> Method:
    """This method as a run of 1, 3 or 10 tenths of its steps. Of a method that has so many, a fast
    run takes no fewer than 50, and a balanced one no fewer than the geometric mean of these and
    all, so that the three differ.

    >>> from inversion import METHODS
    >>> [shortened(METHODS["ilo"], effort).steps for effort in SHARES]
    [50, 87, 150]
    """
    fewest = min(method.steps, FEWEST)
    floors = {"fast": fewest, "balanced": round((fewest * method.steps) ** 0.5)}
    return method.with_steps(max(round(method.steps * SHARES[effort]), floors.get(effort, 0)))


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
