"""Out-of-domain answers interpolated and edited: avatars moved in their frame (SPHInX, figures 8
and 7)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from torch import Tensor

from benchmarks.common import drawn, report
from benchmarks.common.terms import Terms
from benchmarks.sphinx.discovery import rendered
from benchmarks.sphinx.out_of_domain import MOVES, move
from inversion import METHODS, Inversion, invert
from inversion.directions.shipped import find
from inversion.editing import Move, between, judge, shipped, typical_features
from inversion.pictures.images import Picture, to_tensor, to_uint8
from models import load, load_encoder, load_estimator, load_perceptual
from models.encoders.encoder import Encoder
from models.encoders.estimator import Estimator
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from training.data.baked import held_out

STILL, TURN, SHIFT = "shift 0", "turn 30°", "shift 150"
TWO, YAW = "two avatars", "yaw"  # what a pair differs in
PAIRS = ((TWO, TURN), (TWO, SHIFT), (YAW, TURN), (YAW, SHIFT))
PLACES = 7  # pictures of a way, its ends among them
HEADS, FADE = "heads and noises", "cross-fade"
EDITED = ("sphinx (P_s)", "w+")
KNOWN = ("yaw", "age", "smile", "glasses")
STRENGTHS = (-2.0, 2.0)
Edit = tuple[float, float]  # how far the attribute went the way it was to go, the identity kept


@dataclass(frozen=True)
class Models:
    """What all measurements use."""

    G: Generator
    perceptual: Perceptual
    encoder: Encoder
    reader: Estimator
    terms: Terms

    def answer(self, x: Tensor, name: str) -> Inversion:
        """To one picture x [3, H, W]."""
        row, picture = self.terms.row(name), to_uint8(x[None])[0]
        print(name, flush=True)
        return invert(
            self.G, picture, row, seeds=1, perceptual=self.perceptual, preview_every=10**6
        )

    def redrawn(self, x: Tensor) -> float:
        """How far a picture x is from what the generator draws at the encoder's estimate of it."""
        ws = self.encoder(x).complete(self.G).ws
        assert ws is not None
        return float(self.perceptual(self.G.synthesize(ws).clamp(-1, 1), x))


@dataclass(frozen=True)
class Way:
    """Its length, and how far the picture midway is from what the encoder makes of it and from the
    true one (None where there is none)."""

    length: float
    redrawn: float
    midway: float | None = None


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks sphinx-edits", description=__doc__)
    parser.add_argument("--count", type=int, default=2, help="held-out avatars, at least 2")
    Terms.arguments(parser)
    options = parser.parse_args(argv)
    models = Models(
        load("avatars"),
        load_perceptual("embedded"),
        load_encoder("avatars"),
        load_estimator("avatars"),
        Terms(options.steps, options.rate),
    )
    images, codes = held_out(options.count, resolution=models.G.resolution)
    avatars = to_tensor(images.permute(0, 2, 3, 1).numpy())
    how = f"Of every method {options.steps} steps, one seed. "
    body = how + models.terms.rates(["sphinx", *EDITED])
    body += "\n\n" + ways(models, avatars, codes[0]) + "\n\n" + edits(models, avatars)
    report.write(
        "sphinx-edits",
        "Moved avatars interpolated and edited (SPHInX, figures 8 and 7)",
        f"python -m benchmarks sphinx-edits --count {options.count} {models.terms.words()}",
        body,
    )
    print(body)


def moved(x: Tensor, name: str) -> Tensor:
    """Pictures x [n, 3, H, W], all moved alike."""
    return torch.cat([move(each[None], MOVES[name]) for each in x])


def back(x: Tensor, name: str) -> Tensor:
    """Moved pictures put where they were; what had left the frame stays lost."""
    length, degrees, scale = MOVES[name]
    return torch.cat([move(each[None], (-length, -degrees, 1 / scale)) for each in x])


def ways(models: Models, avatars: Tensor, code: Tensor) -> str:
    """Figure 8."""
    found: dict[tuple[str, str], dict[str, Way]] = {}
    sheet: list[list[Picture]] = []
    turned = to_tensor(rendered(code, YAW).pictures)  # to one side, not at all, to the other
    for what, name in PAIRS:
        true = moved(turned, name) if what == YAW else None
        given = moved(avatars[:2], name) if true is None else true[[0, -1]]
        a, b = (models.answer(each, "sphinx") for each in given)
        drawings, middle = walked(models.G, a, b), None if true is None else true[1:2]
        found[what, name] = {k: measured(models, x, name, middle) for k, x in drawings.items()}
        first, last = to_uint8(given)
        sheet += [[first, *to_uint8(x), last] for k, x in drawings.items() if k != FADE]
    rows = [
        [f"{what}, {name}", title, *("" if v is None else f"{v:.2f}" for v in vars(way).values())]
        for (what, name), each in found.items()
        for title, way in each.items()
    ]
    head = ["pair", "way", "path length", "midway, redrawn", "midway, to the true one"]
    return (
        "**Interpolation.** Two held-out avatars, and one rendered with its head turned by 20° to "
        f"either side, both moved alike and inverted by {METHODS['sphinx'].title}; {PLACES} "
        "pictures from one answer to the other. The cross-fade of the answers is for comparison. "
        "All distances are perceptual (embedded). Path length: their sum over the way. Redrawn: "
        "from the picture midway, put back in its place, to what the avatars' generator draws at "
        "the encoder's estimate of it; the less, the more it is an avatar. To the true one: to the "
        "avatar rendered half way and moved. The sheet, a row a way, without the cross-fades: "
        "picture, way, picture.\n\n"
        + drawn.saved("sphinx-edits-ways", drawn.sheet(sheet))
        + "\n\n"
        + report.table(head, rows)
        + "\n\n"
        + ways_verdict(list(found.values()))
    )


@torch.no_grad()
def walked(G: Generator, a: Inversion, b: Inversion) -> dict[str, Tensor]:
    """Pictures [PLACES, 3, H, W] on each way from a to b."""
    t, ends = torch.linspace(0, 1, PLACES), (a.edited_codes(G), b.edited_codes(G))
    found = {
        title: between(G, *ends, t, heads).synthesize(G).clamp(-1, 1)
        for title, heads in (("codes", False), (HEADS, True))
    }
    first, last = found["codes"][:1], found["codes"][-1:]
    return found | {FADE: torch.lerp(first, last, t.view(-1, 1, 1, 1))}


@torch.no_grad()
def measured(models: Models, x: Tensor, name: str, true: Tensor | None) -> Way:
    """A way x [PLACES, …] of pictures moved by `name`; `true` [1, …] is what lies midway."""
    middle = x[PLACES // 2][None]
    length = float(models.perceptual(x[:-1], x[1:]).sum())
    midway = None if true is None else float(models.perceptual(middle, true))
    return Way(length, models.redrawn(back(middle, name)), midway)


def ways_verdict(found: Sequence[Mapping[str, Way]]) -> str:
    """The paper's sentence beside what the numbers say of the way that it takes."""
    plausible = [each[HEADS].redrawn < each[FADE].redrawn for each in found]
    both = [(each[HEADS].midway, each[FADE].midway) for each in found]
    nearer = [a < b for a, b in both if a is not None and b is not None]
    return (
        "The paper of figure 8, by pictures: the way by heads and noises “progressively traverses "
        "along the attribute and produces highly plausible realizations even for OOD images”. Here "
        "the picture midway on it is redrawn more nearly than the cross-fade in "
        f"{sum(plausible)} of {len(plausible)} pairs ({agreed(all(plausible))}), and nearer to the "
        f"true one in {sum(nearer)} of {len(nearer)} ({agreed(all(nearer))})."
    )


def agreed(yes: bool) -> str:
    return "agreed" if yes else "not agreed"


def edits(models: Models, avatars: Tensor) -> str:
    """Figure 7, and what the paper says of pictures that are out of place."""
    found: dict[tuple[str, str], list[Edit]] = {}
    rows, sheet = [], []
    for place in (STILL, TURN, SHIFT):
        for name in EDITED:
            results = [models.answer(x, name) for x in moved(avatars, place)]
            many, pictures = edited(models, results, place)
            found[name, place] = many
            sheet.append([results[0].target, *pictures])
            rows.append(
                [
                    f"{METHODS[name].title}, {'in place' if place == STILL else place}",
                    f"{median(r.metrics['PSNR'][0] for r in results):.1f}",
                    *(report.median_quartiles(v, 2) for v in zip(*many, strict=True)),
                    f"{np.mean([reached > 0 for reached, _ in many]):.0%}",
                ]
            )
    head = ["method", "PSNR, dB", "reached", "identity", "the right way"]
    return (
        f"**Edits.** {len(avatars)} held-out avatars in place and moved, and known directions of w "
        f"({', '.join(KNOWN)}) at strengths {STRENGTHS[0]:g} and {STRENGTHS[1]:g}. All is read of "
        "the pictures put back in their place. Reached: how far the attribute went the way it was "
        "to go, as the embedded estimator reads it, in deviations among rendered avatars. "
        "Identity: cosine of pooled embedded perceptual features before and after, less those of "
        "the typical sample. Median [quartiles] over pictures, directions and strengths. The right "
        "way: share of edits of which reached is above 0. The sheet, of the first avatar, in the "
        "order of the table: picture, answer, then each direction at both strengths.\n\n"
        + drawn.saved("sphinx-edits-directions", drawn.sheet(sheet))
        + "\n\n"
        + report.table(head, rows)
        + "\n\n"
        + edits_verdict(found)
    )


def edited(
    models: Models, results: Sequence[Inversion], place: str
) -> tuple[list[Edit], list[Picture]]:
    """Every edit of every answer; the first one's answer and its edits as pictures."""
    G, reader = models.G, models.reader
    known = {each.name: each for each in (shipped(G, reader) or find(G, reader)).directions}
    typical = typical_features(G, models.perceptual)
    many, pictures = [], [results[0].render(G)[0]]
    for result in results:
        before = back(to_tensor(result.render(G)), place)
        for name in KNOWN:
            for strength in STRENGTHS:
                picture = result.edit([Move(known[name], strength)]).render(G)
                after = back(to_tensor(picture), place)
                by = judge(before, after, models.perceptual, reader, [name], typical)
                went = float(by.reached) * (1 if strength > 0 else -1)
                many.append((went, float(by.identity)))
                if result is results[0]:
                    pictures.append(picture[0])
    return many, pictures


def edits_verdict(found: Mapping[tuple[str, str], Sequence[Edit]]) -> str:
    def medians(name: str, *places: str) -> tuple[float, float]:
        reached, kept = zip(*(e for place in places for e in found[name, place]), strict=True)
        return median(reached), median(kept)

    (still, _), (out, kept) = medians(EDITED[0], STILL), medians(EDITED[0], TURN, SHIFT)
    other, others = medians(EDITED[1], TURN, SHIFT)
    return (
        "The paper of figure 7, by pictures: known directions edit answers of P_s to pictures that "
        "are aligned as the training set is, and cannot be repurposed for pictures that are not. "
        f"Here they reach {out:.2f} of moved pictures and {still:.2f} in place: less, "
        f"{agreed(out < still)}. Of moved pictures P_s reaches {out:.2f} and keeps {kept:.2f} of "
        f"the identity; w+ reaches {other:.2f} and keeps {others:.2f}."
    )
