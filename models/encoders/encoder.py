"""Encoders: a picture in, an estimate of its codes out, so that a search need not begin at nothing.

    E = load_encoder("avatars")          this project's own, for its embedded generators
    estimate = E(x)                      x [n, 3, H, W] in [-1, 1]; of any size

An encoder belongs to the weights whose pictures it learnt from; `refuses` says so. This project's
own network stands in residual.py, e4e and pSp in published.py, their files are read in reader.py.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from models.generators.generator import Generator, Identity
from models.network_file import Weights


@dataclass(frozen=True)
class Estimate:
    """What an encoder takes a picture's codes to be, a row each; None is what it does not estimate.

    `z` [n, z_dim], the mean of what it may be, hence shorter than a sample of N(0, I); `ws`
    [n, num_ws, w_dim]; `c` [n, class_dim], the class that was given or else found.
    """

    z: Tensor | None = None
    ws: Tensor | None = None
    c: Tensor | None = None

    def of(self, c: Tensor | None) -> "Estimate":
        """The same, of class c [n, class_dim] if it has none yet."""
        return self if self.c is not None else Estimate(self.z, self.ws, c)

    def complete(self, G: Generator) -> "Estimate":
        """This estimate with ws, which follow from z and c."""
        if self.ws is not None or self.z is None:
            return self
        return Estimate(self.z, G.map(self.z, self.c), self.c)


class Encoder(nn.Module, ABC):
    """x [n, 3, H, W] in [-1, 1] -> Estimate. Pictures of another size are resized to `size`.

    identity       which weights these are
    for_generator  whose pictures they were trained on
    gives          spaces that are estimated, of "z", "w", "w+"
    """

    size: int
    identity: Identity
    for_generator: Weights
    gives: frozenset[str]

    @abstractmethod
    def forward(self, x: Tensor, c: Tensor | None = None) -> Estimate:
        """c [n, class_dim] is the class, where the generator has some and it is known."""

    @abstractmethod
    def refuses(self, G: Generator) -> str | None:
        """Why it cannot serve this generator, in a sentence; None when it can."""

    @property
    def name(self) -> str:
        return self.identity.name

    def fit(self, x: Tensor) -> Tensor:
        """x at `size` pixels a side."""
        if x.shape[2:] == (self.size, self.size):
            return x
        return F.interpolate(x, (self.size, self.size), mode="bilinear", antialias=True)
