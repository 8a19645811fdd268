"""Out-of-domain answers interpolated and edited: avatars moved in their frame (SPHInX, figures 8
and 7)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np
from torch import Tensor

from benchmarks.common import report, sheets
from benchmarks.common.terms import Terms
from benchmarks.sphinx.interpolation import ways
from benchmarks.sphinx.moved_avatars import SHIFT, STILL, TURN, Models, agreed, back, moved
from inversion import METHODS, Inversion
from inversion.directions.shipped import find
from inversion.editing import Move, judge, shipped, typical_features
from inversion.pictures.images import Picture, to_tensor
from models import load, load_encoder, load_estimator, load_perceptual
from training.data.baked import held_out

EDITED = ("sphinx (P_s)", "w+")
KNOWN = ("yaw", "age", "smile", "glasses")
STRENGTHS = (-2.0, 2.0)
Edit = tuple[float, float]  # how far the attribute went the way it was to go, the identity kept


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
        + sheets.saved("sphinx-edits-directions", sheets.sheet(sheet))
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
