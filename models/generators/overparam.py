"""The overparameterized StyleGAN2 (Poirier-Ginter, Lessard, Smith and Lalonde 2022, section 3.1).

A picture's latent is a matrix, a row an output channel: row i of w makes, by the layer's ordinary
affine map, the style of output channel i of every layer (equation 2). The rows share a part,

    Z_i = (own_i + shared) / sqrt(2),    own_i, shared ~ N(0, I),

and are mapped each on its own, so that every row is distributed as an ordinary w. Weights and their
names are those of StyleGAN2: only a file's metadata tells that it is overparameterized.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.generators.generator import W_SAMPLES
from models.generators.stylegan2 import StyleGAN2


def matrix(shared: Tensor, own: Tensor) -> Tensor:
    """Z [..., rows, d] of what its rows share [..., d] and of what each has of its own [..., rows,
    d]: all N(0, I)."""
    return (own + shared.unsqueeze(-2)) / math.sqrt(2)


class Overparameterized(StyleGAN2):
    """StyleGAN2 of which a latent is a matrix, without noise inputs.

    z [n, (1 + rows) * d] ~ N(0, I) holds the shared part, then the own part of each row, d being
    the width `z_dim` that the constructor is given; a style vector of ws [n, num_ws, rows * w]
    holds the rows one after another (`matrices` shapes them). So whatever searches, interpolates or
    stores vectors does so with matrices too.

    rows   of a matrix: by default as many as the widest layer has channels. A layer of fewer
           channels drops the last ones, one of more begins anew, and rows = 1 is StyleGAN2 itself
    The other arguments are StyleGAN2's.
    """

    def __init__(
        self,
        *,
        resolution: int,
        channels: Mapping[int, int],
        rows: int | None = None,
        z_dim: int = 512,
        w_dim: int = 512,
        mapping_layers: int = 2,
        mapping_lr: float = 0.01,
        conv_clamp: float | None = None,
    ) -> None:
        super().__init__(
            resolution=resolution,
            channels=channels,
            z_dim=z_dim,
            w_dim=w_dim,
            mapping_layers=mapping_layers,
            mapping_lr=mapping_lr,
            conv_clamp=conv_clamp,
            noise=False,
        )
        self.rows = max(channels.values()) if rows is None else rows
        if self.rows < 1:
            raise ValueError(f"a latent has at least one row, not {rows}")
        fixed = ("class_dim", "noise")
        kept = {name: value for name, value in self.settings.items() if name not in fixed}
        self.settings = {**kept, "rows": self.rows}
        self.latent_dim = z_dim
        if self.rows > 1:
            self.z_dim, self.w_dim = (1 + self.rows) * z_dim, self.rows * w_dim
            self.spaces |= {"W", "W+"}

    def matrices(self, ws: Tensor) -> Tensor:
        """ws [..., w_dim] -> the same as [..., rows, row_dim]."""
        W: Tensor = ws.unflatten(-1, (self.rows, self.row_dim))
        return W

    def latents(self, z: Tensor) -> Tensor:
        """z [..., z_dim] -> Z [..., rows, latent_dim], each row N(0, I)."""
        if self.rows == 1:
            return z.unsqueeze(-2)
        shared, own = z.split([self.latent_dim, self.rows * self.latent_dim], -1)
        return matrix(shared, own.unflatten(-1, (self.rows, self.latent_dim)))

    def map(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        if self.rows == 1:
            return super().map(z, c)
        Z = self.latents(z)
        W: Tensor = self.mapping(Z.flatten(0, -2), c).view(*z.shape[:-1], self.w_dim)
        return W[:, None].expand(-1, self.num_ws, -1) if z.ndim == 2 else W

    def w_mean(self) -> Tensor:
        return super().w_mean().repeat(self.rows)

    @torch.no_grad()
    def w_samples(self) -> Tensor:
        z = self._normal((W_SAMPLES, self.latent_dim), torch.Generator().manual_seed(0))
        return torch.cat([self.mapping(part) for part in z.split(1000)])

    def _layers(self, ws: Tensor) -> Sequence[Tensor]:
        return super()._layers(ws if self.rows == 1 else self.matrices(ws))
