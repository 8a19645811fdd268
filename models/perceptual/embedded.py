"""The perceptual distance that ships with the project: small, fast, trained by us. Not LPIPS.

`python -m training perceptual` makes its weights; embedded/perceptual.md says how good they are.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from models import network_file
from models.perceptual.distance import Perceptual

KIND = "perceptual"  # architecture.class in the file


class EmbeddedPerceptual(Perceptual):
    """Stages of 3x3 convolutions and ReLUs, each after the first on a picture half as large.

    channels  of each stage, whose last map is compared
    depths    convolutions in each stage
    heads     [C] >= 0 for each stage: what a channel's squared difference counts
    """

    name = "perceptual distance (embedded)"
    near = 0.25  # surely: where LPIPS (AlexNet) is 0.06 this is 0.29 to 0.41 (benchmark tuning-aim)

    def __init__(
        self, channels: Sequence[int] = (32, 64, 128, 192), depths: Sequence[int] = (1, 1, 2, 2)
    ) -> None:
        super().__init__()
        self.architecture = {
            "class": KIND,
            "channels": list(channels),
            "depths": list(depths),
        }
        self.stages = nn.ModuleList()
        width = 3
        for index, (channel, depth) in enumerate(zip(channels, depths, strict=True)):
            # averaged, not strided: the gradient in the picture has no checkerboard
            stage: list[nn.Module] = [nn.AvgPool2d(2)] if index else []
            for _ in range(depth):
                stage += [nn.Conv2d(width, channel, 3, padding=1), nn.ReLU()]
                width = channel
            self.stages.append(nn.Sequential(*stage))
        self.heads = nn.ParameterList(torch.full([c], 1.0) for c in channels)
        self._interleave()

    def layers(self, x: Tensor) -> list[Tensor]:
        x = x.contiguous(memory_format=torch.channels_last)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps

    def channel_weights(self) -> list[Tensor]:
        return list(self.heads)

    def save(self, path: Path, licence: str, training: dict[str, object]) -> None:
        """Writes the weights in half precision, with what made them. Raises StudioError if that is
        impossible."""
        network_file.write(
            self,
            path,
            architecture=self.architecture,
            name=self.name,
            licence=licence,
            training=training,
        )

    @classmethod
    def read(cls, path: Path) -> "EmbeddedPerceptual":
        """The network of a file that `save` wrote, in float32, its weights fixed.

        Raises StudioError if it is no such file, or does not fill the network exactly.
        """
        network, _ = network_file.load(path, {KIND: cls}, "embedded perceptual network")
        network._interleave()
        return network

    def _interleave(self) -> None:
        for parameter in self.stages.parameters():
            if parameter.ndim == 4:  # twice as fast on a CPU
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
