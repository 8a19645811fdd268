"""Latents in and out: what other projects saved, read as codes and directions, and codes as they
read them.

    latent = read_latents("projected_w.npz", G)   NVIDIA's, rosinality's, e4e's, pSp's, PTI's, ours
    result = as_result(G, latent)                 an Inversion of it: drawn, edited, saved
    solve(G, photo, start=pick(latent, 0))        a search goes on from the first of them
    export(result, G, "projected_w.npz")          as NVIDIA's projector writes; rosinality's: .pt

Nothing in a file is run: `models.readers.arrays` reads data, and refuses the rest.
"""

from inversion.exchange.export import EXPORTS, export
from inversion.exchange.latents import Latent, as_result, pick, read_latents

__all__ = ["EXPORTS", "Latent", "as_result", "export", "pick", "read_latents"]
