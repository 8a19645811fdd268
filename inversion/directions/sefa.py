"""SeFa (Shen and Zhou 2021): the directions to which the first layer behind the code is most
sensitive, from the weights alone."""

from __future__ import annotations

import torch
from torch import Tensor

from inversion.edits.direction import Direction
from inversion.edits.layers import Layers, check_layers, layers_text
from models.errors import StudioError
from models.generators.biggan import BigGAN
from models.generators.biggan_layers import Block as BigGANBlock
from models.generators.generator import Generator
from models.generators.stylegan2 import StyleGAN2
from models.generators.stylegan2_layers import Block
from models.generators.stylegan3 import StyleGAN3
from models.generators.stylegan3_layers import FourierInput, Layer


@torch.no_grad()
def sefa(G: Generator, count: int = 10, layers: Layers = None) -> list[Direction]:
    """The first `count` eigenvectors of A^T A, largest eigenvalue first, A being what the chosen
    layers (first and last, all by default) make of the code: n* = argmax |A n|^2, |n| = 1.

    Each is as long as the samples of the code deviate along it, and moves every row of a matrix
    alike. Raises StudioError for layers that
    there are not, more directions than axes, or a network of which the layers are not known.

    >>> G = StyleGAN2(resolution=8, channels={4: 8, 8: 8}, z_dim=8, w_dim=8)
    >>> [direction.name for direction in sefa(G, 2)]
    ['SeFa 1', 'SeFa 2']
    """
    check_layers(G.num_ws, layers)
    A = weights(G, layers)
    if not 0 < count <= A.shape[1]:
        raise StudioError(f"There are {A.shape[1]} directions; choose 1 to {A.shape[1]}.")
    values, vectors = torch.linalg.eigh(A.T @ A)
    n = vectors.T.flip(0)[:count]
    n = n * n.gather(1, n.abs().argmax(1, keepdim=True)).sign()
    space = "z" if isinstance(G, BigGAN) else "w"
    if space == "w":
        n = n * (G.w_samples().cpu().double() @ n.T).std(0)[:, None]  # z deviates by 1 as it is
        n = n.repeat(1, G.rows)
    return [
        Direction(
            name=f"SeFa {k + 1}" + layers_text(layers),
            space=space,
            vector=v.float().cpu(),
            weights=G.identity,
            provenance=f"SeFa: eigenvector {k + 1} of the styles' weights" + layers_text(layers),
        )
        for k, v in enumerate(n)
    ]


def weights(G: Generator, layers: Layers = None) -> Tensor:
    """A [outputs, w_dim or z_dim], float64: the linear maps of the layers that read the code, one
    under another. StyleGAN2: the style of each convolution (not of toRGB, as in the paper's
    experiments). StyleGAN3: the turn and shift of its waves, then the styles of each layer. BigGAN:
    the first dense layer, then the gains and offsets of each block."""
    first, last = layers or (0, G.num_ws - 1)
    if isinstance(G, StyleGAN2):
        blocks = [block for block in G.synthesis.values() if isinstance(block, Block)]
        convs = [conv for block in blocks for conv in (block.conv0, block.conv1) if conv]
        rows = [conv.affine.weight * conv.affine.weight_gain for conv in convs]
        chosen = rows[first : last + 1]
        if not chosen:
            raise StudioError("The last layer only colours the picture; choose an earlier one too.")
        return torch.cat(chosen).cpu().double()
    if isinstance(G, BigGAN):
        parts = [G.gen_z.weight]
        for block in G.layers:
            if isinstance(block, BigGANBlock):
                norms = (block.bn_0, block.bn_1, block.bn_2, block.bn_3)
                parts.append(torch.cat([m.weight for x in norms for m in (x.scale, x.offset)]))
        return torch.cat(parts[first : last + 1])[:, : G.z_dim].cpu().double()
    if isinstance(G, StyleGAN3):
        parts3 = [x for x in G.synthesis.values() if isinstance(x, FourierInput | Layer)]
        rows = [layer.affine.weight * layer.affine.weight_gain for layer in parts3[:-1]]
        chosen = rows[first : last + 1]
        if not chosen:
            raise StudioError("The last layer only colours the picture; choose an earlier one too.")
        return torch.cat(chosen).cpu().double()
    raise StudioError(f"SeFa knows StyleGAN2, StyleGAN3 and BigGAN, not a {type(G).__name__}.")
