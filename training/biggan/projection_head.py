"""A discriminator that knows the class of what it judges (Miyato & Koyama 2018, equation 3)."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from training.gan.discriminator import Discriminator, minibatch_deviation


class ProjectionDiscriminator(nn.Module):
    """Images [n, 3, r, r] and classes int64 [n] -> logits [n]: what StyleGAN2's discriminator says
    plus the inner product of its last layer with a vector of the class."""

    def __init__(self, resolution: int, channels: Mapping[int, int], num_classes: int) -> None:
        super().__init__()
        self.trunk = Discriminator(resolution, channels)
        self.vectors = nn.Parameter(torch.randn(num_classes, channels[4]))

    def features(self, x: Tensor) -> list[Tensor]:
        """As Discriminator.features."""
        return self.trunk.features(x)

    def judge(self, top: Tensor, classes: Tensor) -> Tensor:
        """Logits [n] from the last of `features`."""
        x = self.trunk.conv(minibatch_deviation(top.to(self.vectors.dtype)))
        phi = self.trunk.fc(x.flatten(1))
        projection = (self.vectors[classes] * phi).sum(1) * phi.shape[1] ** -0.5
        logits: Tensor = self.trunk.out(phi).squeeze(1) + projection
        return logits

    def forward(self, x: Tensor, classes: Tensor) -> Tensor:
        return self.judge(self.features(x)[-1], classes)
