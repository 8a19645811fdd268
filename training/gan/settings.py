"""The knobs of GAN training, each written once: name, default, help, least value."""

from dataclasses import dataclass, fields

from models.errors import StudioError
from training.gan.discriminator import GROUP
from training.knobs import flag, knob

NETWORK = ("channels", "z_dim", "w_dim", "rows", "noise", "mapping_layers", "mapping_lr")


@dataclass(frozen=True)
class Settings:
    """Everything that a training run can be told.

    Raises StudioError where no network can be trained so. A network of several rows has no noise,
    and its settings say so.
    """

    channels: str = knob("256,256,128,64,32", "feature maps at 4, 8, ... pixels")
    z_dim: int = knob(64, "width of a latent", 1)
    w_dim: int = knob(128, "width of a style vector", 1)
    rows: int = knob(
        1, "latent rows of a picture: 1 is StyleGAN2, 0 as many as the widest layer has channels", 0
    )
    noise: bool = knob(True, "noise inputs; a generator of several rows has none in any case")
    mapping_layers: int = knob(4, "dense layers from z to w", 1)
    mapping_lr: float = knob(0.01, "learning-rate multiplier of the mapping")
    batch: int = knob(16, "pictures a step, a multiple of 4", GROUP)
    lr: float = knob(2.5e-3, "Adam's rate for both networks")
    r1_gamma: float = knob(0.5, "weight of the gradient penalty on real pictures")
    r1_every: int = knob(16, "steps between gradient penalties", 1)
    path_weight: float = knob(2.0, "weight of the path length penalty, 0 for none")
    path_every: int = knob(8, "steps between path length penalties, once the warm start is over", 1)
    style_mixing: float = knob(0.9, "chance that an unpaired picture mixes two latents")
    ema_images: float = knob(5000.0, "half-life of the weight average, in pictures")
    ema_rampup: float = knob(0.05, "half-life at most this part of the pictures seen")
    flip: bool = knob(False, "mirror real pictures at random (unpaired training only)")
    paired: bool = knob(True, "use the known latents of the data (the paired warm start)")
    head_start: int = knob(
        7000, "batches that teach the mapping beforehand (a started one its codes), 0 for none", 0
    )
    paired_part: float = knob(0.75, "part of the batch that is paired after the warm start")
    warm_images: int = knob(200_000, "pictures over which the weight of the pairs falls", 0)
    warm_every: int = knob(8, "adversarial terms in one step of this many while it falls", 1)
    warm_lr: float = knob(5e-3, "the generator's rate at the start, falling to lr while it falls")
    warm_momentum: float = knob(0.9, "the generator's first beta while it falls, 0 afterwards")
    pair_first: float = knob(100.0, "weight of the pairs at the start")
    pair_last: float = knob(10.0, "weight of the pairs from warm_images on")
    matching: float = knob(10.0, "weight of the pairs' distance in the discriminator's maps")
    bfloat16: bool = knob(True, "compute feature maps in bfloat16, regularisers in float32")
    projected: str = knob("", "SqueezeNet 1.1's file: the discriminator judges its features")
    halved: bool = knob(False, "a second projected discriminator judges half the side")
    start: str = knob("", "weights to start from, by name or file, commas between; later ones win")
    seed: int = knob(0, "of weights and all draws")

    def __post_init__(self) -> None:
        for f in fields(self):
            value, least = getattr(self, f.name), f.metadata["least"]
            if least is not None and value < least:
                raise StudioError(f"{flag(f.name)} is {value}. Give {least} or more.")
        if self.batch % GROUP:
            raise StudioError(f"--batch is {self.batch}. Give a multiple of {GROUP}.")
        if not all(width.strip().isdecimal() and int(width) for width in self.channels.split(",")):
            raise StudioError(
                f"--channels is {self.channels!r}. Give whole numbers from 1 on with commas "
                "between them, one for each of 4, 8, ... pixels."
            )
        if self.rows != 1:
            object.__setattr__(self, "noise", False)

    def widths(self, resolution: int) -> dict[int, int]:
        """The feature maps at 4, 8, ... `resolution` pixels. Raises StudioError if some lack."""
        widths = [int(width) for width in self.channels.split(",")]
        found = {4 * 2**k: width for k, width in enumerate(widths) if 4 * 2**k <= resolution}
        if resolution not in found:
            raise StudioError(
                f"The pictures have {resolution} pixels a side, and --channels {self.channels} "
                f"ends at {4 * 2 ** (len(widths) - 1)}. Give a number for each of 4, 8, ... up to "
                "the pictures' side, which must be a power of two."
            )
        return found

    def network(self) -> dict[str, str]:
        """The flags that a checkpoint's network depends on, as one would type them."""
        values = {name: getattr(self, name) for name in NETWORK}
        noise = "--noise" if values["noise"] else "--no-noise"
        return {name: f"{flag(name)} {value}" for name, value in values.items()} | {"noise": noise}
