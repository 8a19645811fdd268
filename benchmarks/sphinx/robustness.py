"""Quality of answers when their codes are disturbed, by method (SPHInX, figure 1)."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping, Sequence

import torch

from benchmarks.common import report, sheets
from benchmarks.common.terms import Terms
from benchmarks.sphinx.out_of_domain import MOVES, move
from inversion import METHODS, invert
from inversion.evaluation.robustness import RATIOS, VISIBLE, Robustness, robustness
from inversion.pictures.images import to_tensor, to_uint8
from models import load, load_perceptual

COMPARED = ("w", "w+", "(w+, s, b)", "sphinx (P_s)", "sphinx")
SHOWN = ("(w+, s, b)", "sphinx")  # the paper's two
TURN = "turn 30°"  # as in the figure


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks robustness", description=__doc__)
    parser.add_argument("--count", type=int, default=4, help="held-out avatars, turned by 30°")
    Terms.arguments(parser)
    parser.add_argument("--samples", type=int, default=8, help="disturbed codes a ratio")
    parser.add_argument("--methods", nargs="+", default=list(COMPARED), choices=tuple(METHODS))
    options = parser.parse_args(argv)
    G, perceptual = load("avatars"), load_perceptual("embedded")
    cases = torch.cat([to_tensor(c.picture) for c in sheets.cases(options.count, G.resolution)])
    pictures = to_uint8(move(cases, MOVES[TURN]))
    terms = Terms(options.steps, options.rate)
    found: dict[str, list[Robustness]] = {}
    for name in options.methods:
        results = [
            invert(G, picture, terms.row(name), seeds=1, perceptual=perceptual, preview_every=10**6)
            for picture in pictures
        ]
        found[name] = [
            robustness(G, result, samples=options.samples, perceptual=perceptual)
            for result in results
        ]
        print(name, flush=True)
    how = f"--count {options.count} {terms.words()} --samples {options.samples}"
    if options.methods != list(COMPARED):
        how += " --methods " + shlex.join(options.methods)
    body = section(found, options, terms)
    report.write(
        "robustness",
        "Robustness of answers (SPHInX, figure 1)",
        f"python -m benchmarks robustness {how}",
        body,
    )
    print(body)


def section(
    found: Mapping[str, Sequence[Robustness]], options: argparse.Namespace, terms: Terms
) -> str:
    """The figure, a table, and the paper's claim beside ours."""
    rows = [
        [
            METHODS[name].title,
            f"{median([each.undisturbed[1] for each in many]):.2f}",
            f"{median([each.undisturbed[0] for each in many]):.3f}",
            *(f"{value:.3f}" for value in curve(many)),
            gives_way(many),
        ]
        for name, many in found.items()
    ]
    head = [
        "method",
        "PSNR, undisturbed",
        "distance, undisturbed",
        *(f"{ratio:g} dB" for ratio in RATIOS),
        f"{VISIBLE:g} dB from itself at",
    ]
    return (
        f"{options.count} held-out avatars turned by 30°, one seed, {options.steps} steps of every "
        f"method. Then Gaussian noise on styles, and on content and noise maps where they were "
        f"searched, each tensor at the signal-to-noise ratio of the column, {options.samples} "
        "times: perceptual distance (embedded) to the picture, median. The last column is of the "
        "codes alone, however near the answer came: the ratio, in dB, at which the disturbed "
        f"picture is {VISIBLE:g} dB of PSNR from the undisturbed one; higher is more fragile. "
        f"{terms.rates(list(found))}\n\n"
        + plot(found)
        + "\n\n"
        + report.table(head, rows)
        + "\n\n"
        + verdict(found)
    )


def median(values: Sequence[float]) -> float:
    return float(torch.tensor(values).median())


def curve(many: Sequence[Robustness]) -> list[float]:
    """Median distance over pictures and samples at every ratio."""
    together = torch.cat([each.distance for each in many], 1)
    return [float(x) for x in together.median(1).values]


def gives_way(many: Sequence[Robustness]) -> str:
    ratios = [each.gives_way() for each in many]
    known = [ratio if ratio is not None else min(RATIOS) for ratio in ratios]
    return f"{median(known):.0f}" + (" or less" if None in ratios else "")


def plot(found: Mapping[str, Sequence[Robustness]]) -> str:
    drawing = sheets.figure()
    axes = drawing.add_subplot()
    for name, many in found.items():
        axes.plot(RATIOS, curve(many), "o-", label=METHODS[name].title)
    axes.set(xlabel="signal-to-noise ratio of the codes, dB", ylabel="distance, median")
    axes.invert_xaxis()
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    return sheets.saved("robustness", drawing)


def verdict(found: Mapping[str, Sequence[Robustness]]) -> str:
    """The paper's two claims of the figure: nearer undisturbed, and nearer at every ratio."""
    if not found.keys() >= set(SHOWN):
        return f"The paper compares {' and '.join(SHOWN)}; they were not both measured."
    rival, mine = (found[name] for name in SHOWN)
    exact = median([e.undisturbed[0] for e in mine]) < median([e.undisturbed[0] for e in rival])
    below = [a < b for a, b in zip(curve(mine), curve(rival), strict=True)]
    return (
        "The paper: turned by 30°, SPHInX is nearer to the picture than (w+, s, b), and stays "
        f"nearer when disturbed. Here undisturbed: {'agreed' if exact else 'not agreed'}; nearer "
        f"at {sum(below)} of {len(below)} ratios: {'agreed' if all(below) else 'not agreed'}."
    )
