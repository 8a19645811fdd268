"""Networks that draw a picture for a code: what each offers is `Generator`.

    z = G.sample_z(4, rng);  ws = G.map(z);  x = G.synthesize(ws)      x [4, 3, H, W] in [-1, 1]
    G.spaces                                    latent spaces it has; G.identity: whose weights
    StyleGAN2(resolution=64, channels={...})    an untrained one; `models.load` reads trained ones

`StyleGAN3` is NVIDIA's later one (T and R), `Overparameterized` is StyleGAN2 whose latents are
matrices, `BigGAN` BigGAN-deep, by class. One of your own subclasses `Generator`.
"""

from models.generators.biggan import BigGAN
from models.generators.generator import Features, Generator, Identity
from models.generators.overparam import Overparameterized
from models.generators.stylegan2 import StyleGAN2
from models.generators.stylegan3 import StyleGAN3

__all__ = [
    "BigGAN",
    "Features",
    "Generator",
    "Identity",
    "Overparameterized",
    "StyleGAN2",
    "StyleGAN3",
]
