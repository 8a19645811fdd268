"""The knobs of class-conditional training, each written once: name, default, help."""

from dataclasses import dataclass

from training.knobs import knob


@dataclass(frozen=True)
class Settings:
    """Everything that a class-conditional training can be told."""

    channel_width: int = knob(48, "feature maps of the last block; eight times as many at 4 pixels")
    reduction: int = knob(4, "a block's width divided by its bottleneck's")
    z_dim: int = knob(64, "width of a latent")
    class_dim: int = knob(32, "width of a class vector")
    n_stats: int = knob(6, "truncations, from 0 to 1, that have batch-norm statistics")
    stat_images: int = knob(256, "pictures that each of these statistics is measured on")
    channels: str = knob("256,192,128,64,32", "the discriminator's maps at 4, 8, ... pixels")
    batch: int = knob(16, "pictures a step, a multiple of 4")
    lr: float = knob(4e-4, "the generator's rate after the warm start")
    discriminator_lr: float = knob(2e-3, "the discriminator's rate")
    r1_gamma: float = knob(0.1, "weight of the gradient penalty on real pictures")
    r1_every: int = knob(16, "adversarial steps between gradient penalties")
    ema_images: float = knob(8000.0, "half-life of the weight average, in pictures")
    ema_rampup: float = knob(0.05, "half-life at most this part of the pictures seen")
    paired_part: float = knob(0.75, "part of the batch that is paired after the warm start")
    warm_images: int = knob(80_000, "pictures over which the weight of the pairs falls")
    warm_every: int = knob(8, "adversarial terms in one step of this many while it falls")
    warm_lr: float = knob(3e-3, "the generator's rate at the start, falling to lr while it falls")
    pair_first: float = knob(50.0, "weight of the pairs at the start")
    pair_last: float = knob(5.0, "weight of the pairs from warm_images on")
    matching: float = knob(10.0, "weight of the pairs' distance in the discriminator's maps")
    bfloat16: bool = knob(True, "compute feature maps in bfloat16, the gradient penalty in float32")
    seed: int = knob(0, "of weights and all draws")

    def widths(self, resolution: int) -> dict[int, int]:
        """The discriminator's feature maps by resolution."""
        widths = [int(width) for width in self.channels.split(",")]
        return {4 * 2**k: width for k, width in enumerate(widths) if 4 * 2**k <= resolution}

    def attention(self, resolution: int) -> int | None:
        """Before the first block at 16 pixels, if there is one."""
        return 4 if resolution > 16 else None

    def layers(self, resolution: int) -> list[tuple[bool, int, int]]:
        """Two blocks a resolution, the second of which doubles it, as in BigGAN-deep's table 7;
        eight widths at first, halved at each of the last three doublings."""
        doublings = resolution.bit_length() - 3
        widths = [min(8, 2 ** (doublings - k)) for k in range(doublings + 1)]
        return [
            layer
            for a, b in zip(widths, widths[1:], strict=False)
            for layer in ((False, a, a), (True, a, b))
        ]
