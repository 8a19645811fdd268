"""ILO (Daras et al. 2021) and PULSE (Menon et al. 2020), over whitened styles on the sphere."""

from inversion.latents.layers import Layers, Whitened
from inversion.losses import MSE, PerceptualLoss
from inversion.methods.method import Method
from inversion.priors import Geodesic, Sphere
from inversion.solvers import Adam
from inversion.solvers.rounds import Rounds

ROWS = {
    "ilo": Method(
        title="ILO",
        source="Daras et al. 2021; its poster",
        summary="Discards layer after layer and searches what they drew; exact, and still guided.",
        latents=Layers(),
        losses=(MSE(), PerceptualLoss()),
        priors=(Sphere(), Geodesic()),
        solver=Rounds(),
    ),
    "pulse": Method(
        title="PULSE",
        source="Menon et al. 2020",
        summary="Styles on a sphere, so that the answer is always a plausible picture.",
        latents=Whitened(),
        losses=(MSE(100.0),),
        priors=(Sphere(), Geodesic(0.05)),
        solver=Adam(steps=100, lr=0.4, ramp_up=0.05, ramp_down=0.25),
    ),
}
