"""StyleGAN2's generator in plain PyTorch (Karras et al. 2020, section 2 and figure 2; the "skip"
architecture of section 4.1), for any power-of-two resolution and any channel widths.

Parameter names are those of NVIDIA's PyTorch release, so that its weights load without renaming.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.generators.generator import Features
from models.generators.mapping import MAX_CLASSES, Mapped, MappingNetwork
from models.generators.modulation import Form
from models.generators.stylegan2_layers import Block

MAX_BASE = 16  # pixels a side of the constant input


class StyleGAN2(Mapped):
    """StyleGAN2. num_ws = 2 log2(resolution) - 2: convolution k takes ws[:, k], and the torgb of a
    block takes the w of the convolution after it. `precision` (None: that of the weights) is what
    feature maps are computed in; styles, demodulation and the image stay in that of the weights.

    resolution      pixels, a power of two from 4 up: 4 doubled by every block but the first
    z_dim, w_dim    widths of latent and style
    channels        resolution -> feature maps there, for 4, 8, ..., resolution
    mapping_layers  dense layers from z to w; 0: there is no mapping network, and no z to search
    mapping_lr      their learning-rate multiplier; published weights are stored for 0.01
    class_dim       width of the class vector, 0 for none
    conv_clamp      bound on every layer's output that the 16-bit networks of StyleGAN2-ADA have
    noise           whether convolutions have noise inputs (StyleGAN3 does without)
    grey            whether the picture has one channel, which is shown as three
    base            (h, w) of the constant input, where that is not 4x4. The picture is then as many
                    times larger, in the middle of a black square of `Generator.resolution`
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
        grey: bool = False,
        base: tuple[int, int] = (4, 4),
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
        if class_dim > MAX_CLASSES:
            raise ValueError(f"{class_dim} classes; {MAX_CLASSES} are the most")
        base = int(base[0]), int(base[1])
        if not all(1 <= side <= MAX_BASE for side in base):
            raise ValueError(f"a constant input of {base[0]} x {base[1]}")
        self.settings |= {"grey": True} if grey else {}
        self.settings |= {"base": list(base)} if base != (4, 4) else {}
        self.z_dim, self.w_dim, self.class_dim, self.grey = z_dim, w_dim, class_dim, grey
        self.drawn = base[0] * resolution // 4, base[1] * resolution // 4
        self.resolution, self.frame = max(self.drawn), self.drawn
        self.num_classes = class_dim
        self.precision: torch.dtype | None = None
        self.num_blocks = len(sizes)
        self.num_ws = 2 * len(sizes)
        shape = {r: (base[0] * r // 4, base[1] * r // 4) for r in sizes}
        shapes = [base] + [shape[r] for r in sizes[1:] for _ in range(2)]
        self.noise_shapes = shapes if noise else []
        self.content_shape = (channels[4], *base)
        self.spaces = frozenset({"w", "w+", "s"})
        self.spaces |= {"z", "z+"} if mapping_layers else set()
        self.spaces |= ({"b"} if noise else set()) | ({"c"} if class_dim else set())
        colours = 1 if grey else 3
        self.mapping = MappingNetwork(z_dim, w_dim, mapping_layers, mapping_lr, class_dim)
        self.synthesis = nn.ModuleDict(
            {
                f"b{r}": Block(
                    channels.get(r // 2), channels[r], w_dim, shape[r], conv_clamp, noise, colours
                )
                for r in sizes
            }
        )

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
        rgb = rgb.expand(-1, 3, -1, -1) if self.grey else rgb
        height, width = self.drawn
        if height == width:
            return rgb
        above, left = (self.resolution - height) // 2, (self.resolution - width) // 2
        below, right = self.resolution - height - above, self.resolution - width - left
        return F.pad(rgb, (left, right, above, below), value=-1.0)

    def on_map(self, mask: Tensor, size: tuple[int, int]) -> Tensor:
        (height, width), side = self.drawn, self.resolution
        above, left = (side - height) // 2, (side - width) // 2
        return super().on_map(mask[..., above : above + height, left : left + width], size)

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
