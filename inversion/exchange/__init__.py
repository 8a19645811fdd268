"""Latents in and out: what other projects saved, read as codes and directions, and codes as they
read them.

    codes = read_latents("projected_w.npz", G)        NVIDIA's, rosinality's, e4e's, pSp's, ours
    result = as_result(G, codes, "projected_w.npz")   an Inversion of it: drawn, edited, saved
    export(result, G, "projected_w.npz")   as NVIDIA's projector writes, or rosinality (.pt)

Nothing in a file is run: `models.readers.arrays` reads data, and refuses the rest.
"""

from inversion.exchange.export import EXPORTS, export
from inversion.exchange.latents import Latent, as_result, pick, read_latents
from models.readers.arrays import read_values

__all__ = ["EXPORTS", "Latent", "as_result", "export", "pick", "read_latents", "read_values"]
