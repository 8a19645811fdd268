"""Methods that begin at an encoder's estimate, and cannot do without one.

Every other method that starts in z, z+, w or w+ begins there too if it is given an encoder.
"""

from inversion.latents import WPlus
from inversion.losses import MSE, PerceptualLoss
from inversion.methods.method import Method
from inversion.priors import InDomain, Prior
from inversion.solvers import Adam
from inversion.solvers.no_search import Once

LOSSES = (MSE(), PerceptualLoss())
NONE: tuple[Prior, ...] = ()

ROWS = {
    "encoder": Method(
        title="Encoder only",
        source="pSp, Richardson et al. 2021; e4e, Tov et al. 2021",
        summary="The encoder's estimate and no search: one answer, at once. Near, seldom exact.",
        latents=WPlus(),
        losses=LOSSES,
        priors=NONE,
        solver=Once(),
        needs_encoder=True,
        one_answer=True,
    ),
    # from one point all seeds would be one and the same: each is moved a little towards a sample
    "encoder, w+": Method(
        title="Encoder, then w+",
        source="Zhu et al. 2020; settings of this project",
        summary="Begins at the encoder's estimate and makes it exact; likeness in fewer steps.",
        latents=WPlus(spread=0.1),
        losses=LOSSES,
        priors=NONE,
        solver=Adam(steps=300, lr=0.05, ramp_up=0.05, ramp_down=0.5),
        needs_encoder=True,
    ),
    "idinvert": Method(
        title="IDInvert",
        source="Zhu et al. 2020 (in-domain inversion); SPHInX, table 1",
        summary="The encoder's estimate, then w+, held to styles that the encoder finds again.",
        latents=WPlus(spread=0.1),
        losses=LOSSES,
        priors=(InDomain(),),
        solver=Adam(steps=300, lr=0.05, ramp_up=0.05, ramp_down=0.5),
        needs_encoder=True,
    ),
}
