"""Solvers: how θ is searched. Each is `init` and `step`; `inversion.solve` runs the loop.

    Adam(steps=300, lr=0.05), LBFGS(), CMA(), Nevergrad()
    Then(CMA(), Adam())          one after the other, from the best of the first
    Hybrid(CMA(), Adam())        CMA over starts, each judged by what Adam makes of it (BasinCMA)
    Rounds()                     ILO's: descend, discard a layer, descend again
    Search(...)                  placement and colours outside, the code inside (pix2latent)
    Once()                       no search: what the start draws

One of your own subclasses `Solver`.
"""

from inversion.solvers.adam import Adam
from inversion.solvers.base import Constraint, Objective, Solver
from inversion.solvers.cma import CMA
from inversion.solvers.hybrid import Hybrid
from inversion.solvers.lbfgs import LBFGS
from inversion.solvers.nevergrad import Nevergrad
from inversion.solvers.no_search import Once
from inversion.solvers.rounds import Rounds
from inversion.solvers.search import Search
from inversion.solvers.then import Then

__all__ = [
    "CMA",
    "LBFGS",
    "Adam",
    "Constraint",
    "Hybrid",
    "Nevergrad",
    "Objective",
    "Once",
    "Rounds",
    "Search",
    "Solver",
    "Then",
]
