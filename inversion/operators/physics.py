"""Forward models that deepinv lacks, as its `Physics`. Imported when a task is made: deepinv takes
seconds to import."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch
from deepinv import physics as dp
from kornia.enhance import jpeg_codec_differentiable
from torch import Tensor
from torch.nn import functional as F


class PartialCirculant(dp.LinearPhysics):
    """Compressed sensing: m rows of F⁻¹(F(x·s)·F(f)), with random signs s and a random filter f
    (ILO; SPHInX, section 5.2).

    x [n, *shape] is taken as N numbers in a row, y is [n, m]. f ~ N(0, 1/N), so that one measured
    number is as large as a pixel, on average.
    """

    signs: Tensor
    filter: Tensor
    rows: Tensor

    def __init__(self, shape: Sequence[int], m: int, rng: torch.Generator, **options: Any) -> None:
        super().__init__(**options)
        self.shape = tuple(shape)
        N = int(torch.tensor(self.shape).prod())
        signs = torch.randint(2, (N,), generator=rng) * 2 - 1
        self.register_buffer("signs", signs.to(torch.float32))
        self.register_buffer("filter", torch.randn(N, generator=rng) / N**0.5)
        self.register_buffer("rows", torch.randperm(N, generator=rng)[:m].sort().values)

    def A(self, x: Tensor, **_: Any) -> Tensor:
        spectrum = torch.fft.rfft(x.flatten(1) * self.signs) * torch.fft.rfft(self.filter)
        y: Tensor = torch.fft.irfft(spectrum, n=len(self.signs))[:, self.rows]
        return y

    def A_adjoint(self, y: Tensor, **_: Any) -> Tensor:
        whole = y.new_zeros(len(y), len(self.signs)).index_copy(1, self.rows, y)
        spectrum = torch.fft.rfft(whole) * torch.fft.rfft(self.filter).conj()
        x: Tensor = (torch.fft.irfft(spectrum, n=len(self.signs)) * self.signs).unflatten(
            1, self.shape
        )
        return x


class Resample(dp.LinearPhysics):
    """R x Rᵀ, each channel made smaller by a factor; R [side / factor, side] is torch's own
    resampling of one column: bicubic with antialiasing, the mean over blocks, or the pixel that is
    nearest to the middle of the block."""

    R: Tensor

    def __init__(self, side: int, factor: int, kernel: str, **options: Any) -> None:
        super().__init__(**options)
        mode = {"nearest": "nearest-exact"}.get(kernel, kernel)
        smooth = {"antialias": True} if mode == "bicubic" else {}
        columns = torch.eye(side)[None, None]
        rows = F.interpolate(columns, (side // factor, side), mode=mode, **smooth)[0, 0]
        self.register_buffer("R", rows)

    def A(self, x: Tensor, **_: Any) -> Tensor:
        return self.R @ x @ self.R.T

    def A_adjoint(self, y: Tensor, **_: Any) -> Tensor:
        return self.R.T @ y @ self.R


class Scanner(dp.LinearPhysics):
    """A scanner's view of a picture's luminance Y: `scale` times `inner` of Y, or of Y + 0i as two
    channels."""

    scale: Tensor

    def __init__(
        self, inner: dp.LinearPhysics, channels: int, complex: bool, scale: float = 1.0
    ) -> None:
        super().__init__()
        self.inner = inner
        self.grey = dp.Decolorize(srf="rec601") if channels == 3 else dp.Denoising()
        self.complex = complex
        self.register_buffer("scale", torch.tensor(scale))

    def A(self, x: Tensor, **_: Any) -> Tensor:
        Y = self.grey.A(x)
        y: Tensor = self.inner.A(torch.cat([Y, 0 * Y], 1) if self.complex else Y)
        return self.scale * y

    def A_adjoint(self, y: Tensor, **_: Any) -> Tensor:
        x: Tensor = self.grey.A_adjoint(self.inner.A_adjoint(self.scale * y)[:, :1])
        return x


class Jpeg(dp.Physics):
    """JPEG of pictures in [-1, 1], with rounding made differentiable (Reich et al. 2024)."""

    def __init__(self, quality: float, **options: Any) -> None:
        super().__init__(**options)
        self.register_buffer("quality", torch.tensor([quality]))

    def A(self, x: Tensor, **_: Any) -> Tensor:
        return jpeg_codec_differentiable((x + 1) / 2, self.quality.to(x.dtype)) * 2 - 1


class OnPictures(dp.NoiseModel):
    """A noise model of deepinv, made for pictures in [0, 1], on pictures in [-1, 1].

    `replaces` tells that it puts other values in the place of some, and leaves the rest.
    """

    def __init__(self, inner: dp.NoiseModel, replaces: bool = False) -> None:
        super().__init__()
        self.inner = inner
        self.replaces = replaces

    def forward(self, input: Tensor, seed: int | None = None, **_: Any) -> Tensor:
        level = (input + 1) / 2
        noisy = self.inner(level)
        return torch.where(noisy == level, input, noisy * 2 - 1)


def compose(parts: Sequence[dp.Physics]) -> dp.Physics:
    """deepinv's composition, the first part first."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*DecomposablePhysics")
        return dp.compose(*parts)
