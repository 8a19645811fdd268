"""Solvers: how θ is searched. Each is `init` and `step`; `inversion.solve` runs the loop."""

from inversion.solvers.adam import Adam
from inversion.solvers.base import Solver

__all__ = ["Adam", "Solver"]
