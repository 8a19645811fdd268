"""BigGAN-deep's generator in plain PyTorch (Brock et al. 2019, appendix B, figure 16 and tables 7
to 9), for any widths and any list of blocks.

Weights are plain: the spectral norm of the published ones is divided out when they are read
(models/readers/biggan.py). Parameter names are those of the published layout without its prefixes.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.devices import like
from models.errors import StudioError
from models.generators.biggan_layers import Block, SelfAttention
from models.generators.generator import W_SAMPLES, Features, Generator
from models.generators.normalization import BatchNorm

MOST_LAYERS = 64


class BigGAN(Generator):
    """BigGAN-deep. Every layer takes the same w = (z, c): ws[:, 0] enters the first dense layer,
    ws[:, 1 + k] the normalisations of block k. Pictures lie in (-1, 1).

    Truncation is two things in BigGAN: latents from a truncated normal, which is the caller's
    choice of z, and batch-norm statistics of such latents. `truncation`, 0 to 1, says which
    statistics apply when `synthesize` is not told; linear between the n_stats that are stored. In
    training mode the batch's own statistics apply instead.

    resolution     pixels, 4 doubled by each upsampling block
    layers         (doubles, channels in, channels out) of each block, in units of channel_width
    channel_width  that unit
    attention      the block before which attention stands; None for no attention
    z_dim          width of the latent
    class_dim      width of a class vector
    num_classes    classes it was trained on, each with a vector in `embeddings`
    class_names    their names in order, if known
    reduction      the bottleneck's width is a block's input divided by this
    eps            added to variances
    n_stats        truncations 0 to 1 for which there are batch-norm statistics, evenly spread
    """

    def __init__(
        self,
        *,
        resolution: int,
        layers: Sequence[tuple[bool, int, int]],
        channel_width: int,
        num_classes: int,
        attention: int | None = None,
        z_dim: int = 128,
        class_dim: int = 128,
        class_names: Sequence[str] = (),
        reduction: int = 4,
        eps: float = 1e-4,
        n_stats: int = 51,
    ) -> None:
        super().__init__()
        layers = [(bool(up), int(inputs), int(outputs)) for up, inputs, outputs in layers]
        _check(resolution, layers, num_classes, class_names, attention, n_stats)
        self.settings = {
            "resolution": resolution,
            "layers": [list(layer) for layer in layers],
            "channel_width": channel_width,
            "num_classes": num_classes,
            "attention": attention,
            "z_dim": z_dim,
            "class_dim": class_dim,
            "class_names": list(class_names),
            "reduction": reduction,
            "eps": eps,
            "n_stats": n_stats,
        }
        self.resolution, self.z_dim, self.class_dim = resolution, z_dim, class_dim
        self.num_classes, self.class_names = num_classes, tuple(class_names)
        self.w_dim = z_dim + class_dim
        self.num_blocks, self.num_ws = len(layers), len(layers) + 1
        self.noise_shapes = []
        self.content_shape = (layers[0][1] * channel_width, 4, 4)
        self.spaces = frozenset({"z", "z+", "c", "w", "w+"})
        self.w_slope, self.mapped = 1.0, False
        self.truncation = 1.0
        self.class_vectors = nn.Parameter(torch.randn(num_classes, class_dim))
        self.gen_z = nn.Linear(self.w_dim, 16 * self.content_shape[0])
        self.layers = nn.ModuleList()
        for k, (up, inputs, outputs) in enumerate(layers):
            i, o = inputs * channel_width, outputs * channel_width
            if k == attention:
                self.layers.append(SelfAttention(i))
            self.layers.append(Block(i, o, i // reduction, self.w_dim, up, n_stats, eps))
        last = layers[-1][2] * channel_width
        self.bn = BatchNorm(last, n_stats, eps)
        self.conv_to_rgb = nn.Conv2d(last, 3, 3, padding=1)

    @property
    def embeddings(self) -> Tensor:
        """The class vector of each class, [num_classes, class_dim]."""
        return self.class_vectors

    def map(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """z [n, z_dim] or z+ [n, num_ws, z_dim], with class vectors c [n or 1, class_dim] or
        classes c int64 [n or 1] -> ws [n, num_ws, z_dim + class_dim], a copy of (z, c) a layer.

        Raises StudioError if there is no such class.
        """
        if c is None:
            raise ValueError("BigGAN draws by class: give class vectors or classes as c")
        if not c.is_floating_point():
            c = self._vectors(c)
        if z.ndim == 2:
            z = z[:, None].expand(-1, self.num_ws, -1)
        return torch.cat([z, c[:, None].expand(len(z), self.num_ws, -1)], 2)

    def generate(self, z: Tensor, c: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """Images [n, 3, H, W] for z as it is given and c as in `map`, with the batch-norm
        statistics of that truncation. Raises StudioError if it is not in [0, 1]."""
        return self.synthesize(self.map(z, c), truncation=truncation)

    def features(
        self,
        ws: Tensor,
        stop: int,
        noises: Sequence[Tensor] | None = None,
        content: Tensor | None = None,
        start: Features | None = None,
        truncation: float | None = None,
    ) -> Features:
        return self._run(self._entry(ws, content, start), ws, stop, noises, truncation)

    def synthesize(
        self,
        ws: Tensor,
        noises: Sequence[Tensor] | None = None,
        content: Tensor | None = None,
        start: Features | None = None,
        truncation: float | None = None,
    ) -> Tensor:
        """As `Generator.synthesize`, in (-1, 1). The content stands in place of what the first
        dense layer makes of ws; truncation (None: the model's own) selects the statistics."""
        x = self.features(ws, self.num_blocks, noises, content, start, truncation).x
        rgb: Tensor = self.conv_to_rgb(F.relu(self.bn(x, self._truncation(truncation))))
        return rgb.to(ws.dtype).tanh()

    @torch.no_grad()
    def w_statistics(self) -> tuple[Tensor, Tensor]:
        """As `Generator.w_statistics`, in closed form: mean (0, mean of the classes) [w_dim], and
        std sqrt(z_dim + E |c - mean|^2) over classes."""
        c = self.class_vectors.cpu().double()
        mean = torch.cat([c.new_zeros(self.z_dim), c.mean(0)])
        spread = (c - c.mean(0)).square().sum(1).mean()
        return like(mean, self.class_vectors), like(
            (self.z_dim + spread).sqrt(), self.class_vectors
        )

    @torch.no_grad()
    def w_samples(self) -> Tensor:
        """(z, c) of 10 000 latents and classes of a fixed seed, [10 000, w_dim]."""
        rng = torch.Generator().manual_seed(0)
        z = self.sample_z(W_SAMPLES, rng)
        classes = torch.randint(self.num_classes, (W_SAMPLES,), generator=rng).to(z.device)
        return self.map(z, classes)[:, 0]

    def _vectors(self, classes: Tensor) -> Tensor:
        wrong = classes[(classes < 0) | (classes >= self.num_classes)]
        if len(wrong):
            raise StudioError(
                f"There is no class {int(wrong[0])} in {self.identity.name}: its classes are 0 to"
                f" {self.num_classes - 1}. Choose one of these."
            )
        return self.class_vectors[classes]

    def _truncation(self, asked: float | None) -> float:
        truncation = self.truncation if asked is None else asked
        if not 0 <= truncation <= 1:
            raise StudioError(f"BigGAN's truncation lies between 0 and 1; {truncation:g} does not.")
        return truncation

    def _entry(self, ws: Tensor, content: Tensor | None, start: Features | None) -> Features:
        if start is not None and content is not None:
            raise ValueError("content enters at block 0: give either content or start")
        if start is not None:
            return start
        if content is None:
            x = self.gen_z(ws[:, 0]).unflatten(1, (4, 4, -1)).permute(0, 3, 1, 2)
        else:
            x = content.expand(len(ws), -1, -1, -1)
        return Features(0, x, None)

    def _run(
        self,
        at: Features,
        ws: Tensor,
        stop: int,
        noises: Sequence[Tensor] | None,
        truncation: float | None,
    ) -> Features:
        if noises:
            raise ValueError(f"BigGAN has no noise maps, got {len(noises)}")
        t, block = self._truncation(truncation), 0
        x = at.x.contiguous(memory_format=torch.channels_last)
        for layer in self.layers:
            due = at.block <= block < stop
            if isinstance(layer, Block):
                x = layer(x, ws[:, 1 + block], t) if due else x
                block += 1
            elif due:
                x = layer(x)
        return Features(stop, x, None)


def _check(
    resolution: int,
    layers: Sequence[tuple[bool, int, int]],
    num_classes: int,
    class_names: Sequence[Any],
    attention: int | None,
    n_stats: int,
) -> None:
    """Raises ValueError for settings that describe no network."""
    if len(layers) > MOST_LAYERS:
        raise ValueError(f"{len(layers)} layers; {MOST_LAYERS} are the most")
    if not layers or resolution != 4 << sum(up for up, _, _ in layers):
        raise ValueError(f"{resolution} pixels are not what the doubling layers make of 4")
    for (_, _, outputs), (_, inputs, _) in zip(layers, layers[1:], strict=False):
        if outputs != inputs:
            raise ValueError(f"a layer takes {inputs} widths and is given {outputs}")
    if any(not 0 < outputs <= inputs for _, inputs, outputs in layers):
        raise ValueError("a layer cannot have more channels than it is given")
    if attention is not None and not 0 <= attention < len(layers):
        raise ValueError(f"attention before layer {attention} of {len(layers)}")
    if len(class_names) not in (0, num_classes):
        raise ValueError(f"{len(class_names)} names for {num_classes} classes")
    if n_stats < 2:
        raise ValueError("statistics for truncation 0 and 1 are the least")
