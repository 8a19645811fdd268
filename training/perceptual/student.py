"""The embedded perceptual network while it learns: with batch normalisation, folded in afterwards.

Without it the deep stages die: the distance does not change with the scale of a stage's features,
so that nothing holds their biases, and after 2 800 steps 174 of 192 channels were silent.
"""

import copy

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.perceptual.embedded import EmbeddedPerceptual


class Student(EmbeddedPerceptual):
    """EmbeddedPerceptual with a BatchNorm2d after each convolution."""

    def __init__(self) -> None:
        super().__init__()
        for index, stage in enumerate(self.stages):
            layers: list[nn.Module] = []
            for layer in stage.children():
                layers.append(layer)
                if isinstance(layer, nn.Conv2d):
                    nn.init.kaiming_normal_(layer.weight)
                    layers.append(nn.BatchNorm2d(layer.out_channels, momentum=0.05))
            self.stages[index] = nn.Sequential(*layers)

    def folded(self) -> EmbeddedPerceptual:
        """The same distances, by the running statistics, without the normalisations."""
        plain = EmbeddedPerceptual()
        source = copy.deepcopy(self).eval()
        for index, stage in enumerate(source.stages):
            layers: list[nn.Module] = []
            for layer in stage.children():
                if isinstance(layer, nn.BatchNorm2d):
                    convolution = layers.pop()
                    assert isinstance(convolution, nn.Conv2d)
                    layer = fuse_conv_bn_eval(convolution, layer)
                layers.append(layer)
            plain.stages[index].load_state_dict(nn.Sequential(*layers).state_dict())
        plain.heads.load_state_dict(source.heads.state_dict())
        return plain.requires_grad_(False).eval()
