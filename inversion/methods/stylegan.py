"""Gradient descent over the spaces of StyleGAN: the projectors that the papers compare with."""

from inversion.latents import Noises, W, WPlus
from inversion.losses import MSE, PerceptualLoss
from inversion.methods.method import Method
from inversion.priors import LatentNoise, NoisePyramid
from inversion.solvers import Adam

# The w+ papers start every run at the mean of w; several seeds would then be one and the same.
ROWS = {
    "w": Method(
        title="w (StyleGAN2 projector)",
        source="Karras et al. 2020, appendix D",
        summary="One style for all layers and white noise maps; edits well, misses unusual detail.",
        latents=W() + Noises(),
        losses=(PerceptualLoss(),),
        priors=(LatentNoise(), NoisePyramid()),
        solver=Adam(),
    ),
    "w+": Method(
        title="w+ (Image2StyleGAN)",
        source="Abdal et al. 2019",
        summary="A style for each layer; close likeness, still editable.",
        latents=WPlus(spread=0.25),
        losses=(MSE(), PerceptualLoss()),
        priors=(),
        solver=Adam(),
        out_of_domain=True,
    ),
    "(w+, b)": Method(
        title="(w+, b) (Image2StyleGAN++)",
        source="Abdal et al. 2020",
        summary="A style for each layer and free noise maps, which take up the fine texture.",
        latents=WPlus(spread=0.25) + Noises(),
        losses=(MSE(), PerceptualLoss()),
        priors=(),
        solver=Adam(),
        out_of_domain=True,
    ),
}
