"""Solvers: how θ is searched. Each is `init` and `step`; `inversion.solve` runs the loop."""

from inversion.solvers.adam import Adam
from inversion.solvers.base import Solver
from inversion.solvers.cma import CMA
from inversion.solvers.hybrid import Hybrid
from inversion.solvers.lbfgs import LBFGS
from inversion.solvers.nevergrad import Nevergrad
from inversion.solvers.search import Search
from inversion.solvers.then import Then

__all__ = ["CMA", "LBFGS", "Adam", "Hybrid", "Nevergrad", "Search", "Solver", "Then"]
