"""A: what a picture may have suffered, and what was measured of it.

    A = TASKS["super-resolution"].operator(resolution=64, seed=0)
    y = A.noise(A(x), rng)                              x [n, 3, 64, 64] in [-1, 1]
    seen = observe(photo, 64, Degradation("inpainting", hidden=mask))
    seen.operator, seen.y                               what a search is given
    seen.measurement.save("y.safetensors")              and all that is needed to make A again

TASKS has a row a degradation; `make` draws one operator of several. Any deepinv `Physics` is an
operator too (`Own`). A task of your own subclasses `Task`. deepinv is imported when one is made.
"""

from inversion.operators.degradation import Degradation
from inversion.operators.measurement import Measurement
from inversion.operators.observation import Observation, observe
from inversion.operators.operator import Identity, Operator
from inversion.operators.task import Given, Task, make
from inversion.operators.tasks import TASKS, configured
from inversion.operators.user_physics import Own

__all__ = [
    "TASKS",
    "Degradation",
    "Given",
    "Identity",
    "Measurement",
    "Observation",
    "Operator",
    "Own",
    "Task",
    "configured",
    "make",
    "observe",
]
