"""How good an encoder is on pictures that its training did not see, and the card that says so."""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.encoders.encoder import Estimate
from models.encoders.residual import ResidualEncoder
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from training.encoder.trainer import Settings, sample

SEED = 1_000_003  # of the held-out latents
BATCH = 32


@dataclass(frozen=True)
class Errors:
    """Means over `count` held-out pictures that the generator drew.

    z, w        squared error of the estimate in parts of the variance: 1 is no better than the mean
    class_      part of the pictures whose class is found, where there are classes
    pixels_*    squared distance, in [-1, 1], of the picture from the one drawn from the estimate:
                its own ws, those that follow from z, and from the mean guess (the mean of w, or
                z = 0 of the right class)
    distance_*  the same in the perceptual distance
    """

    count: int
    z: float
    w: float | None
    class_: float | None
    pixels_ws: float
    pixels_z: float
    pixels_mean: float
    distance_ws: float
    distance_z: float
    distance_mean: float


@torch.no_grad()
def examine(
    encoder: ResidualEncoder, G: Generator, perceptual: Perceptual, count: int = 256
) -> Errors:
    """The errors of an encoder on `count` pictures of its generator, no class given."""
    rng = torch.Generator(G.device).manual_seed(SEED)
    rows: list[dict[str, Tensor]] = []
    for _ in range(-(-count // BATCH)):
        z, label, c = sample(G, BATCH, rng)
        ws = G.map(z, c)
        x = G.synthesize(ws)
        found = encoder(x)
        mean = G.w_mean().expand_as(ws) if c is None else G.map(torch.zeros_like(z), c)
        ways = {
            "ws": found.complete(G).ws,
            "z": Estimate(z=found.z, c=found.c).complete(G).ws,
            "mean": mean,
        }
        row = {"z": (found.z - z).square().mean(1)}
        if len(encoder.w_mean):
            row["w"] = ((found.ws - ws)[:, 0] / encoder.w_std).square().mean(1)
        if label is not None:
            row["class_"] = (encoder.logits(encoder.fit(x)).argmax(1) == label).float()
        for way, codes in ways.items():
            y = G.synthesize(codes)
            row[f"pixels_{way}"] = (y - x).square().flatten(1).mean(1)
            row[f"distance_{way}"] = perceptual(y, x)
        rows.append(row)
    means: dict[str, float | None] = {"w": None, "class_": None}
    means |= {name: round(float(torch.cat([r[name] for r in rows]).mean()), 4) for name in rows[0]}
    return Errors(count=len(rows) * BATCH, **means)  # type: ignore[arg-type]  # named as its fields


def card(encoder: ResidualEncoder, errors: Errors, images: int, settings: Settings) -> str:
    """The model card, in Markdown, of an encoder that has looked at so many `images`."""
    e, target = errors, encoder.for_generator
    short = encoder.name.removeprefix("encoder-")
    megabytes = sum(t.numel() for t in encoder.state_dict().values()) * 2 / 1e6
    widths = encoder.settings["widths"]
    estimates = "z and w" if e.w is not None else "z"
    classes = ""
    if e.class_ is not None:
        classes = (
            "\nThe class enters through the normalisation layers. One that is not given is found"
            f" first, by the same network without a class: {e.class_:.1%} of held-out pictures.\n"
        )
    unmap = "" if encoder.unmap is None else ", and three dense ones from w to z"
    own = f" | {e.w:.3f}" if e.w is not None else ""
    alone = f"| the estimate of z alone | {e.pixels_z:.4f} | {e.distance_z:.3f} |\n" if own else ""
    return f"""# {encoder.name}
Estimates {estimates} of a picture by {short}, so that a search can begin near the answer.

| | |
|---|---|
| file | `{encoder.name}.safetensors`, half precision, {megabytes:.1f} MB |
| belongs to | {target.name}, weights `{target.sha256[:12]}…`; it is refused for any other |
| network | {encoder.size} px in; residual, {len(encoder.blocks)} halving blocks of \
{", ".join(map(str, widths))} maps, group normalisation; one linear layer{unmap} |
| use | `from models import load_encoder; load_encoder("{short}")`, \
`solve(G, image, "z", encoder=...)` |
| licence | {encoder.identity.licence} |

## Training
`python -m training encoder --generator {short}`: squared error of {estimates}, over {images:,}
looks at pictures that the generator drew on the fly from z ~ N(0, I), without truncation. Each was
looked at {settings.reuse} times on average, {settings.disturbed:.0%} of the looks at a blurred,
recoloured and noisy copy. No photo was used.
{classes}
The estimate of z is the mean of what z may be: directions that the picture does not show come out
near 0, and its norm is smaller than that of a sample.

## Errors
{e.count} pictures that the generator drew from other latents, undisturbed, no class given.

| | z{" | w" if own else ""} |
|---|---{"|---" if own else ""}|
| squared error, in parts of the variance | {e.z:.3f}{own} |

| drawn again from | mean squared error, [-1, 1] | perceptual distance (embedded) |
|---|---|---|
| the estimate | {e.pixels_ws:.4f} | {e.distance_ws:.3f} |
{alone}| the mean guess{" of the right class" if classes else ""} | {e.pixels_mean:.4f} | \
{e.distance_mean:.3f} |

**Limits.** It has seen only what its generator draws: of anything else its estimate is a beginning,
not an answer.
"""
