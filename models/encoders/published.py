"""pSp and e4e, the published encoders of StyleGAN2 (Richardson et al. 2021, section 3 and figure 2;
Tov et al. 2021, section 4).

Both are an IR-SE50 face network (Deng et al. 2019; Hu et al. 2018) whose maps of three sizes are
joined as a feature pyramid, and a small convolutional head, map2style, for each of the generator's
layers. pSp's heads give the styles themselves, e4e's one style and what each other layer adds to
it; either way as differences from the mean of w. Module names are those of the released files.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.encoders.encoder import Encoder, Estimate
from models.generators.generator import Generator, Identity
from models.generators.layers import EqualizedLinear
from models.network_file import Weights

Kind = Literal["psp", "e4e"]

UNITS = (3, 4, 14, 3)  # bottlenecks at 1/2, 1/4, 1/8, 1/16 of the picture: a network of 50 layers
TAPS = (6, 20, 23)  # the last bottlenecks at 1/4, 1/8 and 1/16, whose maps are used
MIDDLE, FINE = 3, 7  # the first layers that are read from the maps at 1/8 and at 1/4
SAME = 0.1  # of w's deviation: how far the means of w of the same generator may lie apart


class BatchNorm(nn.Module):
    """x [n, c, h, w] normalised by the statistics of the training (which is over)."""

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias)


class SqueezeExcitation(nn.Module):
    """x [n, c, h, w] scaled a channel by what its means say (Hu et al. 2018)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // 16, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        scale: Tensor = self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True))))
        return x * scale.sigmoid()


class Bottleneck(nn.Module):
    """x [n, i, h, w] -> [n, o, h/stride, w/stride]: IR's order of layers (Deng et al. 2019), with
    squeeze and excitation, beside a shortcut that is strided and, if i != o, linear."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.shortcut_layer = None
        if inputs != outputs:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), BatchNorm(outputs)
            )
        self.res_layer = nn.Sequential(
            BatchNorm(inputs),
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.PReLU(outputs),
            nn.Conv2d(outputs, outputs, 3, stride, padding=1, bias=False),
            BatchNorm(outputs),
            SqueezeExcitation(outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.shortcut_layer is None:
            shortcut = x[:, :, :: self.stride, :: self.stride]
        else:
            shortcut = self.shortcut_layer(x)
        y: Tensor = shortcut + self.res_layer(x)
        return y


class Map2Style(nn.Module):
    """x [n, c, 2^k, 2^k] -> [n, c]: k strided convolutions, then one dense layer."""

    def __init__(self, channels: int, steps: int) -> None:
        super().__init__()
        self.convs = nn.Sequential()
        for _ in range(steps):
            self.convs.append(nn.Conv2d(channels, channels, 3, stride=2, padding=1))
            self.convs.append(nn.LeakyReLU())  # of slope 0.01
        self.linear = EqualizedLinear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        style: Tensor = self.linear(self.convs(x).flatten(1))
        return style


class PublishedEncoder(Encoder):
    """x [n, 3, 256, 256] -> ws [n, num_ws, w_dim]; pictures of another size are resized to 256.

    kind     psp, or e4e: the first head gives w for all layers, the others what each layer adds
    num_ws   18 for a generator of 1024 pixels
    w_dim    512, the width of the last maps too; the earlier ones have a half, quarter, eighth
    size     of the picture, a multiple of 16: each halving of 16ths is a convolution of a head
    """

    latent_avg: Tensor

    def __init__(self, *, kind: Kind, num_ws: int = 18, w_dim: int = 512, size: int = 256) -> None:
        super().__init__()
        if kind not in ("psp", "e4e"):
            raise ValueError(f"the encoder is psp or e4e, not {kind}")
        if num_ws <= FINE or w_dim % 128 or size % 16 or (size // 16).bit_count() != 1:
            raise ValueError(f"no encoder of {num_ws} styles of {w_dim} from {size} pixels")
        self.settings = {"kind": kind, "num_ws": num_ws, "w_dim": w_dim, "size": size}
        self.kind, self.size = kind, size
        self.gives = frozenset({"w", "w+"})
        self.identity = Identity("untrained", kind, "", "")
        self.for_generator = Weights("", "")
        widths = (w_dim // 8, w_dim // 4, w_dim // 2, w_dim)
        self.input_layer = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            BatchNorm(widths[0]),
            nn.PReLU(widths[0]),
        )
        self.body = nn.Sequential()
        before = widths[0]
        for width, units in zip(widths, UNITS, strict=True):
            for unit in range(units):
                self.body.append(Bottleneck(before, width, 1 if unit else 2))
                before = width
        steps = (size // 16).bit_length() - 1
        self.styles = nn.ModuleList(
            Map2Style(w_dim, steps + (i >= MIDDLE) + (i >= FINE)) for i in range(num_ws)
        )
        self.latlayer1 = nn.Conv2d(widths[2], w_dim, 1)
        self.latlayer2 = nn.Conv2d(widths[1], w_dim, 1)
        self.register_buffer("latent_avg", torch.zeros(num_ws, w_dim))

    def pyramid(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [n, 3, size, size] -> maps [n, w_dim, h, h] at 1/16, 1/8 and 1/4 of its size."""
        x = self.input_layer(x)
        taps = []
        for index, bottleneck in enumerate(self.body):
            x = bottleneck(x)
            if index in TAPS:
                taps.append(x)
        fine, middle, coarse = taps
        middle = enlarged(coarse, middle) + self.latlayer1(middle)
        fine = enlarged(middle, fine) + self.latlayer2(fine)
        return coarse, middle, fine

    def forward(self, x: Tensor, c: Tensor | None = None) -> Estimate:
        coarse, middle, fine = self.pyramid(self.fit(x))
        ws = torch.stack(
            [
                head(coarse if i < MIDDLE else middle if i < FINE else fine)
                for i, head in enumerate(self.styles)
            ],
            1,
        )
        if self.kind == "e4e":  # w, then the differences of the other layers (section 4.1)
            ws = torch.cat([ws[:, :1], ws[:, :1] + ws[:, 1:]], 1)
        return Estimate(ws=self.latent_avg + ws)

    def refuses(self, G: Generator) -> str | None:
        """It serves networks that descend from the one it was trained for, known by the mean of w:
        the same weights have several files, and a fine-tuned network keeps its w."""
        num_ws, w_dim = self.latent_avg.shape
        if (G.num_ws, G.w_dim) != (num_ws, w_dim) or "w+" not in G.spaces:
            return (
                f"The encoder {self.name} estimates {num_ws} styles of {w_dim} numbers for "
                f"{self.for_generator.name}; {G.identity.name} has {G.num_ws} of {G.w_dim}. "
                "Choose another model, or go without the encoder."
            )
        apart = (self.latent_avg - G.w_mean()).norm(dim=1).max()
        if apart > SAME * G.w_statistics()[1]:
            return (
                f"The encoder {self.name} belongs to other weights than {G.identity.name}: the "
                f"means of their w differ. Choose {self.for_generator.name}, or go without it."
            )
        return None


def enlarged(x: Tensor, like: Tensor) -> Tensor:
    """x at the size of `like`, corner on corner, as these networks were trained."""
    return F.interpolate(x, like.shape[2:], mode="bilinear", align_corners=True)
