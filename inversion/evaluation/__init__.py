"""What an answer is worth: baselines, robustness, how sure it is, what an edit did.

    restore(photo, 64, "total-variation", task="inpainting", ...)   without a generator: BASELINES
    robustness(G, result).gives_way()       dB of noise on the codes at which the picture gives way
    spread(pictures), misfit(A, x, y)       where many answers differ, and where from y
    judge(before, after, perceptual)        identity kept, attributes reached and moved along
    movements(G, directions, reader)        how much each direction moves each attribute

PSNR, SSIM and the perceptual distance of an answer are in `inversion.metrics`.
"""

from inversion.evaluation.baselines import BASELINES, Baseline, Restored, restore
from inversion.evaluation.disentanglement import Movements, movements
from inversion.evaluation.edit_metrics import Judgement, judge, typical_features
from inversion.evaluation.robustness import Robustness, robustness
from inversion.evaluation.uncertainty import heat, misfit, spread

__all__ = [
    "BASELINES",
    "Baseline",
    "Judgement",
    "Movements",
    "Restored",
    "Robustness",
    "heat",
    "judge",
    "misfit",
    "movements",
    "restore",
    "robustness",
    "spread",
    "typical_features",
]
