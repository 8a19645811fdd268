"""The teacher of the embedded perceptual distance: SqueezeNet 1.1's features, without heads.

Its distance is what Zhang et al. (2018) call the network without calibration: the squared
difference of the unit-normalised features of seven layers, averaged over places, summed over
layers. It is not LPIPS, whose published heads belong to other weights.
"""

from pathlib import Path
from pickle import UnpicklingError

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.errors import StudioError
from models.perceptual.distance import unit

MEAN_BGR = (104.0, 117.0, 123.0)
TAPS = (1, 4, 7, 9, 10, 11, 12)
"""After these modules of SqueezeNet's: strides 2, 4, 8 and 16 of what it is shown."""
STAGES = ((0,), (1,), (2,), (3, 4, 5, 6))
"""The taps that belong to each stage of the student: taps of one stride."""


def squeezenet(path: Path, flag: str) -> nn.Sequential:
    """SqueezeNet 1.1's convolutions, channels last. Raises StudioError, naming the flag, if the
    file is not SqueezeNet 1.1 under torchvision's names."""
    # torchvision brings TorchDynamo along: two seconds that most trainings need not spend
    from torchvision.models import squeezenet1_1  # type: ignore[import-untyped]  # ships no types

    with torch.device("meta"):
        network = squeezenet1_1()
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict(weights, assign=True)
    except (OSError, RuntimeError, TypeError, UnpicklingError) as error:
        raise StudioError(
            f"{path} is no state dict of SqueezeNet 1.1 ({error}). Give its file to {flag}."
        ) from error
    stack: nn.Sequential = network.features.to(memory_format=torch.channels_last)
    return stack


class Teacher(nn.Module):
    """SqueezeNet 1.1 as trained in Caffe (BGR, 0 to 255, less the mean), twice as near.

    Pictures are enlarged twice, so that 64 px reach its last layer as 7 x 7 places and its strides
    are 1, 2, 4 and 8 of theirs, roughly the student's.
    """

    def __init__(self, path: Path) -> None:
        """Raises StudioError if the file is not SqueezeNet 1.1 under torchvision's names."""
        super().__init__()
        self.stack = squeezenet(path, "--teacher")
        self.register_buffer("mean", torch.tensor(MEAN_BGR)[:, None, None], persistent=False)
        self.requires_grad_(False).eval()

    def features(self, x: Tensor) -> list[Tensor]:
        """x [n, 3, H, W] in [-1, 1] -> seven unit-normalised maps."""
        assert isinstance(self.mean, Tensor)
        x = (x.flip(1) + 1) * 127.5 - self.mean
        x = F.interpolate(x, scale_factor=2, mode="bilinear")
        x = x.contiguous(memory_format=torch.channels_last)
        maps = []
        for index, module in enumerate(self.stack):
            x = module(x)
            if index in TAPS:
                maps.append(unit(x))
        return maps

    @staticmethod
    def maps(a: list[Tensor], b: list[Tensor]) -> list[Tensor]:
        """The squared difference at each place [n, h, w], one map a stage of the student."""
        each = [(one - other).square().sum(1) for one, other in zip(a, b, strict=True)]
        return [torch.stack([each[tap] for tap in stage]).sum(0) for stage in STAGES]

    def compare(self, a: list[Tensor], b: list[Tensor]) -> Tensor:
        """The distance [n] between two results of `features`; either may be a batch of one."""
        return torch.stack([m.mean((1, 2)) for m in self.maps(a, b)]).sum(0)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """The distance [n] of x [n, 3, H, W] from y [n or 1, 3, H, W], both in [-1, 1]."""
        return self.compare(self.features(x), self.features(y))
