"""pix2latent (Huh et al. 2020): search in z, and over the class, where the generator was trained.

Settings are those of its appendix A.
"""

from inversion.latents import ClassVector, Z
from inversion.losses import L1, PerceptualLoss
from inversion.methods.method import Method
from inversion.priors import Truncate
from inversion.solvers import Adam

ROWS = {
    "z": Method(
        title="z",
        source="Bora et al. 2017; settings of pix2latent, appendix A",
        summary="Stays on what the generator was trained to draw; most plausible, least exact.",
        latents=Z() + ClassVector(),
        losses=(L1(), PerceptualLoss(10.0)),
        priors=(Truncate(),),
        solver=Adam(steps=500, lr=0.05, ramp_up=0.0, ramp_down=0.0),
    ),
}
