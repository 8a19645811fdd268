"""ILO (Daras et al. 2021) and PULSE (Menon et al. 2020), over whitened styles on the sphere.

ILO's defaults depart from its code's where that was measured to suit small generators better; the
published values are `perceptual.weight` 1, `geodesic.weight` 0.01, `ilo.lr` 0.1, `layers.maps` 1.

- The perceptual term is off. The embedded distance is some seven times LPIPS, and at 64 px its
  receptive fields reach across any hole: what it asks of the known part is paid for in the hole.
  With 0.005 to 0.15 of it, holes were filled 2 to 4 dB worse; enlargements were no better.
- The geodesic weight is PULSE's relative to the squared error. The published 0.01 outweighs all
  else at first and pins the layers together; the code that published it slices the wrong axis.
"""

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
        losses=(MSE(), PerceptualLoss(0.0)),
        priors=(Sphere(), Geodesic(0.0005)),
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
