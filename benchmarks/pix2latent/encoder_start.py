"""How much sooner a search that begins at an encoder's estimate is as good as one that does not
(pix2latent, section 3.3)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import pace, report, sheets
from inversion import METHODS, solve
from models import load, load_encoder, load_perceptual

CLAIMED = {"z": 0.2, "basincma": 0.4}


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks encoder-start", description=__doc__)
    parser.add_argument("--count", type=int, default=12, help="held-out avatars")
    parser.add_argument("--evaluations", type=int, default=800, help="pictures drawn a seed")
    parser.add_argument("--seed", type=int, default=0, help="of the search")
    options = parser.parse_args(argv)
    G, perceptual = load("avatars"), load_perceptual("embedded")
    encoder = load_encoder("avatars")

    def traces(name: str, guided: bool) -> list[NDArray[np.float64]]:
        """For each picture, the pictures drawn and the best loss so far, [2, steps]."""
        method = pace.drawing(METHODS[name], options.evaluations, G.z_dim)
        return [
            np.array(
                [
                    (iterate.evaluations, float(iterate.best[0]))
                    for iterate in solve(
                        G,
                        case.picture,
                        method,
                        seeds=1,
                        seed=options.seed,
                        perceptual=perceptual,
                        encoder=encoder if guided else None,
                    )
                ]
            ).T
            for case in sheets.cases(options.count, G.resolution)
        ]

    rows, verdicts = [], []
    for name, claimed in CLAIMED.items():
        plain, guided = traces(name, False), traces(name, True)
        saved = np.array([saving(a, b) for a, b in zip(plain, guided, strict=True)])
        rows.append(
            [
                METHODS[name].title,
                report.median_quartiles([float(a[1, -1]) for a in plain], 3),
                report.median_quartiles([float(b[1, -1]) for b in guided], 3),
                f"{np.isfinite(saved).sum()} of {len(saved)}",
                f"{max(0.0, float(np.median(saved))):.0%}",
                f"{claimed:.0%}",
            ]
        )
        verdicts.append(
            f"{METHODS[name].title}: {'agreed' if np.median(saved) >= claimed else 'not agreed'}"
        )
        print(name, flush=True)
    body = (
        f"{options.count} held-out avatars under `avatars`, one seed, about {options.evaluations} "
        "pictures drawn. Saved: the part of the pictures that the search with the encoder could do "
        "without and still end as low as the search without; 0 where it never gets there.\n\n"
        + report.table(
            [
                "search",
                "loss without",
                "loss with encoder",
                "as low",
                "saved, median",
                "the paper's",
            ],
            rows,
        )
        + f"\n\n{'; '.join(verdicts)}."
    )
    report.write(
        "encoder-start",
        "Beginning at an encoder's estimate (pix2latent, section 3.3)",
        f"python -m benchmarks encoder-start --count {options.count} "
        f"--evaluations {options.evaluations} --seed {options.seed}",
        body,
    )
    print(body)


def saving(plain: NDArray[np.float64], guided: NDArray[np.float64]) -> float:
    """The part of `plain`'s pictures that `guided` does without to reach its last loss, each
    [2, steps] of pictures drawn and best loss; -inf if it never does."""
    reached = np.flatnonzero(guided[1] <= plain[1, -1])
    return float(1 - guided[0, reached[0]] / plain[0, -1]) if len(reached) else -np.inf
