"""One step of an encoder's training on pictures that its generator draws on the fly, with the state
that a checkpoint holds (pix2latent, Huh et al. 2020, appendices A and D; Bau et al. 2019).

    | z - E_z(G(z)) |^2  +  | w - E_w(G(z)) |^2 / var(w)  +  cross-entropy of the class

z ~ N(0, I), untruncated. The second term is there where the generator has a mapping network; the
layers that make z of w then also learn it from many more latents, z' and w' with noise, which need
not be drawn. The third is there where it has classes, for half of the pictures, which are then seen
without their class too. So that photos do not look foreign, a part of the pictures is blurred,
recoloured and made noisy; their codes stay what they are. Drawing costs more than learning: a
picture waits in a pool and is seen `reuse` times on average.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from models.encoders.residual import ResidualEncoder
from models.generators.generator import Generator
from models.generators.stylegan2 import StyleGAN2
from models.network_file import Weights
from training.knobs import knob
from training.loop import ema

CODES, CODE_NOISE = 256, 0.5  # latents a step that are not drawn, and the most noise on their w


class Drawn(NamedTuple):
    """Pictures [n, 3, H, W], their z [n, z_dim], and labels [n] where there are classes."""

    x: Tensor
    z: Tensor
    label: Tensor | None

    def rows(self, index: Tensor) -> "Drawn":
        return Drawn(
            self.x[index], self.z[index], None if self.label is None else self.label[index]
        )

    def put(self, index: Tensor, rows: "Drawn") -> None:
        """Replace those rows by others."""
        self.x[index], self.z[index] = rows.x, rows.z
        if self.label is not None and rows.label is not None:
            self.label[index] = rows.label


@dataclass(frozen=True)
class Settings:
    """Everything that the training of an encoder can be told."""

    widths: str = knob("32,64,128,192", "maps after each halving block, down to 4 x 4")
    batch: int = knob(32, "pictures a step")
    lr: float = knob(2e-3, "Adam's rate, falling to 0 over the last part of a run")
    fall: float = knob(0.5, "that part")
    reuse: int = knob(4, "times that a picture is seen on average, each time disturbed anew")
    pool: int = knob(1024, "pictures that wait to be seen again")
    picture: float = knob(0.0, "weight of the pixels' distance |G(E(x)) - x|, 0 for none")
    disturbed: float = knob(0.3, "part of the pictures that is blurred, recoloured, made noisy")
    ema_images: float = knob(2000.0, "half-life of the weight average, in pictures")
    bfloat16: bool = knob(True, "draw and compute feature maps in bfloat16")
    seed: int = knob(0, "of weights and all draws")


class Trainer:
    """Generator, encoder, the average of the encoder, optimizer, and one `step`."""

    def __init__(self, settings: Settings, G: Generator) -> None:
        s = self.settings = settings
        self.G, self.device = G, G.device
        self.rng = torch.Generator(G.device).manual_seed(s.seed)
        if isinstance(G, StyleGAN2) and s.bfloat16:
            G.precision = torch.bfloat16
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(s.seed)  # of the initial weights alone
            self.encoder = untrained(s, G)
        self.averaged = ema.averaged(self.encoder, self._kept).eval()
        self.optimizer = torch.optim.Adam(
            self.encoder.parameters(), lr=s.lr, betas=(0.9, 0.99), foreach=True
        )
        self.pool: Drawn | None = None
        self.images = self.steps = 0

    def step(self, t: float = 0.0) -> dict[str, float]:
        """One batch, when the fraction t of the run is over; the terms of the loss."""
        s, E = self.settings, self.encoder
        for group in self.optimizer.param_groups:
            group["lr"] = s.lr * min(1.0, (1 - t) / s.fall) if s.fall else s.lr
        with torch.no_grad():
            x, z, label = self._batch()
            c = None if label is None else self.G.embeddings[label]
            seen = E.fit(disturb(x, s.disturbed, self.rng)) if s.disturbed else E.fit(x)
        with self._precision():
            found_z, found_w = E.standard(seen, c)
        terms = {"z": (found_z - z).square().mean()}
        if len(E.w_mean):
            with torch.no_grad():
                w = (self.G.map(z, c)[:, 0] - E.w_mean) / E.w_std
            terms["w"] = (found_w - w).square().mean()
            terms["unmap"] = self._unmapping()
        if label is not None:
            with self._precision():
                logits = E.logits(seen[::2])
            terms["class"] = F.cross_entropy(logits.float(), label[::2])
        if s.picture:
            codes = E.w_mean + E.w_std * found_w if len(E.w_mean) else found_z
            again = codes[:, None].expand(-1, self.G.num_ws, -1)
            drawn = self.draw(again if len(E.w_mean) else self.G.map(codes, c))
            terms["picture"] = s.picture * (drawn - x).abs().mean()
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(list(terms.values())).sum().backward()
        self.optimizer.step()
        self.images += s.batch
        self.steps += 1
        self.averaged.update_parameters(self.encoder)
        return {name: float(term.detach()) for name, term in terms.items()}

    def _unmapping(self) -> Tensor:
        """The error of z' from w', which is disturbed by up to CODE_NOISE of its deviation."""
        E = self.encoder
        assert E.unmap is not None
        with torch.no_grad():
            z, _, c = sample(self.G, CODES, self.rng)
            w = (self.G.map(z, c)[:, 0] - E.w_mean) / E.w_std
            size = CODE_NOISE * torch.rand(CODES, 1, generator=self.rng, device=self.device)
            w = w + size * torch.randn(w.shape, generator=self.rng, device=self.device)
        error: Tensor = E.unmap(w) - z
        return error.square().mean()

    def _batch(self) -> Drawn:
        """Some of the pool, a part of which was drawn anew."""
        s = self.settings
        size = max(s.pool, s.batch)
        if self.pool is None:
            self.pool = self._drawn(size)
        else:
            n = max(1, s.batch // s.reuse)
            self.pool.put(self._any(size, n), self._drawn(n))
        return self.pool.rows(self._any(size, s.batch))

    def _any(self, of: int, n: int) -> Tensor:
        """n different numbers below `of`."""
        return torch.randperm(of, generator=self.rng, device=self.device)[:n]

    def _drawn(self, n: int) -> Drawn:
        z, label, c = sample(self.G, n, self.rng)
        return Drawn(torch.cat([self.draw(part) for part in self.G.map(z, c).split(64)]), z, label)

    def draw(self, ws: Tensor) -> Tensor:
        """Pictures [n, 3, H, W] of ws, float32."""
        own = isinstance(self.G, StyleGAN2)  # which lowers the precision of its maps by itself
        with self._precision(enabled=not own):
            return self.G.synthesize(ws).float()

    def _precision(self, enabled: bool = True) -> torch.autocast:
        return torch.autocast(
            self.device.type, torch.bfloat16, enabled=enabled and self.settings.bfloat16
        )

    @property
    def ema(self) -> ResidualEncoder:
        """The averaged encoder."""
        return cast(ResidualEncoder, self.averaged.module)

    def _kept(self) -> float:
        s = self.settings
        return ema.decay(batch=s.batch, images=self.images, half_life=s.ema_images, ramp=0.05)

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on: tensors, numbers and strings only."""
        return {
            "settings": asdict(self.settings),
            "encoder": self.encoder.state_dict(),
            "ema": self.ema.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rng": self.rng.get_state(),
            "images": self.images,
            "steps": self.steps,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue where `state` was taken, with a pool of new pictures. If the generator has been
        trained further meanwhile, the encoder follows it, and learns its w and classes anew."""
        facts = {name: value.clone() for name, value in self.ema.named_buffers()}
        self.encoder.load_state_dict(state["encoder"] | facts)
        self.ema.load_state_dict(state["ema"] | facts)
        self.optimizer.load_state_dict(state["optimizer"])
        self.rng.set_state(state["rng"].cpu())
        self.images, self.steps = state["images"], state["steps"]


def untrained(settings: Settings, G: Generator) -> ResidualEncoder:
    """A network for the generator's codes, on its device, which knows the spread of its w."""
    mapping = G.mapped  # the w of a BigGAN is z and c again
    classes = G.embeddings if G.num_classes else torch.zeros(0, 0)
    encoder = ResidualEncoder(
        z_dim=G.z_dim,
        w_dim=G.w_dim if mapping else 0,
        num_ws=G.num_ws if mapping else 0,
        class_dim=classes.shape[1],
        num_classes=len(classes),
        widths=[int(width) for width in settings.widths.split(",")],
    )
    if mapping:
        mean, std = G.w_statistics()
        encoder.w_mean.copy_(mean)
        encoder.w_std.fill_(float(std) / G.w_dim**0.5)
    encoder.classes.copy_(classes)
    encoder.for_generator = Weights(G.identity.name, G.identity.sha256)
    return encoder.to(G.device)


def sample(
    G: Generator, n: int, rng: torch.Generator
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """z [n, z_dim] ~ N(0, I); and, where there are classes, labels [n] and their vectors."""
    z = G.sample_z(n, rng)
    if not G.num_classes:
        return z, None, None
    label = torch.randint(G.num_classes, (n,), generator=rng, device=rng.device).to(G.device)
    return z, label, G.embeddings[label]


def disturb(x: Tensor, part: float, rng: torch.Generator) -> Tensor:
    """About that part of x [n, 3, H, W] blurred (halved and enlarged), each channel scaled by
    1 ± 0.2 and moved by ± 0.1, and noise of a deviation up to 0.1 added; the rest as it is."""
    n = len(x)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(n, *shape, generator=rng, device=rng.device).to(x.device)

    blurred = F.interpolate(F.avg_pool2d(x, 2), x.shape[2:], mode="bilinear")
    y = torch.where(uniform(1, 1, 1) < 0.5, blurred, x)
    y = y * (0.8 + 0.4 * uniform(3, 1, 1)) + 0.2 * uniform(3, 1, 1) - 0.1
    noise = torch.randn(x.shape, generator=rng, device=rng.device).to(x.device)
    y = (y + 0.1 * uniform(1, 1, 1) * noise).clamp(-1, 1)
    return torch.where(uniform(1, 1, 1) < part, y, x)
