"""Pivotal Tuning Inversion (Roich et al. 2022): a pivot in w, then the generator's weights."""

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
        solver=Adam(steps=450),
        tuning=Tuning(steps=350, penalty=0.0, mse=1.0),
    ),
}
