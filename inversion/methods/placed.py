"""pix2latent with its transformation search: the object may sit anywhere in the frame.

Settings are those of its appendix A. A painted mask says where to begin, and alone counts.
"""

from inversion.latents import ClassVector, Colour, Placement, WPlus, Z
from inversion.losses import L1, PerceptualLoss
from inversion.methods.method import Method
from inversion.priors import ClampZ
from inversion.solvers import CMA, Adam, Hybrid, Search

SOURCE = "pix2latent, Huh et al. 2020, section 3.4 and appendices A and D"
LOSSES = (L1(), PerceptualLoss(10.0))
GRADIENT = Adam(steps=500, lr=0.05, ramp_up=0.0, ramp_down=0.0)
BASIN = Hybrid(CMA(steps=30), Adam(steps=30, lr=0.05, ramp_up=0.0, ramp_down=0.0))

ROWS = {
    "z, placed": Method(
        title="z, placed",
        source=SOURCE,
        summary="Finds where in the frame the object is, and how large, then its code.",
        latents=Z() + ClassVector() + Placement(),
        losses=LOSSES,
        priors=(ClampZ(),),
        solver=Search(final=GRADIENT),
    ),
    "z, placed and coloured": Method(
        title="z, placed and coloured",
        source=SOURCE,
        summary="As z, placed, and finds hue, brightness, gamma, saturation and contrast too.",
        latents=Z() + ClassVector() + Placement() + Colour(),
        losses=LOSSES,
        priors=(ClampZ(),),
        solver=Search(final=GRADIENT),
    ),
    "basincma, placed": Method(
        title="BasinCMA, placed",
        source=SOURCE,
        summary="Finds where the object is, then its code by CMA over Adam. Slow and thorough.",
        latents=Z() + ClassVector() + Placement(),
        losses=LOSSES,
        priors=(ClampZ(),),
        solver=Search(final=BASIN),
    ),
    "basincma, placed and coloured": Method(
        title="BasinCMA, placed and coloured",
        source=SOURCE,
        summary="The whole of pix2latent's search: placement, colours, then CMA over Adam.",
        latents=Z() + ClassVector() + Placement() + Colour(),
        losses=LOSSES,
        priors=(ClampZ(),),
        solver=Search(final=BASIN),
    ),
    "w+, placed": Method(
        title="w+, placed",
        source=f"Abdal et al. 2019, with the search of {SOURCE}",
        summary="A close likeness of an object that is not where the generator would draw it.",
        latents=WPlus(spread=0.25) + Placement(),
        losses=LOSSES,
        priors=(),
        solver=Search(final=Adam(steps=500)),
    ),
}
