"""One step of a small BigGAN-deep's training, with the state that a checkpoint holds.

Departures from the paper, all for want of processors: the paired warm start of
training/gan/trainer.py (the latent of each picture is known, the generator is asked to draw it by a
Laplacian-pyramid distance of falling weight, each class weighed by its contrast, adversarial terms
in one step of `warm_every`); the non-saturating loss with lazy R1 in place of hinge loss and
spectral norm; batches of 32 for 2048. BigGAN's z enters as it is, so a code u [K] becomes z = [u,
eps] Q with fresh eps and the fixed rotation Q.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

import torch
from torch import Tensor, nn

from models.generators.biggan import BigGAN
from training.biggan import standing_statistics
from training.biggan.labelled import Labelled, emphasis
from training.biggan.projection_head import ProjectionDiscriminator
from training.biggan.settings import Settings
from training.gan import losses, pairing
from training.loop import ema


class Trainer:
    """Generator, discriminator, the average of the generator, optimizers, and one `step`."""

    def __init__(self, settings: Settings, data: Labelled, device: torch.device | str) -> None:
        s = self.settings = settings
        self.data, self.device = data, torch.device(device)
        resolution = data.images(torch.tensor([0])).shape[-1]
        self.rng = torch.Generator(device).manual_seed(s.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(s.seed)  # of the initial weights alone
            self.generator, other = (
                BigGAN(
                    resolution=resolution,
                    layers=s.layers(resolution),
                    channel_width=s.channel_width,
                    num_classes=len(data.class_names),
                    attention=s.attention(resolution),
                    z_dim=s.z_dim,
                    class_dim=s.class_dim,
                    class_names=data.class_names,
                    reduction=s.reduction,
                    n_stats=s.n_stats,
                ).to(device)
                for _ in range(2)
            )
            _initialise(self.generator)
            self.discriminator = ProjectionDiscriminator(
                resolution, s.widths(resolution), len(data.class_names)
            ).to(device)
        self.emphasis = emphasis(data).to(device)
        self.q = pairing.rotation(s.z_dim).to(device)
        self.averaged = ema.averaged(other, self._kept)
        self.ema.load_state_dict(self.generator.state_dict())
        self.optimizers = {
            "generator": torch.optim.Adam(
                self.generator.parameters(), s.warm_lr, betas=(0.9, 0.99), foreach=True
            ),
            "discriminator": torch.optim.Adam(
                self.discriminator.parameters(), s.discriminator_lr, betas=(0.0, 0.99), foreach=True
            ),
        }
        self.images = self.steps = 0

    def step(self) -> dict[str, float]:
        """One batch through the generator and, when it is their turn, the adversarial terms; the
        terms of the loss that were evaluated."""
        s, t = self.settings, self.progress()
        for group in self.optimizers["generator"].param_groups:
            group["lr"] = s.warm_lr ** (1 - t) * s.lr**t
        real, classes, z, paired = self._batch()
        adversarial = t == 1 or self.steps % s.warm_every == 0
        with torch.autocast(self.device.type, torch.bfloat16, enabled=s.bfloat16):
            fake = self.generator.synthesize(self.generator.map(z, classes))
        stress = self.emphasis[classes[:paired], None, None, None]
        terms = {"pairs": losses.pyramid_distance(stress * fake[:paired], stress * real[:paired])}
        loss = self.pair_weight() * terms["pairs"]
        if adversarial:
            terms |= self._teach_discriminator(real, fake.detach(), classes)
            maps = self.discriminator.features(fake)
            terms["generator"] = losses.generator_loss(self.discriminator.judge(maps[-1], classes))
            with torch.no_grad():
                wanted = self.discriminator.features(real[:paired])
            terms["matching"] = losses.feature_distance([m[:paired] for m in maps], wanted)
            loss = loss + terms["generator"] + s.matching * terms["matching"]
        self._descend("generator", loss)
        self.averaged.update_parameters(self.generator)
        self.images += s.batch
        self.steps += 1
        return {name: float(term.detach()) for name, term in terms.items()}

    def pair_weight(self) -> float:
        """Geometric from pair_first to pair_last over warm_images pictures."""
        s, t = self.settings, self.progress()
        weight: float = s.pair_first ** (1 - t) * s.pair_last**t
        return weight

    def progress(self) -> float:
        """Part of the warm start that is over, 0 to 1."""
        return min(1.0, self.images / max(1, self.settings.warm_images))

    def finished(self) -> BigGAN:
        """The averaged generator with standing statistics, in evaluation mode."""
        rng = torch.Generator().manual_seed(self.settings.seed)
        standing_statistics.measure_standing_statistics(self.ema, self.settings.stat_images, rng)
        return self.ema

    def _batch(self) -> tuple[Tensor, Tensor, Tensor, int]:
        """Real pictures [n, 3, r, r] in [-1, 1], their classes [n], latents [n, z_dim], and how
        many of these pair."""
        s, n = self.settings, self.settings.batch
        indices = torch.randint(self.data.count, (n,), generator=self.rng, device=self.device).cpu()
        real = self.data.images(indices).to(self.device).float() / 127.5 - 1
        classes = self.data.classes(indices).to(self.device)
        paired = n if self.progress() < 1 else round(n * s.paired_part)
        z = torch.randn(n, s.z_dim, generator=self.rng, device=self.device)
        codes = self.data.codes(indices[:paired]).to(self.device)
        z[:paired, : codes.shape[1]] = codes
        z[:paired] = z[:paired] @ self.q
        return real, classes, z, paired

    def _teach_discriminator(
        self, real: Tensor, fake: Tensor, classes: Tensor
    ) -> dict[str, Tensor]:
        s, net = self.settings, self.discriminator
        net.requires_grad_(True)
        net.trunk.precision = torch.bfloat16 if s.bfloat16 else None
        logits = net(torch.cat([real, fake]), classes.repeat(2))
        real_logits, fake_logits = logits.chunk(2)
        terms = {"discriminator": losses.discriminator_loss(real_logits, fake_logits)}
        self._descend("discriminator", terms["discriminator"])
        terms |= {"real": real_logits.mean(), "fake": fake_logits.mean()}
        turn = self.steps // (s.warm_every if self.progress() < 1 else 1)
        if turn % s.r1_every == 0:
            net.trunk.precision = None
            x = real.detach().requires_grad_(True)
            terms["r1"] = losses.gradient_penalty(net(x, classes), x)
            self._descend("discriminator", terms["r1"] * (s.r1_gamma / 2 * s.r1_every))
            net.trunk.precision = torch.bfloat16 if s.bfloat16 else None
        net.requires_grad_(False)
        return terms

    def _descend(self, name: str, loss: Tensor) -> None:
        optimizer = self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    @property
    def ema(self) -> BigGAN:
        """The averaged generator; its batch-norm statistics are measured by `finished`."""
        return cast(BigGAN, self.averaged.module)

    def _kept(self) -> float:
        s = self.settings
        return ema.decay(
            batch=s.batch, images=self.images, half_life=s.ema_images, ramp=s.ema_rampup
        )

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on: tensors, numbers and strings only."""
        return {
            "settings": asdict(self.settings),
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "ema": self.ema.state_dict(),
            "optimizers": {name: o.state_dict() for name, o in self.optimizers.items()},
            "rng": self.rng.get_state(),
            "images": self.images,
            "steps": self.steps,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue where `state` was taken, with the settings of this trainer."""
        for name in ("generator", "discriminator", "ema"):
            getattr(self, name).load_state_dict(state[name])
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        for group in self.optimizers["discriminator"].param_groups:
            group["lr"] = self.settings.discriminator_lr
        self.rng.set_state(state["rng"].cpu())
        self.images, self.steps = state["images"], state["steps"]


def _initialise(model: BigGAN) -> None:
    """Orthogonal weights (Brock et al. 2019, appendix C.1), zero biases."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.orthogonal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
