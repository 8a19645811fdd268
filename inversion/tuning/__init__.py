"""Fine-tuning the generator for one answer: its knobs, and what it changed in the weights.

inversion.tune(G, result, Tuning(steps=200))     the verb; yields Iterates as `solve` does
H = tuned(G, answer.deltas, strength=0.5)        the generator with half of the change
"""

from inversion.tuning.deltas import Deltas, tuned
from inversion.tuning.problem import Tuning

__all__ = ["Deltas", "Tuning", "tuned"]
