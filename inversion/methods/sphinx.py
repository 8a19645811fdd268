"""SPHInX (2022), its variants, and the spaces that it is compared with."""

from inversion.latents import ClassVector, Content, Latents, Noises, WPlus, ZPlus
from inversion.latents.base_code import BaseDetail
from inversion.latents.heads import ContentHead, StyleHead
from inversion.losses import MSE, PerceptualLoss
from inversion.methods.method import Method
from inversion.priors import NearBase, PNorm, Vicinal
from inversion.solvers import Adam

SOURCE = "SPHInX (2022)"
LOSSES = (MSE(), PerceptualLoss())
HEADS = Adam(steps=5000, lr=1e-3)
CODES = Adam(steps=1000, lr=0.1)


def sphinx(title: str, summary: str, latents: Latents) -> Method:
    return Method(
        title=title,
        source=SOURCE,
        summary=summary,
        latents=latents,
        losses=LOSSES,
        priors=(Vicinal(),),
        solver=HEADS,
        out_of_domain=True,
    )


ROWS = {
    "sphinx": sphinx(
        "SPHInX (P_s, P_c, b)",
        "Trains small networks on this picture: for one moved or turned, given thousands of steps.",
        StyleHead() + ContentHead() + Noises(),
    ),
    "sphinx (P_s, P_c)": sphinx(
        "SPHInX (P_s, P_c)",
        "As SPHInX, with the generator's own noise.",
        StyleHead() + ContentHead(),
    ),
    "sphinx (P_s, b)": sphinx(
        "SPHInX (P_s, b)",
        "As SPHInX, with the learnt content; edits better.",
        StyleHead() + Noises(),
    ),
    "sphinx (P_s)": sphinx(
        "SPHInX (P_s)",
        "The style head alone; known directions still edit its answers.",
        StyleHead(),
    ),
    "z+": Method(
        title="z+",
        source="Gu et al. 2020; SPHInX, table 1",
        summary="A latent for each layer, through the mapping network: plausible, seldom exact.",
        latents=ZPlus() + ClassVector(),
        losses=LOSSES,
        priors=(),
        solver=CODES,
    ),
    "p-norm+": Method(
        title="P-norm+",
        source="Zhu et al. 2020; SPHInX, table 1",
        summary="w+ held to styles that the generator has seen: between w and w+.",
        latents=WPlus(spread=0.25),
        losses=LOSSES,
        priors=(PNorm(),),
        solver=CODES,
    ),
    "bdinvert": Method(
        title="BDInvert",
        source="Kang et al. 2021; SPHInX, table 1",
        summary="A coarse feature map and styles after it: follows a moved or turned face.",
        latents=BaseDetail(),
        losses=(MSE(), PerceptualLoss(10.0)),
        priors=(NearBase(), PNorm(0.01)),
        solver=Adam(steps=1200, lr=0.01),
        out_of_domain=True,
    ),
    "(w+, s)": Method(
        title="(w+, s)",
        source="SPHInX, figure 9",
        summary="Styles and the 4 × 4 content they grow from: reaches other poses and places.",
        latents=WPlus(spread=0.25) + Content(),
        losses=LOSSES,
        priors=(),
        solver=CODES,
    ),
    "(w+, s, b)": Method(
        title="(w+, s, b)",
        source="SPHInX, figures 1 and 6",
        summary="All that StyleGAN2 takes in; exact, and fragile.",
        latents=WPlus(spread=0.25) + Content() + Noises(),
        losses=LOSSES,
        priors=(),
        solver=CODES,
    ),
    "(z+, s, b)": Method(
        title="(z+, s, b)",
        source="SPHInX, figure 10",
        summary="As (w+, s, b), with styles that the mapping network can make.",
        latents=ZPlus() + ClassVector() + Content() + Noises(),
        losses=LOSSES,
        priors=(),
        solver=CODES,
    ),
}
