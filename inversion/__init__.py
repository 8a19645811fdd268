"""GAN inversion: find the latent code that makes a generator draw a picture.

    from inversion import compare, invert, solve, METHODS, TASKS, Degradation, Inversion

`invert(G, image, method="w+")` returns an `Inversion`; `solve(...)` yields an `Iterate` a step.
`tune(G, result)` fine-tunes a copy of the generator for one answer, `tuned(G, result.deltas)` is
that copy again; `tune_together(G, results)` does it once for several. `METHODS` and `TASKS` are the
tables of what can be run, a `Degradation` is what a picture suffered: `invert(G, image, "ilo",
degradation=Degradation("inpainting", hidden=mask))`, or for short `task="inpainting"`.
`compare(G, image, ["w+", "ilo"])` races methods side by side and yields a `Standing` a step
(`inversion.comparison`).
`discover(G, series)` finds an attribute's direction with a picture's codes.
`Inversion.load(path).render(G)` draws a saved result again. Errors that a person can mend are
`models.errors.StudioError`.

What else may be called stands in the `__init__` of each folder: `pictures` (read, crop, film),
`comparison`, `editing`, `edits` and `directions`, `evaluation`, `metrics`, `operators`; and to
compose a `Method` of one's own, `latents`, `losses`, `priors`, `solvers` and `knobs`. Files below
may move; these do not.
"""

from inversion.comparison import compare
from inversion.discover import Discovery, discover
from inversion.methods import EFFORTS, METHODS, Method
from inversion.operators import TASKS
from inversion.operators.degradation import Degradation
from inversion.result import Inversion
from inversion.run import Iterate
from inversion.several import tune_together
from inversion.solve import invert, solve
from inversion.tune import tune
from inversion.tuning.deltas import tuned
from inversion.tuning.problem import Tuning

__all__ = [
    "EFFORTS",
    "METHODS",
    "TASKS",
    "Degradation",
    "Discovery",
    "Inversion",
    "Iterate",
    "Method",
    "Tuning",
    "compare",
    "discover",
    "invert",
    "solve",
    "tune",
    "tune_together",
    "tuned",
]
