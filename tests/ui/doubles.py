"""A studio whose only model is a small StyleGAN2 with random weights: quick, and no download."""

import torch

from models.generator import Identity
from models.stylegan2 import StyleGAN2
from tests.conftest import PixelFeatures
from ui import Studio


def load(name: str, device: str = "cpu", progress=None) -> StyleGAN2:
    """A 64-pixel StyleGAN2; the name alone decides its weights."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        G = StyleGAN2(
            resolution=64,
            z_dim=16,
            w_dim=16,
            channels={4: 8, 8: 8, 16: 8, 32: 8, 64: 4},
            mapping_layers=2,
        )
    G.identity = Identity(name, "stylegan2", name.encode().hex().ljust(64, "0")[:64], "Apache-2.0")
    return G.eval().requires_grad_(False)


def load_perceptual(name: str, device: str = "cpu", progress=None) -> PixelFeatures:
    return PixelFeatures()


def studio(**options) -> Studio:
    return Studio(**{"load": load, "load_perceptual": load_perceptual} | options)
