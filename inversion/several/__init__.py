"""What is done for several pictures at once.

*_, last = tune_together(G, results)        one fine-tuning for all of them
last.drawn().each                           each answer, drawn by the weights that all share
"""

from inversion.several.tuning import Together, tune_together

__all__ = ["Together", "tune_together"]
