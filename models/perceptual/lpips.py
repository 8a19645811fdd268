"""LPIPS, version 0.1 (Zhang et al., "The Unreasonable Effectiveness of Deep Features as a
Perceptual Metric", 2018): the `lpips` package's network and heads over a trunk of ours."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from models.errors import StudioError
from models.perceptual.distance import Perceptual

TITLES = {"vgg": "VGG16", "alex": "AlexNet"}


class LPIPS(Perceptual):
    """LPIPS with VGG16 ("vgg", which papers follow in a search) or AlexNet ("alex", which they
    report).

    trunk  torchvision's VGG16 or AlexNet as a state dict (trunks.py finds one). Its classifier is
           not used; any other surplus, gap or shape is a StudioError.
    """

    def __init__(self, trunk: Mapping[str, Tensor], net: str = "vgg") -> None:
        super().__init__()
        import lpips

        self.name = f"LPIPS ({TITLES[net]})"
        self.near = 0.06 if net == "alex" else 0.17  # the same pictures, by tuning-aim
        self.smallest = 32 if net == "alex" else 16  # what is left after its strides is a pixel
        with warnings.catch_warnings(), torch.device("meta"):  # no time for random weights
            # lpips asks torchvision for random weights in a deprecated way
            warnings.simplefilter("ignore", UserWarning)
            published = lpips.LPIPS(net=net, pnet_rand=True, pretrained=False, verbose=False)
        published.to_empty(device="cpu")
        self.scaling = lpips.ScalingLayer()
        self.net, self.lins = published.net, published.lins
        heads = Path(lpips.__file__).with_name("weights") / "v0.1" / f"{net}.pth"
        weights = torch.load(heads, map_location="cpu", weights_only=True)
        for i, lin in enumerate(self.lins):
            lin.model[-1].weight.data.copy_(weights[f"lin{i}.model.1.weight"])
        self._fill(trunk, TITLES[net])
        self.requires_grad_(False).eval()

    def _fill(self, trunk: Mapping[str, Tensor], title: str) -> None:
        classifier = ("classifier.", "pre_logits.", "head.")  # torchvision's, timm's, timm's
        given = {k: v for k, v in trunk.items() if not k.startswith(classifier)}
        # the package keeps torchvision's numbers inside its slices: slice3.12 is features.12
        wanted = {f"features.{k.split('.', 1)[1]}": v for k, v in self.net.state_dict().items()}
        advice = "Take model.safetensors of timm/vgg16.tv_in1k."
        if odd := sorted(given.keys() ^ wanted.keys()):
            what = "lacks" if odd[0] in wanted else "has the unexpected"
            raise StudioError(f"The {title} file {what} {odd[0]}. {advice}")
        for name, parameter in wanted.items():
            if given[name].shape != parameter.shape:
                raise StudioError(
                    f"{name} of the {title} file has the shape {list(given[name].shape)}"
                    f" instead of {list(parameter.shape)}. {advice}"
                )
            parameter.copy_(given[name])

    def layers(self, x: Tensor) -> list[Tensor]:
        return list(self.net(self.scaling(x)))

    def channel_weights(self) -> list[Tensor]:
        return [lin.model[-1].weight.flatten() for lin in self.lins]
