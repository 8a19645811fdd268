"""The perceptual distance that ships with the project: small, fast, trained by us. Not LPIPS.

`python -m training perceptual` makes its weights; embedded/perceptual.md says how good they are.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from models.errors import StudioError
from models.perceptual.distance import Perceptual

FORMAT = "gan-inversion-studio"


class EmbeddedPerceptual(Perceptual):
    """Stages of 3x3 convolutions and ReLUs, each after the first on a picture half as large.

    channels  of each stage, whose last map is compared
    depths    convolutions in each stage
    heads     [C] >= 0 for each stage: what a channel's squared difference counts
    """

    name = "perceptual distance (embedded)"

    def __init__(
        self, channels: Sequence[int] = (32, 64, 128, 192), depths: Sequence[int] = (1, 1, 2, 2)
    ) -> None:
        super().__init__()
        self.architecture = {
            "class": "perceptual",
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
        for parameter in self.stages.parameters():
            if parameter.ndim == 4:  # twice as fast on a CPU
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

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
        """Writes the weights in half precision, with what made them."""
        metadata = {
            "format": FORMAT,
            "architecture": json.dumps(self.architecture),
            "name": self.name,
            "licence": licence,
            "training": json.dumps(training),
        }
        tensors = {k: v.detach().half().cpu().contiguous() for k, v in self.state_dict().items()}
        save_file(tensors, path, metadata)

    @classmethod
    def read(cls, path: Path) -> "EmbeddedPerceptual":
        """The network of a file that `save` wrote, in float32, its weights fixed.

        Raises StudioError if it is no such file, or does not fill the network exactly.
        """
        try:
            with safe_open(path, "pt") as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise StudioError(
                f"{path} is no readable .safetensors file ({error}). Get the project again."
            ) from error
        architecture = json.loads(metadata.get("architecture", "{}"))
        if metadata.get("format") != FORMAT or architecture.pop("class", None) != "perceptual":
            raise StudioError(f"{path} holds no embedded perceptual network.")
        with torch.random.fork_rng(devices=[]):
            network = cls(**architecture)
        try:
            network.load_state_dict(tensors)
        except RuntimeError as error:
            raise StudioError(f"{path} does not fit its own description: {error}.") from error
        return network.requires_grad_(False).eval()
