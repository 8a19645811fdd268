"""A studio whose only models are small ones with random weights: quick, and no download."""

import torch
from torch import nn

from models.encoders.encoder import Encoder, Estimate
from models.generators.biggan import BigGAN
from models.generators.generator import Generator, Identity
from models.generators.overparam import Overparameterized
from models.generators.stylegan2 import StyleGAN2
from models.weights.outline import outline
from tests.conftest import PixelFeatures
from ui import Studio


def load(name: str, device: str = "cpu", progress=None) -> Generator:
    """A 64-pixel network, BigGAN for "species", matrices for "avatars-overparam", else StyleGAN2;
    the name alone decides on it."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        G: Generator
        if name == "species":
            G = BigGAN(
                resolution=64,
                layers=[(True, 1, 1)] * 4,
                channel_width=4,
                z_dim=4,
                class_dim=4,
                num_classes=8,
                class_names=outline("species").class_names,
                n_stats=2,
            )
        else:
            kind = Overparameterized if name == "avatars-overparam" else StyleGAN2
            G = kind(
                resolution=64,
                z_dim=16,
                w_dim=16,
                channels={4: 8, 8: 8, 16: 8, 32: 8, 64: 4},
                mapping_layers=2,
            )
    sha256 = name.encode().hex().ljust(64, "0")[:64]
    G.identity = Identity(name, type(G).__name__.lower(), sha256, "Apache-2.0")
    return G.eval().requires_grad_(False)


class Average(Encoder):
    """Estimates the same w for every picture."""

    size, gives = 64, frozenset({"w+"})

    def __init__(self, name: str) -> None:
        super().__init__()
        self.identity = Identity(name, "average", "0" * 64, "Apache-2.0")
        self.ws = nn.Parameter(load("avatars").w_mean().expand(1, 10, -1).clone())

    def forward(self, x: torch.Tensor, c: torch.Tensor | None = None) -> Estimate:
        return Estimate(ws=self.ws.detach().expand(len(x), -1, -1))

    def refuses(self, G: Generator) -> str | None:
        return None


def load_encoder(name: str, device: str = "cpu", progress=None) -> Encoder:
    return Average(name)


def load_perceptual(name: str, device: str = "cpu", progress=None) -> PixelFeatures:
    return PixelFeatures()


def studio(**options) -> Studio:
    loaders = {"load": load, "load_perceptual": load_perceptual, "load_encoder": load_encoder}
    return Studio(**loaders | options)
