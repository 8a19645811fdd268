"""StyleGAN's mapping network from z to w (Karras et al. 2019, section 2), and what every generator
that has one does with it."""

import torch
from torch import Tensor, nn

from models.generators.generator import Generator
from models.generators.layers import EqualizedLinear, unit_moment

MAX_CLASSES = 10_000  # their one-hot vectors are a matrix


class MappingNetwork(nn.Module):
    """z [n, z_dim] (and c [n, class_dim]) -> w [n, w_dim]: normalise, then `layers` dense layers.

    `w_avg` [w_dim] is the running mean of w, kept by training; truncation pulls towards it.
    """

    w_avg: Tensor

    def __init__(self, z_dim: int, w_dim: int, layers: int, lr: float, class_dim: int) -> None:
        super().__init__()
        self.layers, self.lr = layers, lr
        self.embed = EqualizedLinear(class_dim, w_dim) if class_dim else None
        widths = [z_dim + (w_dim if class_dim else 0)] + [w_dim] * layers
        for i in range(layers):
            self.add_module(
                f"fc{i}", EqualizedLinear(widths[i], widths[i + 1], lr=lr, activate=True)
            )
        self.register_buffer("w_avg", torch.zeros(w_dim))

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        if (self.embed is None) != (c is None):
            raise ValueError("a class vector is needed exactly when the network is conditional")
        x = unit_moment(z)
        if self.embed is not None and c is not None:
            x = torch.cat([x, unit_moment(self.embed(c))], 1)
        for i in range(self.layers):
            x = self.get_submodule(f"fc{i}")(x)
        return x


class Mapped(Generator):
    """A generator whose styles a mapping network makes of z, and of the class where it has some."""

    mapping: MappingNetwork
    class_dim: int

    def w_mean(self) -> Tensor:
        return self.mapping.w_avg

    @property
    def embeddings(self) -> Tensor:
        """The class vector of each class, one-hot [class_dim, class_dim]."""
        if not self.class_dim:
            return super().embeddings
        return torch.eye(self.class_dim, device=self.device)

    def map(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        if z.ndim == 2:
            w: Tensor = self.mapping(z, c)
            return w[:, None].expand(-1, self.num_ws, -1)
        if c is not None:
            c = c.repeat_interleave(self.num_ws, 0)
        ws: Tensor = self.mapping(z.flatten(0, 1), c).unflatten(0, (-1, self.num_ws))
        return ws
