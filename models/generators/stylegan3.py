"""StyleGAN3's generator in plain PyTorch (Karras et al. 2021), translation-equivariant (T) and
rotation-equivariant (R), for any resolution that is a power of two.

Parameter names are those of NVIDIA's PyTorch release, so that its weights load without renaming.
The filters, which follow from the settings, are made here.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from models.generators.generator import Features
from models.generators.mapping import MAX_CLASSES, Mapped, MappingNetwork
from models.generators.stylegan3_layers import TOP, FourierInput, Layer
from models.generators.stylegan3_schedule import schedule

MARGIN = 10  # pixels around every map but the last two
LAYERS = 14  # of the paper's networks
LEAST, MOST = 16, 4096  # pixels of a picture


class StyleGAN3(Mapped):
    """StyleGAN3. ws[:, 0] turns and shifts the Fourier features, ws[:, 1 + k] styles layer k; its
    blocks are its layers. It has no noise; its content is what the Fourier features make.

    resolution      pixels, a power of two from 16 up
    z_dim, w_dim    widths of latent and style
    kernel          3: T; 1: R
    radial          whether filters down are radially symmetric: R's are
    channels        of each layer's map but torgb's; none: those of the paper's T, in 14 layers
    critical        layers at the end that are sampled critically
    mapping_layers  dense layers from z to w, of learning-rate multiplier mapping_lr
    class_dim       width of the class vector, 0 for none
    first_cutoff, first_stopband, last_stopband_rel, output_scale, clamp    as in the paper
    """

    def __init__(
        self,
        *,
        resolution: int,
        z_dim: int = 512,
        w_dim: int = 512,
        kernel: int = 3,
        radial: bool = False,
        channels: Sequence[int] = (),
        critical: int = 2,
        mapping_layers: int = 2,
        mapping_lr: float = 0.01,
        class_dim: int = 0,
        first_cutoff: float = 2.0,
        first_stopband: float = 2**2.1,
        last_stopband_rel: float = 2**0.3,
        output_scale: float = 0.25,
        clamp: float | None = TOP,
    ) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {
            "resolution": resolution,
            "z_dim": z_dim,
            "w_dim": w_dim,
            "kernel": kernel,
            "radial": radial,
            "channels": list(channels),
            "critical": critical,
            "mapping_layers": mapping_layers,
            "mapping_lr": mapping_lr,
            "class_dim": class_dim,
            "first_cutoff": first_cutoff,
            "first_stopband": first_stopband,
            "last_stopband_rel": last_stopband_rel,
            "output_scale": output_scale,
            "clamp": clamp,
        }
        layers = len(channels) or LAYERS
        if not LEAST <= resolution <= MOST or resolution.bit_count() != 1:
            raise ValueError(f"resolution must be a power of two from 16 up, not {resolution}")
        if not 1 <= critical < layers <= 64 or kernel not in (1, 3) or class_dim > MAX_CLASSES:
            raise ValueError(f"{layers} layers, {critical} of them critical, kernels of {kernel}")
        if not (0 < first_cutoff < first_stopband and 1 < last_stopband_rel <= 4):
            raise ValueError("cutoffs and stopbands that do not grow")
        bands = schedule(
            resolution,
            layers=layers,
            critical=critical,
            first_cutoff=first_cutoff,
            first_stopband=first_stopband,
            last_stopband_rel=last_stopband_rel,
            margin=MARGIN,
            channels=channels,
        )
        self.resolution, self.z_dim, self.w_dim = resolution, z_dim, w_dim
        self.class_dim = self.num_classes = class_dim
        self.num_blocks, self.num_ws = layers + 1, layers + 2
        self.noise_shapes, self.output_scale = [], output_scale
        self.content_shape = (bands[0].channels, bands[0].size, bands[0].size)
        self.spaces = frozenset({"z", "z+", "w", "w+", "s"} | ({"c"} if class_dim else set()))
        self.mapping = MappingNetwork(z_dim, w_dim, mapping_layers, mapping_lr, class_dim)
        self.synthesis = nn.ModuleDict({"input": FourierInput(w_dim, bands[0])})
        for k, band in enumerate(bands):
            before = bands[max(k - 1, 0)]
            self.synthesis[f"L{k}_{band.size}_{band.channels}"] = Layer(
                before.channels,
                w_dim,
                before,
                band,
                kernel=kernel,
                radial=radial and k < layers - critical,
                torgb=k == layers,
                clamp=clamp,
            )

    def features(
        self,
        ws: Tensor,
        stop: int,
        noises: Sequence[Tensor] | None = None,
        content: Tensor | None = None,
        start: Features | None = None,
    ) -> Features:
        if noises:
            raise ValueError(f"StyleGAN3 has no noise maps, got {len(noises)}")
        if start is not None and content is not None:
            raise ValueError("content enters at block 0: give either content or start")
        first, *layers = self.synthesis.values()
        if start is not None:
            block, x = start.block, start.x
        else:
            block = 0
            x = first(ws[:, 0]) if content is None else content.expand(len(ws), -1, -1, -1)
        for k in range(block, stop):
            x = layers[k](x, ws[:, 1 + k])
        return Features(stop, x, None)

    def on_map(self, mask: Tensor, size: tuple[int, int]) -> Tensor:
        """The picture fills a map without its margin, in which the mask goes on as at the edge."""
        margin = 0 if size[0] == self.resolution else MARGIN
        inner = super().on_map(mask, (size[0] - 2 * margin, size[1] - 2 * margin))
        return nn.functional.pad(inner, (margin,) * 4, mode="replicate")

    def synthesize(
        self,
        ws: Tensor,
        noises: Sequence[Tensor] | None = None,
        content: Tensor | None = None,
        start: Features | None = None,
    ) -> Tensor:
        return self.features(ws, self.num_blocks, noises, content, start).x * self.output_scale
