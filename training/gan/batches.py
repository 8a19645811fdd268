"""What a step of GAN training begins with: real pictures, latents, and the styles these become.

Where a latent is a matrix (models/generators/overparam.py), the code goes into the part that its
rows share, and their own parts stay free: then z ~ N(0, I) exactly, as without pairs, and a picture
belongs to all matrices around its code. Own parts are noise to the regression, which from the start
on would teach little but averages; so **rows come apart slowly**: in the first half of the warm
start all are the same, the network being StyleGAN2, and in the second half their correlation falls
to the paper's 1/2. Each row is N(0, I) all along.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.generators.stylegan2 import StyleGAN2
from training.gan import pairing
from training.gan.mapping_pretraining import Pictures
from training.gan.settings import Settings


@dataclass(frozen=True)
class Batches:
    """Batches of `count` pictures of a generator whose latents have so many `rows`; `q` rotates
    codes into latents, and all is drawn from `rng`. `progress` is the part of the warm start that
    is over."""

    settings: Settings
    data: Pictures
    rows: int
    q: Tensor
    rng: torch.Generator
    count: int

    def draw(self, progress: float) -> tuple[Tensor, Tensor, int]:
        """Real pictures [n, 3, r, r] in [-1, 1], latents [n, z_dim of the generator], and how many
        of them pair."""
        s, n, device = self.settings, self.count, self.rng.device
        indices = torch.randint(self.data.count, (n,), generator=self.rng, device=device).cpu()
        real = self.data.images(indices).to(device).float() / 127.5 - 1
        width = s.z_dim if self.rows == 1 else (self.rows + 1) * s.z_dim
        z = torch.randn(n, width, generator=self.rng, device=device)
        if not s.paired:
            if s.flip:
                mirrored = torch.rand(n, generator=self.rng, device=device) < 0.5
                real = torch.where(mirrored[:, None, None, None], real.flip(3), real)
            return real, z, 0
        paired = n if progress < 1 else round(n * s.paired_part)
        codes = self.data.codes(indices[:paired]).to(device)
        z[:paired, : s.z_dim] = pairing.latents(codes, self.q, self.rng)
        return real, self.correlated(z, progress), paired

    def correlated(self, z: Tensor, progress: float) -> Tensor:
        """Latents of the generator, of which two rows correlate by ρ instead of 1/2: 1 in the first
        half of the warm start, then falling."""
        if self.rows == 1:
            return z
        ρ = 1 - max(0.0, progress - 0.5)
        shared, own = z[:, : self.settings.z_dim], z[:, self.settings.z_dim :]
        return torch.cat([shared * (2 * ρ) ** 0.5, own * (2 - 2 * ρ) ** 0.5], 1)

    def styles(self, generator: StyleGAN2, z: Tensor, paired: int, progress: float) -> Tensor:
        """ws [n, num_ws, w_dim]; unpaired latents mix styles with the chance of style_mixing."""
        ws = generator.map(z)
        n, layers, _ = ws.shape
        free, device = n - paired, self.rng.device
        if not free or not self.settings.style_mixing:
            return ws
        other = torch.randn(free, z.shape[1], generator=self.rng, device=device)
        other = self.correlated(other, progress)
        cut = torch.randint(1, layers, (free,), generator=self.rng, device=device)
        mixed = torch.rand(free, generator=self.rng, device=device)
        cut = torch.where(mixed < self.settings.style_mixing, cut, layers)
        late = torch.arange(layers, device=device) >= cut[:, None]
        return torch.cat(
            [ws[:paired], torch.where(late[..., None], generator.map(other), ws[paired:])]
        )
