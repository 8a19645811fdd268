"""StyleGAN2's generator in plain PyTorch (Karras et al. 2020, section 2 and figure 2; the "skip"
architecture of section 4.1), for any power-of-two resolution and any channel widths.

Parameter names are those of NVIDIA's PyTorch release, so that its weights load without renaming.
"""

import math
from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.generators.generator import Features, Generator
from models.generators.layers import GAIN, SLOPE, EqualizedLinear, unit_moment
from models.generators.modulation import Form, channel_rows, modulated_conv
from models.generators.resample import upsample


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


class StyledConv(nn.Module):
    """x [n, i, h, w], w [n, w_dim] -> [n, o, h, w] (doubled if up): modulated 3x3 convolution,
    noise of learnt strength if any, bias, leaky ReLU. A matrix w [n, rows, w_dim] has a row an
    output channel (`channel_rows`); so it is in all that follows."""

    noise_const: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        w_dim: int,
        size: int,
        up: bool,
        clamp: float | None,
        noise: bool,
    ) -> None:
        super().__init__()
        self.up, self.clamp = up, clamp
        self.affine = EqualizedLinear(w_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength: Tensor | None = None
        if noise:
            self.noise_strength = nn.Parameter(torch.zeros([]))
            self.register_buffer("noise_const", torch.randn(size, size))

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None, form: Form) -> Tensor:
        # sqrt(2) leaky(y) = leaky(sqrt(2) y): the gain goes into the small factors
        styles = self.affine(channel_rows(w, len(self.weight)))
        x = modulated_conv(x, self.weight, styles, up=self.up, gain=GAIN, form=form)
        if self.noise_strength is not None:
            noise = self.noise_const if noise is None else noise
            x = x.add_((noise * (self.noise_strength * GAIN)).to(x.dtype))
        x = x.add_((self.bias * GAIN)[:, None, None].to(x.dtype))
        x = F.leaky_relu(x, SLOPE, inplace=True)
        return x if self.clamp is None else x.clamp(-self.clamp, self.clamp)


class ToRGB(nn.Module):
    """x [n, i, h, w], w [n, w_dim] -> [n, 3, h, w]: modulated 1x1 convolution, no demodulation."""

    def __init__(self, inputs: int, w_dim: int, clamp: float | None) -> None:
        super().__init__()
        self.clamp = clamp
        self.affine = EqualizedLinear(w_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(3, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))
        self.gain = 1 / math.sqrt(inputs)

    def forward(self, x: Tensor, w: Tensor, form: Form) -> Tensor:
        styles = self.affine(channel_rows(w, len(self.weight))) * self.gain
        y = modulated_conv(x, self.weight, styles, demodulate=False, form=form)
        y = y + self.bias[:, None, None].to(y.dtype)
        return y if self.clamp is None else y.clamp(-self.clamp, self.clamp)


class Block(nn.Module):
    """One resolution: conv0 (doubling; absent at 4x4), conv1, and an addition to the RGB skip."""

    def __init__(
        self,
        inputs: int | None,
        outputs: int,
        w_dim: int,
        size: int,
        clamp: float | None,
        noise: bool,
    ) -> None:
        super().__init__()
        self.conv0 = None
        if inputs is None:
            self.const = nn.Parameter(torch.randn(outputs, 4, 4))
        else:
            self.conv0 = StyledConv(inputs, outputs, w_dim, size, True, clamp, noise)
        self.conv1 = StyledConv(outputs, outputs, w_dim, size, False, clamp, noise)
        self.torgb = ToRGB(outputs, w_dim, clamp)

    def forward(
        self,
        x: Tensor,
        rgb: Tensor | None,
        ws: Sequence[Tensor],
        noises: Sequence[Tensor | None],
        form: Form,
    ) -> tuple[Tensor, Tensor]:
        """ws: one [n, w_dim] (or a matrix [n, rows, w_dim]) for each convolution, then torgb's;
        noises: one a convolution."""
        convs = [conv for conv in (self.conv0, self.conv1) if conv is not None]
        for conv, w, noise in zip(convs, ws, noises, strict=False):
            x = conv(x, w, noise, form)
        y = self.torgb(x, ws[len(convs)], form).to(self.torgb.weight.dtype)
        return x, y if rgb is None else upsample(rgb) + y


class StyleGAN2(Generator):
    """StyleGAN2. num_ws = 2 log2(resolution) - 2: convolution k takes ws[:, k], and the torgb of a
    block takes the w of the convolution after it. `precision` (None: that of the weights) is what
    feature maps are computed in; styles, demodulation and the image stay in that of the weights.

    resolution      pixels, a power of two from 4 up
    z_dim, w_dim    widths of latent and style
    channels        resolution -> feature maps there, for 4, 8, ..., resolution
    mapping_layers  dense layers from z to w
    mapping_lr      their learning-rate multiplier; published weights are stored for 0.01
    class_dim       width of the class vector, 0 for none
    conv_clamp      bound on every layer's output that the 16-bit networks of StyleGAN2-ADA have
    noise           whether convolutions have noise inputs (StyleGAN3 does without)
    """

    form: Form = "activation"

    def __init__(
        self,
        *,
        resolution: int,
        channels: Mapping[int, int],
        z_dim: int = 512,
        w_dim: int = 512,
        mapping_layers: int = 8,
        mapping_lr: float = 0.01,
        class_dim: int = 0,
        conv_clamp: float | None = None,
        noise: bool = True,
    ) -> None:
        super().__init__()
        channels = {int(size): width for size, width in channels.items()}  # JSON's keys are strings
        sizes = [2**k for k in range(2, resolution.bit_length())]
        if not sizes or sizes[-1] != resolution:
            raise ValueError(f"resolution must be a power of two from 4 up, not {resolution}")
        if set(channels) != set(sizes):
            raise ValueError(f"channels must be given for {sizes}, not {sorted(channels)}")
        self.settings = {
            "resolution": resolution,
            "channels": dict(channels),
            "z_dim": z_dim,
            "w_dim": w_dim,
            "mapping_layers": mapping_layers,
            "mapping_lr": mapping_lr,
            "class_dim": class_dim,
            "conv_clamp": conv_clamp,
            "noise": noise,
        }
        self.resolution, self.z_dim, self.w_dim, self.class_dim = (
            resolution,
            z_dim,
            w_dim,
            class_dim,
        )
        self.precision: torch.dtype | None = None
        self.num_blocks = len(sizes)
        self.num_ws = 2 * len(sizes)
        shapes = [(4, 4)] + [(r, r) for r in sizes[1:] for _ in range(2)]
        self.noise_shapes = shapes if noise else []
        self.content_shape = (channels[4], 4, 4)
        self.spaces = frozenset({"z", "z+", "w", "w+", "s"} | ({"b"} if noise else set()))
        self.mapping = MappingNetwork(z_dim, w_dim, mapping_layers, mapping_lr, class_dim)
        self.synthesis = nn.ModuleDict(
            {
                f"b{r}": Block(channels.get(r // 2), channels[r], w_dim, r, conv_clamp, noise)
                for r in sizes
            }
        )

    def w_mean(self) -> Tensor:
        return self.mapping.w_avg

    def map(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        if z.ndim == 2:
            return self.mapping(z, c)[:, None].expand(-1, self.num_ws, -1)
        if c is not None:
            c = c.repeat_interleave(self.num_ws, 0)
        return self.mapping(z.flatten(0, 1), c).unflatten(0, (-1, self.num_ws))

    def features(
        self,
        ws: Tensor,
        stop: int,
        noises: Sequence[Tensor] | None = None,
        content: Tensor | None = None,
        start: Features | None = None,
    ) -> Features:
        return self._run(self._entry(ws, content, start), ws, stop, noises)

    def synthesize(
        self,
        ws: Tensor,
        noises: Sequence[Tensor] | None = None,
        content: Tensor | None = None,
        start: Features | None = None,
    ) -> Tensor:
        rgb = self.features(ws, self.num_blocks, noises, content, start).rgb
        assert rgb is not None, "start lies beyond the last block and carries no image"
        return rgb

    def _layers(self, ws: Tensor) -> Sequence[Tensor]:
        """What each layer is styled by."""
        return ws.unbind(1)

    def _entry(self, ws: Tensor, content: Tensor | None, start: Features | None) -> Features:
        if start is not None and content is not None:
            raise ValueError("content enters at block 0: give either content or start")
        if start is not None:
            return start
        if content is None:
            content = cast(Tensor, self.get_submodule("synthesis.b4").const)[None]
        return Features(0, content.expand(len(ws), -1, -1, -1).contiguous(), None)

    def _run(
        self, at: Features, ws: Tensor, stop: int, noises: Sequence[Tensor] | None
    ) -> Features:
        if noises is not None and len(noises) != len(self.noise_shapes):
            raise ValueError(f"expected {len(self.noise_shapes)} noise maps, got {len(noises)}")
        maps: Sequence[Tensor | None] = noises or [None] * (self.num_ws - 1)
        layers, blocks = self._layers(ws), list(self.synthesis.values())
        x, rgb = at.x.to(self.precision or at.x.dtype, memory_format=torch.channels_last), at.rgb
        for k in range(at.block, stop):
            first = max(0, 2 * k - 1)  # of this block's convolutions, among all
            x, rgb = blocks[k](x, rgb, layers[first:], maps[first:], self.form)
        return Features(stop, x, rgb)
