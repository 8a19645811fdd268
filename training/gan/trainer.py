"""One step of StyleGAN2's training, with the state that a checkpoint holds.

Departure from the paper: **the paired warm start.** Every picture of the procedural data set has a
known Gaussian code, hence a known latent z (training/gan/pairing.py). A part of the generator's
batch uses the latents of real pictures, and adds

    lambda(n) * pyramid_distance(G(z), x)

to the adversarial loss, with lambda falling geometrically over the first `warm_images` pictures.
While it falls, the adversarial terms are evaluated in one step of `warm_every` only: regression
alone teaches most of what those pictures can, at a third of the price. The mapping network is
taught before all of that (training/gan/mapping_pretraining.py). `paired=False` is plain StyleGAN2
training, for data without codes.

Where a latent is a matrix, its rows come apart slowly (training/gan/batches.py).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor

from models.errors import StudioError
from models.generators.stylegan2 import StyleGAN2
from training.gan import losses, mapping_pretraining, networks, pairing, projected, start
from training.gan.batches import Batches
from training.gan.discriminator import GROUP, Discriminator
from training.gan.projected import Projected
from training.gan.settings import Settings
from training.loop import ema, parallel

NETWORKS = ("generator", "discriminator", "ema")
CALIBRATION = 128  # real pictures that set the scale of a projected discriminator's features


class Trainer:
    """Generator, discriminator, the average of the generator, optimizers, and one `step`."""

    def __init__(
        self, settings: Settings, data: mapping_pretraining.Pictures, device: torch.device | str
    ) -> None:
        s = self.settings = settings
        self.data, self.device = data, torch.device(device)
        resolution = data.images(torch.tensor([0])).shape[-1]
        self.rng = torch.Generator(device).manual_seed(s.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(s.seed)  # of the initial weights alone
            self.generator, other = (networks.generator(s, resolution).to(device) for _ in range(2))
            self.discriminator = networks.discriminator(s, resolution).to(device)
        self.q = pairing.rotation(s.z_dim).to(device)
        if s.paired:
            code_dim = data.codes(torch.tensor([0])).shape[1]
            if s.z_dim <= code_dim:
                raise StudioError(
                    f"--z-dim is {s.z_dim}, and a picture's code has {code_dim} numbers, which go "
                    f"into its latent. Give {code_dim + 1} or more, or --no-paired."
                )
            networks.blind(self.generator, self.q[:code_dim])
        self.averaged = ema.averaged(other, self._kept)
        self.ema.load_state_dict(self.generator.state_dict())
        self.optimizers = {
            "generator": networks.adam(self.generator, s.lr, s.path_every if s.path_weight else 0),
            "discriminator": networks.adam(self.discriminator, s.lr, s.r1_every),
        }
        self.path_mean = torch.zeros([], device=device)
        self.images = self.steps = 0
        self.share = parallel.share(s.batch, GROUP)
        self.batches = Batches(s, data, self.generator.rows, self.q, self.rng, self.share)

    @property
    def ema(self) -> StyleGAN2:
        """The averaged generator."""
        return cast(StyleGAN2, self.averaged.module)

    def begin(self) -> None:
        """What comes before the first step of a new training: the mapping's head start."""
        s, model = self.settings, self.generator
        if s.start:
            start.start(model, s.start)
        if s.paired and s.head_start and s.start:
            start.relay(model, self.data, self.q, self.rng, s.head_start)
        elif s.paired and s.head_start:
            mapping_pretraining.teach(model.mapping, self.data, self.q, self.rng, s.head_start)
        self.ema.load_state_dict(self.generator.state_dict())
        if isinstance(self.discriminator, Projected):
            some = torch.randint(self.data.count, (CALIBRATION,), generator=self.rng).cpu()
            real = self.data.images(some).to(self.device).float() / 127.5 - 1
            self.discriminator.calibrate(real)
        self._part()

    def _part(self) -> None:
        """Processes have the same networks and draw different batches."""
        if parallel.rank():
            self.rng.manual_seed(self.settings.seed + self.steps + 1_000_003 * parallel.rank())
        for model in (self.generator, self.discriminator, self.ema):
            parallel.alike(model)

    # --- one step ------------------------------------------------------------------------------

    def step(self) -> dict[str, float]:
        """One batch through both networks; the terms of the loss that were evaluated."""
        s = self.settings
        self._set_rate()
        real, z, paired = self.batches.draw(self._progress())
        adversarial = self._progress() == 1 or self.steps % s.warm_every == 0
        terms: dict[str, Tensor] = {}
        with self._precision():
            ws = self.batches.styles(self.generator, z, paired, self._progress())
            fake = self.generator.synthesize(ws, self.generator.sample_noises(self.share, self.rng))
            loss = fake.new_zeros([])
            if adversarial:
                terms |= self._play(real, fake, paired if s.matching else 0)
                loss = loss + terms["generator"]
                if "matching" in terms:
                    loss = loss + s.matching * terms["matching"]
            if paired:
                terms["pairs"] = losses.pyramid_distance(fake[:paired], real[:paired])
                loss = loss + self.pair_weight() * terms["pairs"]
        self._descend("generator", loss)
        if s.path_weight and self._progress() == 1 and self.steps % s.path_every == 0:
            terms["path"] = self._regularise_paths(z[: max(1, self.share // 2)])
        self._average(ws.detach())
        self.images += s.batch
        self.steps += 1
        return {name: float(term.detach()) for name, term in terms.items()}

    def pair_weight(self) -> float:
        """lambda(n): geometric from pair_first to pair_last over warm_images pictures."""
        s = self.settings
        t = self._progress()
        return float(s.pair_first ** (1 - t) * s.pair_last**t)

    def _progress(self) -> float:
        """Part of the warm start that is over, 0 to 1."""
        s = self.settings
        return min(1.0, self.images / max(1, s.warm_images)) if s.paired else 1.0

    def _set_rate(self) -> None:
        """The generator's rate and first beta: those of regression at first, then the paper's."""
        s, t = self.settings, self._progress()
        c = networks.lazy(s.path_every if s.path_weight else 0)
        for group in self.optimizers["generator"].param_groups:
            group["lr"] = c * s.warm_lr ** (1 - t) * s.lr**t
            group["betas"] = (s.warm_momentum if t < 1 else 0.0, group["betas"][1])

    def _play(self, real: Tensor, fake: Tensor, paired: int) -> dict[str, Tensor]:
        """The game's terms, once the discriminator has learnt from it: "generator", and "matching"
        of the first `paired` pictures, if there are any."""
        d = self.discriminator
        if isinstance(d, Projected):
            teach = partial(self._descend, "discriminator")
            return projected.play(d, real, fake, self.rng, teach, paired)
        terms = self._teach_discriminator(d, real, fake.detach())
        maps = d.features(fake)
        terms["generator"] = losses.generator_loss(d.judge(maps[-1]))
        if paired:
            with torch.no_grad():
                wanted = d.features(real[:paired])
            terms["matching"] = losses.feature_distance([m[:paired] for m in maps], wanted)
        return terms

    def _teach_discriminator(
        self, d: Discriminator, real: Tensor, fake: Tensor
    ) -> dict[str, Tensor]:
        s = self.settings
        d.requires_grad_(True)
        real_logits, fake_logits = d(torch.cat([real, fake])).chunk(2)
        terms = {"discriminator": losses.discriminator_loss(real_logits, fake_logits)}
        self._descend("discriminator", terms["discriminator"])
        terms |= {"real": real_logits.mean(), "fake": fake_logits.mean()}
        adversarial_step = self.steps // (s.warm_every if self._progress() < 1 else 1)
        if adversarial_step % s.r1_every == 0:
            with self._precision(full=True):
                x = real.detach().requires_grad_(True)
                terms["r1"] = losses.gradient_penalty(d(x), x)
            self._descend("discriminator", terms["r1"] * (s.r1_gamma / 2 * s.r1_every))
        d.requires_grad_(False)
        return terms

    def _regularise_paths(self, z: Tensor) -> Tensor:
        s, model = self.settings, self.generator
        ws = model.map(z)
        images = model.synthesize(ws, model.sample_noises(len(z), self.rng))
        y = torch.randn(images.shape, generator=self.rng, device=self.device)
        lengths = losses.path_lengths(images, ws, y)
        penalty, self.path_mean = losses.path_length_penalty(lengths, self.path_mean)
        self._descend("generator", penalty * (s.path_weight * s.path_every))
        return penalty

    def _descend(self, name: str, loss: Tensor) -> None:
        optimizer = self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        parallel.average_gradients(getattr(self, name))
        optimizer.step()

    @torch.no_grad()
    def _average(self, ws: Tensor) -> None:
        """EMA with a half-life in pictures, and the running mean of w (beta 0.995, as NVIDIA)."""
        w_avg = self.generator.mapping.w_avg
        w_avg.lerp_(ws[:, 0].unflatten(1, (-1, len(w_avg))).mean((0, 1)), 1 - 0.995)
        self.averaged.update_parameters(self.generator)

    def _kept(self) -> float:
        s = self.settings
        half_life, ramp = s.ema_images, s.ema_rampup
        return ema.decay(batch=s.batch, images=self.images, half_life=half_life, ramp=ramp)

    @contextmanager
    def _precision(self, full: bool = False) -> Iterator[None]:
        """Feature maps in bfloat16 if the settings say so; in float32 outside, and if full."""
        low = torch.bfloat16 if self.settings.bfloat16 and not full else None
        before = self.discriminator.precision
        self.generator.precision = self.discriminator.precision = low
        yield
        self.generator.precision = self.discriminator.precision = before

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on: tensors, numbers and strings only."""
        return {
            "settings": asdict(self.settings),
            **{name: getattr(self, name).state_dict() for name in NETWORKS},
            "optimizers": {name: o.state_dict() for name, o in self.optimizers.items()},
            "path_mean": self.path_mean,
            "rng": self.rng.get_state(),
            "images": self.images,
            "steps": self.steps,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue where `state` was taken. Settings stay those of this trainer, rates included."""
        for name in NETWORKS:
            getattr(self, name).load_state_dict(state[name])
        for name, optimizer in self.optimizers.items():
            networks.resume(optimizer, state["optimizers"][name])
        self.path_mean = state["path_mean"].to(self.device)
        self.rng.set_state(state["rng"].cpu())
        self.images, self.steps = state["images"], state["steps"]
        self._part()
