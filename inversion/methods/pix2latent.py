"""pix2latent (Huh et al. 2020): search in z, and the class, of what the generator was made for.

Settings are those of its appendix A; the other outer searches are those of its appendix D.
"""

from inversion.latents import ClassVector, Z
from inversion.losses import L1, PerceptualLoss
from inversion.methods.method import Method
from inversion.priors import ClampZ
from inversion.solvers import CMA, LBFGS, Adam, Hybrid, Nevergrad, Solver, Then


def adam(steps: int) -> Adam:
    return Adam(steps=steps, lr=0.05, ramp_up=0.0, ramp_down=0.0)


def row(
    title: str, summary: str, solver: Solver, source: str = "pix2latent (Huh et al. 2020)"
) -> Method:
    return Method(
        title=title,
        source=source,
        summary=summary,
        latents=Z() + ClassVector(),
        losses=(L1(), PerceptualLoss(10.0)),
        priors=(ClampZ(),),
        solver=solver,
    )


ROWS = {
    "z": row(
        "z",
        "Stays on what the generator was trained to draw; most plausible, least exact.",
        adam(500),
        source="Bora et al. 2017; settings of pix2latent, appendix A",
    ),
    "lbfgs": row(
        "z by L-BFGS",
        "Long, measured downhill steps; ends where the first valley does.",
        LBFGS(),
        source="Zhu et al. 2016; settings of pix2latent, appendix A",
    ),
    "cma": row(
        "z by CMA",
        "Evolves a cloud of guesses without gradients; finds the valley, not its floor.",
        CMA(steps=300),
    ),
    "cma+adam": row(
        "z by CMA, then Adam",
        "A cloud of guesses finds the valley, then gradients its floor.",
        Then(CMA(steps=100), adam(500)),
    ),
    "basincma": row(
        "z by BasinCMA",
        "Evolves guesses by how good each becomes downhill; most reliable in z, and slow.",
        Hybrid(CMA(steps=30), adam(30)),
    ),
    "nevergrad": row(
        "z by Nevergrad, then Adam",
        "A gradient-free search of your choice, then gradients; for comparison.",
        Then(Nevergrad(), adam(300)),
    ),
    "nevergrad+adam": row(
        "z by Nevergrad over Adam",
        "BasinCMA with another search in place of CMA; for comparison.",
        Hybrid(Nevergrad(steps=30), adam(50)),
    ),
}
