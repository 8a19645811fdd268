"""What every generator offers, whatever network draws the picture."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

from models.devices import like
from models.errors import StudioError

W_SAMPLES = 10_000  # StyleGAN2 appendix D: statistics of w from 10 000 latents


@dataclass(frozen=True)
class Identity:
    """Which weights drew a picture: stored with every result, compared when it is reopened."""

    name: str
    architecture: str
    sha256: str
    licence: str


@dataclass(frozen=True)
class Features:
    """What the blocks below `block` produced, that is, the entry of that block.

    `block` counts from 0, the 4x4 block. `x` is [n, C, h, w] at the resolution of block - 1 (for
    block 0 it is the 4x4 content input itself). `rgb` is the skip image [n, 3, h, w] at the same
    resolution, or None, which stands for black skip input (ILO drops it in later rounds).
    """

    block: int
    x: Tensor
    rgb: Tensor | None


class Generator(nn.Module, ABC):
    """A picture for a code. Images are float32 [n, 3, H, W], nominally in [-1, 1], not clamped.

    resolution    H = W, pixels
    z_dim, w_dim  width of one latent, of one style vector
    num_ws        style vectors a picture has, one a layer
    rows          of the matrix that a style vector is, one after another (Overparameterization,
                  section 3.1); 1: it is an ordinary vector. w_dim = rows * row_dim
    num_blocks    entries at which `synthesize(start=...)` can begin
    class_dim     width of the class vector; 0 unless class-conditional
    num_classes   classes that have a vector in `embeddings`, class_names their names if known
    noise_shapes  (h, w) of every noise map, in the order of `noises`
    content_shape (C, h, w) of the content input
    spaces        latent spaces that this network has, of "z", "z+", "c" (class vector), "w", "w+",
                  "W", "W+" (w, w+ where they are matrices), "b" (noises), "s" (content input)
    box           middle (x, y) and size (w, h) of what it draws, in fractions of the frame; None
                  if nobody measured it
    w_slope       slope below 0 that undoes the mapping network's last activation; 1: there is none
    mapped        whether a mapping network makes w of z and class; if not, w is z with the class
    grey          whether it draws grey pictures, three equal channels
    frame         (h, w) of what it draws, in the middle of the square picture, between black bars
    notes         sentences about its file that its user should know
    settings      the constructor's arguments, JSON-serialisable, from which it can be built again
    """

    resolution: int
    z_dim: int
    w_dim: int
    num_ws: int
    rows: int = 1
    num_blocks: int
    class_dim: int
    num_classes: int = 0
    class_names: tuple[str, ...] = ()
    noise_shapes: list[tuple[int, int]]
    content_shape: tuple[int, int, int]
    spaces: frozenset[str]
    w_slope: float = 5.0
    mapped: bool = True
    grey: bool = False
    notes: tuple[str, ...] = ()
    _frame: tuple[int, int] | None = None
    box: tuple[float, float, float, float] | None = None
    settings: dict[str, Any]
    identity: Identity

    def __init__(self) -> None:
        super().__init__()
        self.identity = Identity("untrained", type(self).__name__, "", "")
        self._w_statistics: tuple[Tensor, Tensor] | None = None
        self._w_whitening: tuple[Tensor, Tensor] | None = None
        self._w_principal: tuple[Tensor, Tensor] | None = None

    @abstractmethod
    def map(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """z [n, z_dim], or z+ [n, num_ws, z_dim], and classes c [n, class_dim] -> ws
        [n, num_ws, w_dim]."""

    @abstractmethod
    def features(
        self,
        ws: Tensor,
        stop: int,
        noises: Sequence[Tensor] | None = None,
        content: Tensor | None = None,
        start: Features | None = None,
    ) -> Features:
        """What the blocks below `stop` (0 to num_blocks) make of ws [n, num_ws, w_dim]; the other
        arguments as in `synthesize`."""

    @abstractmethod
    def synthesize(
        self,
        ws: Tensor,
        noises: Sequence[Tensor] | None = None,
        content: Tensor | None = None,
        start: Features | None = None,
    ) -> Tensor:
        """ws [n, num_ws, w_dim] -> images [n, 3, H, W].

        noises   None for the constant maps, else one [n or 1, 1, h, w] for each of noise_shapes
        content  [n or 1, *content_shape] in place of the constant input
        start    enter at this block, with this map; the blocks below it are not run
        """

    @property
    def embeddings(self) -> Tensor:
        """The class vector of each class, [num_classes, class_dim]. Raises StudioError if the
        network has no classes."""
        raise StudioError(f"{self.identity.name} has no classes. Choose a model that has some.")

    @property
    def frame(self) -> tuple[int, int]:
        return self._frame or (self.resolution, self.resolution)

    @frame.setter
    def frame(self, shape: tuple[int, int]) -> None:
        self._frame = shape

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @property
    def row_dim(self) -> int:
        """Width of a row of w: w_dim, but for matrices."""
        return self.w_dim // self.rows

    def sample_z(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """n draws from N(0, I), [n, z_dim] float32; drawn on the rng's device, so that a seed gives
        the same latents wherever the model is.

        >>> import torch
        >>> from models import load
        >>> G = load("avatars")
        >>> once, again = (G.sample_z(2, torch.Generator().manual_seed(7)) for _ in range(2))
        >>> torch.equal(once, again)
        True
        """
        return self._normal((n, self.z_dim), generator)

    def sample_noises(self, n: int, generator: torch.Generator | None = None) -> list[Tensor]:
        """One fresh N(0, 1) map [n, 1, h, w] for each of noise_shapes."""
        return [self._normal((n, 1, h, w), generator) for h, w in self.noise_shapes]

    def generate(self, z: Tensor, c: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """Map, truncate towards the mean w, synthesize: images [n, 3, H, W]."""
        mean = self.w_mean()
        return self.synthesize(mean + truncation * (self.map(z, c) - mean))

    def w_mean(self) -> Tensor:
        """The w that truncation pulls towards, [w_dim]."""
        return self.w_statistics()[0]

    def on_map(self, mask: Tensor, size: tuple[int, int]) -> Tensor:
        """A mask [n, 1, H, W] of the picture as a feature map of (h, w) has it, [n, 1, h, w]."""
        return nn.functional.adaptive_avg_pool2d(mask, size)

    @torch.no_grad()
    def w_statistics(self) -> tuple[Tensor, Tensor]:
        """Mean [w_dim] and scalar standard deviation of w over 10 000 latents of a fixed seed; of
        matrices, each row has the same mean, and the deviation is that of a row.

        The deviation is that of StyleGAN2's projector (appendix D): sqrt(E |w - mean|^2), the norm
        over all of w's axes, not the deviation of one axis. Classes, if any, are drawn uniformly.
        Cached until weights are loaded or moved; fine-tuning the mapping does not refresh it.
        """
        if self._w_statistics is None:
            w = self.w_samples()
            exact = w.cpu().double()
            mean = exact.mean(0)
            std = (exact - mean).square().sum(1).mean().sqrt()
            self._w_statistics = like(mean, w).repeat(self.rows), like(std, w)
        return self._w_statistics

    @torch.no_grad()
    def w_whitening(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation of each axis [w_dim] of v = leaky(w, w_slope), w before the mapping
        network's last activation but for its gain: v is all but Gaussian (PULSE, Menon et al. 2020,
        section 3.2). Over the samples of `w_statistics`, cached as they are.
        """
        if self._w_whitening is None:
            w = self.w_samples()
            v = nn.functional.leaky_relu(w.cpu().double(), self.w_slope)
            mean, std = like(v.mean(0), w), like(v.std(0), w)
            self._w_whitening = mean.repeat(self.rows), std.repeat(self.rows)
        return self._w_whitening

    @torch.no_grad()
    def w_principal(self) -> tuple[Tensor, Tensor]:
        """Mean [row_dim] of v = leaky(row of w, w_slope) and its whitening [row_dim, row_dim]:
        (v - mean) @ it has uncorrelated coordinates of variance 1 (P-norm+, Zhu et al. 2020). Axes
        in which v does not vary count as if they did by a thousandth of the widest. Cached as
        `w_statistics` is.
        """
        if self._w_principal is None:
            w = self.w_samples()
            v = nn.functional.leaky_relu(w.cpu().double(), self.w_slope)
            mean = v.mean(0)
            variances, axes = torch.linalg.eigh((v - mean).T @ (v - mean) / (len(v) - 1))
            std = variances.clamp(min=float(variances[-1]) * 1e-6).sqrt()
            self._w_principal = like(mean, w), like(axes / std, w)
        return self._w_principal

    @torch.no_grad()
    def w_samples(self) -> Tensor:
        """w (a row of it) of 10 000 latents of a fixed seed, [10 000, row_dim]; classes, if any,
        are uniform."""
        rng = torch.Generator().manual_seed(0)
        z = self.sample_z(W_SAMPLES, rng).split(1000)
        if not self.class_dim:
            return torch.cat([self.map(part)[:, 0] for part in z])
        c = torch.randint(self.num_classes, (W_SAMPLES,), generator=rng).to(self.device).split(1000)
        vectors = self.embeddings
        return torch.cat([self.map(a, vectors[b])[:, 0] for a, b in zip(z, c, strict=True)])

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> Any:
        self._w_statistics = self._w_whitening = self._w_principal = None
        return super().load_state_dict(state_dict, strict, assign)

    def _apply(self, fn: Any, recurse: bool = True) -> Self:
        self._w_statistics = self._w_whitening = self._w_principal = None
        moved: Self = super()._apply(fn, recurse)  # type: ignore[no-untyped-call]  # torch gives it no types
        return moved

    def _normal(self, shape: tuple[int, ...], generator: torch.Generator | None) -> Tensor:
        drawn_on = generator.device if generator is not None else self.device
        return torch.randn(shape, generator=generator, device=drawn_on).to(self.device)
