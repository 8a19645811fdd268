"""Pivotal Tuning Inversion (Roich et al. 2022): a pivot in w, then the generator's weights.

The paper finds the pivot in 450 steps. Of a run of seconds these were more than half, so that the
tuning after them never reached its aim: within 40 s of one core `avatars` came from LPIPS 0.09 to
0.06 (a picture like its training) and from 0.10 to 0.07 (a photo) with 150.
"""

from inversion.latents import Noises, W
from inversion.losses import PerceptualLoss
from inversion.methods.method import Method
from inversion.priors import LatentNoise, NoisePyramid
from inversion.solvers import Adam
from inversion.tuning.problem import Tuning

ROWS = {
    "pti": Method(
        title="PTI",
        source="Roich et al. 2022",
        summary="A w that edits well, then weights that follow the picture; the best seed alone.",
        latents=W() + Noises(),
        losses=(PerceptualLoss(),),
        priors=(LatentNoise(), NoisePyramid()),
        solver=Adam(steps=150),
        tuning=Tuning(steps=350, penalty=0.0, mse=1.0),
    ),
}
