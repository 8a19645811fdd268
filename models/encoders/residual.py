"""This project's own encoder, made by `python -m training encoder`, and its file."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models import network_file
from models.encoders.encoder import Encoder, Estimate
from models.errors import StudioError
from models.generators.generator import Generator, Identity
from models.network_file import Weights
from models.tensor_file import sha256

KIND = "encoder"  # architecture.class in the file


class Norm(nn.Module):
    """x [n, k, h, w] -> group normalisation with gain 1 + S c and offset O c a channel: the class
    enters here (de Vries et al. 2017; pix2latent, appendix A). Groups of one picture, not of the
    batch, so that a photo is normalised as the training's pictures were. Without classes c is None.
    """

    def __init__(self, channels: int, class_dim: int) -> None:
        super().__init__()
        self.groups = min(8, channels)
        self.gain = nn.Parameter(torch.ones(channels))
        self.offset = nn.Parameter(torch.zeros(channels))
        self.by_class = nn.Linear(class_dim, 2 * channels, bias=False) if class_dim else None

    def forward(self, x: Tensor, c: Tensor | None) -> Tensor:
        if self.by_class is None or c is None:
            return F.group_norm(x, self.groups, self.gain, self.offset)
        gain, offset = self.by_class(c)[..., None, None].chunk(2, 1)
        return torch.addcmul(
            offset + self.offset[:, None, None],
            F.group_norm(x, self.groups),
            gain + self.gain[:, None, None],
        )


class Block(nn.Module):
    """x [n, i, h, w] -> [n, o, h/2, w/2]: two convolutions beside a linear skip."""

    def __init__(self, inputs: int, outputs: int, class_dim: int) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm0 = Norm(outputs, class_dim)
        self.conv1 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm1 = Norm(outputs, class_dim)
        self.skip = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor, c: Tensor | None) -> Tensor:
        x = F.avg_pool2d(x, 2)
        y = self.conv1(F.relu(self.norm0(self.conv0(x), c)))
        return F.relu(self.norm1(y, c) + self.skip(x))


class ResidualEncoder(Encoder):
    """This project's network: a convolution, then blocks that halve the picture down to 4 x 4, then
    one linear layer. That gives z or, where the generator has a mapping network, w, of which a few
    dense layers (`unmap`) make z: pictures are nearer to linear in w than in z, and that w and z
    belong together can be learnt without drawing. A class that is not given is found first, by the
    same trunk without a class.

    z_dim, w_dim, num_ws, class_dim, num_classes   of the generator; w_dim 0: no estimate of w
    widths                                         maps after each block, multiples of 8
    """

    w_mean: Tensor
    w_std: Tensor
    classes: Tensor

    def __init__(
        self,
        *,
        z_dim: int,
        w_dim: int = 0,
        num_ws: int = 0,
        class_dim: int = 0,
        num_classes: int = 0,
        widths: Sequence[int] = (32, 64, 128, 192),
    ) -> None:
        super().__init__()
        if not 0 < len(widths) <= 8 or any(width % 8 or width <= 0 for width in widths):
            raise ValueError(f"widths must be one to eight multiples of 8, not {list(widths)}")
        if bool(class_dim) != bool(num_classes):
            raise ValueError("a generator without classes has neither class_dim nor num_classes")
        self.settings: dict[str, Any] = {
            "z_dim": z_dim,
            "w_dim": w_dim,
            "num_ws": num_ws,
            "class_dim": class_dim,
            "num_classes": num_classes,
            "widths": list(widths),
        }
        self.size = 4 << len(widths)
        self.num_ws = num_ws
        self.gives = frozenset({"z", "w", "w+"})
        self.identity = Identity("untrained", KIND, "", "")
        self.for_generator = Weights("", "")
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.blocks = nn.ModuleList(
            Block(i, o, class_dim) for i, o in zip([16, *widths], widths, strict=False)
        )
        self.head = nn.Linear(16 * widths[-1], w_dim or z_dim)
        self.unmap = _dense(w_dim, 256, 256, z_dim) if w_dim else None
        self.register_buffer("w_mean", torch.zeros(w_dim))
        self.register_buffer("w_std", torch.ones(w_dim))
        self.register_buffer("classes", torch.zeros(num_classes, class_dim))
        self.class_head = nn.Linear(16 * widths[-1], num_classes) if num_classes else None

    def maps(self, x: Tensor, c: Tensor | None) -> Tensor:
        """x [n, 3, size, size] and classes c [n, class_dim] -> [n, 16 widths[-1]]."""
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            x = block(x, c)
        return x.flatten(1)

    def logits(self, x: Tensor) -> Tensor:
        """x [n, 3, size, size] -> [n, num_classes], which class each is of."""
        assert self.class_head is not None, "there are no classes"
        logits: Tensor = self.class_head(self.maps(x, None))
        return logits

    def standard(self, x: Tensor, c: Tensor | None) -> tuple[Tensor, Tensor]:
        """x [n, 3, size, size] -> z [n, z_dim] and w in units of its deviation [n, w_dim]."""
        found = self.head(self.maps(x, c)).float()
        if self.unmap is None:
            return found, found[:, :0]
        return self.unmap(found).float(), found

    def forward(self, x: Tensor, c: Tensor | None = None) -> Estimate:
        x = self.fit(x)
        if c is None and self.class_head is not None:
            c = self.classes[self.logits(x).argmax(1)]
        z, w = self.standard(x, c)
        if not len(self.w_mean):
            return Estimate(z=z, c=c)
        ws = (self.w_mean + self.w_std * w)[:, None].expand(-1, self.num_ws, -1)
        return Estimate(z=z, ws=ws, c=c)

    def refuses(self, G: Generator) -> str | None:
        mine = self.for_generator
        if mine.sha256 == G.identity.sha256:
            return None
        return (
            f"The encoder {self.name} belongs to other weights: it was trained for {mine.name} "
            f"({mine.sha256[:8]}), and this is {G.identity.name} ({G.identity.sha256[:8]}). Train "
            f"one with `python -m training encoder --generator {G.identity.name}`, or go without."
        )


def _dense(*widths: int) -> nn.Sequential:
    """Linear layers with leaky ReLUs between them."""
    layers: list[nn.Module] = []
    for i, o in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(i, o), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


def save(
    encoder: ResidualEncoder,
    path: str | Path,
    *,
    name: str,
    licence: str,
    training: Mapping[str, Any] | None = None,
) -> None:
    """Writes the encoder in half precision, atomically, in this project's own format. Raises
    StudioError if that is impossible."""
    network_file.write(
        encoder,
        path,
        architecture={"class": KIND, **encoder.settings},
        name=name,
        licence=licence,
        training=training,
        for_generator=encoder.for_generator,
    )


def load(path: str | Path) -> ResidualEncoder:
    """The encoder in a file that `save` wrote, float32 on the CPU, its weights fixed.

    Raises StudioError if it is no such file, or does not fill its network exactly.
    """
    encoder, about = network_file.load(path, {KIND: ResidualEncoder}, "encoder")
    if about.for_generator is None:
        raise StudioError(
            f"{Path(path).name} does not say for which generator the encoder was trained. Train it"
            " again."
        )
    encoder.for_generator = about.for_generator
    encoder.identity = Identity(
        name=about.name or Path(path).stem,
        architecture=json.dumps(about.architecture),
        sha256=sha256(path),
        licence=about.licence,
    )
    return encoder
