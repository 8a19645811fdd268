"""Answers of a class-conditional generator that were found in w+ or through projection heads, as
the nearest that have one z and one class: directions of z and other classes then act on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from inversion.drawn import scored
from inversion.edits.apply import redrawn, rows
from inversion.edits.edit import Edit
from inversion.edits.local import Local
from inversion.edits.moves import ChangeClass, Move
from inversion.latents import Codes, Start, Theta
from inversion.losses import mean
from inversion.metrics import psnr
from inversion.problem import Evaluation
from inversion.result import Inversion
from inversion.solvers import Adam
from inversion.solvers.best import Best
from inversion.tuning.deltas import tuned
from models import load_perceptual
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

ADAM = Adam(steps=80, lr=0.05, ramp_up=0.0, ramp_down=0.5, beta2=0.99)
ALIKE = 22.0  # dB between two pictures below which one no longer stands for the other


@dataclass(frozen=True, eq=False)
class Converted:
    """A result with one z and one class a seed, and how near it draws what was found: `psnr`, dB,
    a number a seed, infinite where nothing had to be done."""

    result: Inversion
    psnr: tuple[float, ...]

    @property
    def alike(self) -> bool:
        """Whether its best answer still is the picture that was found."""
        return self.psnr[0] >= ALIKE

    @property
    def text(self) -> str:
        """What was done and how near it is, or why the edits cannot be, in a sentence."""
        found = (
            "This answer has codes of its own for every layer; directions and classes of"
            f" {self.result.identity.name} act on one code and one class for all"
        )
        near = f"{self.psnr[0]:.1f} dB (PSNR) from what was found"
        if self.alike:
            return f"{found}. The nearest of these draws it {near}, and is what is edited."
        return (
            f"{found}, and even the nearest of these draws another picture, {near}. Project the"
            " picture with a method that searches z to edit it so."
        )


def has_latent(G: Generator, codes: Codes) -> bool:
    """Whether z and class are these codes' own; true of every generator without classes, whose
    directions are of w."""
    own = codes.z is not None and codes.c is not None and codes.heads is None
    return "c" not in G.spaces or own


def wants_latent(edits: Sequence[Edit]) -> bool:
    """Whether any of them is an edit of z or of the class."""
    return any(
        isinstance(each, ChangeClass)
        or (isinstance(each, Move) and each.direction.space in ("z", "c"))
        or (isinstance(each, Local) and wants_latent(each.edits))
        for each in edits
    )


def convert(G: Generator, result: Inversion, perceptual: Perceptual | None = None) -> Converted:
    """The result with the z and the class vector whose picture is nearest to what each seed draws.

    w+ of BigGAN is a z and a class for every layer. Their means over layers are where Adam begins;
    where a mapping network makes w, it begins at a fixed sample and the mean of the classes. It
    then minimises the squared difference of the pictures, for a fixed number of steps and without
    chance. Content, noises, placement and fine-tuned weights stay, a
    searched feature map follows; heads are left behind. `result` itself stays as it is, a note in
    the new one says what was done, and its metrics, by `perceptual`, are those of its pictures.

    A result that needs nothing of this comes back as it is. Raises StudioError when `G` is another
    model than the result's.

    >>> from inversion import invert
    >>> from inversion.pictures import to_uint8
    >>> from models import load
    >>> G = load("species")
    >>> photo = to_uint8(G.generate(G.sample_z(1), torch.tensor([1])))[0]
    >>> found = invert(G, photo, "w+", seeds=1, steps=1)
    >>> converted = convert(G, found)
    >>> tuple(converted.result.codes.z.shape), len(converted.psnr)
    ((1, 64), 1)
    """
    result.check(G)
    if has_latent(G, result.codes):
        return Converted(result, (torch.inf,) * len(result))
    codes, H = result.codes.apply(lambda x: x.to(G.device)), tuned(G, result.deltas, 1.0)
    parts = [_nearest(H, rows(codes, slice(1)))]
    if len(result) > 1:
        parts.append(_nearest(G, rows(codes, slice(1, None))))
    joined = zip(*(part.tensors() for part, _ in parts), strict=True)
    tensors = {same[0][0]: torch.cat([x for _, x in same]).cpu() for same in joined}
    near = tuple(torch.cat([each for _, each in parts]).tolist())
    note = (
        f"Converted from {_space(result.codes)} to the nearest z and class, which draw seed"
        f" {result.seeds[0]} {near[0]:.1f} dB (PSNR) from what was found."
    )
    bare = replace(result, codes=Codes.from_tensors(tensors), edits=(), notes=(*result.notes, note))
    distance = perceptual or load_perceptual("embedded", device=str(G.device))
    return Converted(scored(bare, G, distance).result.edit(result.edits), near)


def _space(codes: Codes) -> str:
    return "w+" if codes.heads is None else "projection heads"


def _nearest(G: Generator, codes: Codes) -> tuple[Codes, Tensor]:
    """Codes [n] by one z and one class a row, and the PSNR [n] of their pictures to those of
    `codes`."""
    upright = codes.upright()
    with torch.no_grad():
        wanted = upright.synthesize(G).clamp(-1, 1)

    def objective(theta: Theta, /, seeds: Sequence[int] | None = None) -> Evaluation:
        images = redrawn(G, upright, theta["z"], theta["c"]).synthesize(G)
        loss = mean((images - wanted).square())
        return Evaluation(theta, images, {"mse": loss}, loss, loss, len(images))

    if G.mapped:
        one = torch.ones(len(codes.ws), 1, device=G.device)
        z, c = G.sample_z(1, torch.Generator().manual_seed(0)), G.embeddings.mean(0)
        theta = {"z": one * z, "c": one * c}
    else:
        theta = {"z": codes.ws[..., : G.z_dim].mean(1), "c": codes.ws[..., G.z_dim :].mean(1)}
    state = ADAM.init(Start(theta=theta, centre=theta, rngs=()))
    best = Best.nothing(theta)
    for step in range(ADAM.steps):
        with torch.enable_grad():
            evaluation = ADAM.step(state, objective, lambda theta: theta, step / ADAM.steps)
        best = best.updated(evaluation)
    with torch.no_grad():
        z, c = best.theta["z"], best.theta["c"]
        near = psnr(redrawn(G, upright, z, c).synthesize(G).clamp(-1, 1), wanted)
        return redrawn(G, codes, z, c), near
