"""Inversion of an overparameterized generator (Poirier-Ginter et al. 2022, section 4.2)."""

from inversion.latents import Latents, Matrix, MatrixPlus
from inversion.losses import PerceptualLoss
from inversion.methods.method import Method
from inversion.priors import TruncationTrick
from inversion.solvers import Adam

SOURCE = "Poirier-Ginter et al. 2022 (Overparameterization)"


def row(title: str, summary: str, latents: Latents) -> Method:
    """Figure 11 has a random start and no regulariser: spread 1 of the latents, truncation 1."""
    return Method(
        title=title,
        source=SOURCE,
        summary=summary,
        latents=latents,
        losses=(PerceptualLoss(),),
        priors=(TruncationTrick(),),
        solver=Adam(steps=1000, lr=0.05, ramp_up=0.0, ramp_down=0.0),
    )


ROWS = {
    "W": row(
        "W (overparameterized)",
        "The latent matrix as it was trained, a row a channel: close, and still easy to edit.",
        Matrix(),
    ),
    "W+": row(
        "W+ (overparameterized)",
        "A latent matrix for each layer: closer still, and harder to edit.",
        MatrixPlus(),
    ),
}
