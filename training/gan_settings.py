"""The knobs of GAN training, each written once: name, default, help."""

from dataclasses import dataclass, field
from typing import Any


def knob(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """Everything that a training run can be told."""

    channels: str = knob("256,256,128,64,32", "feature maps at 4, 8, ... pixels")
    z_dim: int = knob(64, "width of a latent")
    w_dim: int = knob(128, "width of a style vector")
    rows: int = knob(
        1, "latent rows of a picture: 1 is StyleGAN2, 0 as many as the widest layer has channels"
    )
    noise: bool = knob(True, "noise inputs; a generator of several rows has none in any case")
    mapping_layers: int = knob(4, "dense layers from z to w")
    mapping_lr: float = knob(0.01, "learning-rate multiplier of the mapping")
    batch: int = knob(16, "pictures a step, a multiple of 4")
    lr: float = knob(2.5e-3, "Adam's rate for both networks")
    r1_gamma: float = knob(0.5, "weight of the gradient penalty on real pictures")
    r1_every: int = knob(16, "steps between gradient penalties")
    path_weight: float = knob(2.0, "weight of the path length penalty, 0 for none")
    path_every: int = knob(8, "steps between path length penalties, once the warm start is over")
    style_mixing: float = knob(0.9, "chance that an unpaired picture mixes two latents")
    ema_images: float = knob(5000.0, "half-life of the weight average, in pictures")
    ema_rampup: float = knob(0.05, "half-life at most this part of the pictures seen")
    flip: bool = knob(False, "mirror real pictures at random (unpaired training only)")
    paired: bool = knob(True, "use the known latents of the data (the paired warm start)")
    head_start: int = knob(7000, "batches of codes that teach the mapping beforehand, 0 for none")
    paired_part: float = knob(0.75, "part of the batch that is paired after the warm start")
    warm_images: int = knob(200_000, "pictures over which the weight of the pairs falls")
    warm_every: int = knob(8, "adversarial terms in one step of this many while it falls")
    warm_lr: float = knob(5e-3, "the generator's rate at the start, falling to lr while it falls")
    warm_momentum: float = knob(0.9, "the generator's first beta while it falls, 0 afterwards")
    pair_first: float = knob(100.0, "weight of the pairs at the start")
    pair_last: float = knob(10.0, "weight of the pairs from warm_images on")
    matching: float = knob(10.0, "weight of the pairs' distance in the discriminator's maps")
    bfloat16: bool = knob(True, "compute feature maps in bfloat16, regularisers in float32")
    seed: int = knob(0, "of weights and all draws")

    def widths(self, resolution: int) -> dict[int, int]:
        widths = [int(width) for width in self.channels.split(",")]
        return {4 * 2**k: width for k, width in enumerate(widths) if 4 * 2**k <= resolution}
