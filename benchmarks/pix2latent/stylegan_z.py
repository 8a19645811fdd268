"""StyleGAN2 inverted in its input space z, by Adam and by BasinCMA (pix2latent, figure 17)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from benchmarks.common import pace, report, sheets
from inversion import METHODS, Inversion, invert
from models import load, load_perceptual

SHOWN = 4  # pictures and seeds on the sheet


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks stylegan-z", description=__doc__)
    parser.add_argument("--count", type=int, default=6, help="held-out avatars")
    parser.add_argument("--evaluations", type=int, default=1600, help="pictures drawn a seed")
    parser.add_argument("--seeds", type=int, default=4, help="runs a picture")
    parser.add_argument("--seed", type=int, default=0, help="number of the first")
    options = parser.parse_args(argv)
    G, perceptual = load("avatars"), load_perceptual("embedded")
    found: dict[str, list[Inversion]] = {}
    for name in ("z", "basincma"):
        method = pace.drawing(METHODS[name], options.evaluations, G.z_dim)
        found[name] = [
            invert(
                G,
                case.picture,
                method,
                seeds=options.seeds,
                seed=options.seed,
                perceptual=perceptual,
            )
            for case in sheets.cases(options.count, G.resolution)
        ]
        print(name, flush=True)
    rows = [
        [
            METHODS[name].title,
            f"{results[0].evaluations}",
            report.median_quartiles([r.losses[0] for r in results], 3),
            report.median_quartiles([float(np.median(r.losses)) for r in results], 3),
            report.median_quartiles([r.metrics["PSNR"][0] for r in results], 2),
            report.median_quartiles([r.metrics[perceptual.judge.name][0] for r in results], 3),
        ]
        for name, results in found.items()
    ]
    z, basin = (np.array([r.losses[0] for r in found[name]]) for name in ("z", "basincma"))
    wins = int((basin < z).sum())
    agreed = "agreed" if wins > len(z) / 2 else "not agreed"
    sheet = [
        [found["z"][i].target, *found[name][i].render(G)[:SHOWN]]
        for i in range(min(SHOWN, options.count))
        for name in found
    ]
    body = (
        f"{options.count} held-out avatars under `avatars`, {options.seeds} seeds, about the same "
        "number of pictures drawn for each seed. The sheet: the picture, then the best seeds, by "
        "Adam above and by BasinCMA below.\n\n"
        + sheets.saved("stylegan-z", sheets.sheet(sheet))
        + "\n\n"
        + report.table(
            [
                "search",
                "pictures drawn a seed",
                "loss, best seed",
                "loss, median seed",
                "PSNR, dB",
                perceptual.judge.name,
            ],
            rows,
        )
        + "\n\nThe paper shows BasinCMA ahead of Adam in z of StyleGAN2. Here it has the lower "
        f"loss on {wins} of {len(z)} pictures; {agreed}."
    )
    report.write(
        "stylegan-z",
        "StyleGAN2 in z (pix2latent, figure 17)",
        f"python -m benchmarks stylegan-z --count {options.count} "
        f"--evaluations {options.evaluations} --seeds {options.seeds} --seed {options.seed}",
        body,
    )
    print(body)
