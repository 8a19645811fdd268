"""Objects moved and rescaled out of the generator's frame, with and without the search of their
place (pix2latent, sections 3.3 and 3.4)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import bootstrap  # type: ignore[import-untyped]  # scipy ships no types

from benchmarks.common import pace, report, sheets
from inversion import METHODS, Inversion, invert
from inversion.pictures.images import Picture, to_tensor, to_uint8
from inversion.pictures.transforms import place
from models import load, load_perceptual

COMPARED = ("z", "basincma", "z, placed", "basincma, placed")
WHOLE = COMPARED[-1]
SCALES = (0.5, 0.8)
SHOWN = 4


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks moved", description=__doc__)
    parser.add_argument("--count", type=int, default=12, help="held-out avatars")
    parser.add_argument("--evaluations", type=int, default=1200, help="pictures drawn a seed")
    parser.add_argument("--seeds", type=int, default=2, help="runs a picture")
    parser.add_argument("--seed", type=int, default=0, help="of the moves, and of the first run")
    options = parser.parse_args(argv)
    G, perceptual = load("species"), load_perceptual("embedded")
    rng = np.random.default_rng(options.seed)
    cases = [
        sheets.Case(moved(case.picture, rng), case.label)
        for case in sheets.cases(options.count, G.resolution)
    ]
    found: dict[str, list[Inversion]] = {}
    for name in COMPARED:
        method = pace.drawing(METHODS[name], options.evaluations, G.z_dim)
        found[name] = [
            invert(
                G,
                case.picture,
                method,
                label=case.label,
                seeds=options.seeds,
                seed=options.seed,
                perceptual=perceptual,
            )
            for case in cases
        ]
        print(name, flush=True)
    distances = {
        name: np.array([result.metrics[perceptual.judge.name] for result in results])
        for name, results in found.items()
    }
    rows = [
        [
            METHODS[name].title,
            str(found[name][0].evaluations),
            report.median_quartiles(values.min(1).tolist(), 3),
            report.median_quartiles(values.ravel().tolist(), 3),
            "" if name == WHOLE else beside(values.min(1), distances[WHOLE].min(1)),
        ]
        for name, values in distances.items()
    ]
    order = sorted(distances, key=lambda name: float(np.median(distances[name].min(1))))
    agreed = "agreed" if order[0] == WHOLE else "not agreed"
    sheet = [
        [case.picture, *(found[name][i].render(G)[0] for name in COMPARED)]
        for i, case in enumerate(cases[:SHOWN])
    ]
    body = (
        f"{options.count} held-out avatars, scaled to {SCALES[0]:g} to {SCALES[1]:g} of the frame "
        f"and shifted within it, under `species`, class given, no mask, seeds {options.seed} to "
        f"{options.seed + options.seeds - 1}; about as many pictures drawn by each. "
        f"{perceptual.judge.name.capitalize()} to the moved picture, median [quartiles]; last, its "
        f"excess over {METHODS[WHOLE].title}'s on the same picture, mean with a 95 % bootstrap "
        f"interval. The sheet: the picture, then {', '.join(METHODS[n].title for n in COMPARED)}."
        "\n\n"
        + sheets.saved("moved", sheets.sheet(sheet))
        + "\n\n"
        + report.table(
            ["method", "pictures drawn a seed", "best seed", "every seed", "excess"], rows
        )
        + "\n\nThe paper: BasinCMA with the transformation search is the best. Here the order is "
        f"{', '.join(METHODS[name].title for name in order)}; {agreed}. "
        + length(options.evaluations, G.z_dim)
    )
    report.write(
        "moved",
        "Moved and rescaled objects (pix2latent, section 3.4)",
        f"python -m benchmarks moved --count {options.count} --evaluations {options.evaluations} "
        f"--seeds {options.seeds} --seed {options.seed}",
        body,
    )
    print(body)


def length(evaluations: int, width: int) -> str:
    """How short the runs are beside the paper's, which is what an equal number of pictures costs
    the searches that spend many on a guess."""
    shares = []
    for name in COMPARED:
        method = METHODS[name]
        run = pace.drawing(method, evaluations, width)
        share = pace.pictures(run.solver, width) / pace.pictures(method.solver, width)
        shares.append(f"{method.title} {share:.0%}")
    return (
        "Of the pictures that a run of the paper's length draws, these drew: "
        + ", ".join(shares)
        + ". A search that needs many pictures for each of its guesses is cut the shortest."
    )


def moved(picture: Picture, rng: np.random.Generator) -> Picture:
    """The picture made smaller and shifted within the frame; its border is repeated."""
    scale = rng.uniform(*SCALES)
    right, down = rng.uniform(-1, 1, 2) * (1 - scale) / 2
    at = torch.tensor([[scale, right, down]], dtype=torch.float32)
    placed: Picture = to_uint8(place(to_tensor(picture), at))[0]
    return placed


def beside(values: NDArray[np.float64], reference: NDArray[np.float64]) -> str:
    """Mean of the differences, and its 95 % interval by the bootstrap over pictures."""
    excess = values - reference
    interval = bootstrap((excess,), np.mean, rng=np.random.default_rng(0)).confidence_interval
    return f"{excess.mean():+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"
