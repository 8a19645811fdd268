"""Projection of held-out avatars: how near each method comes, and how long it takes."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence

from benchmarks.common import report
from benchmarks.common.pace import SHARES, SHARES_HELP, shortened
from inversion import METHODS, invert
from models import load, load_encoder, load_perceptual
from training.data.baked import held_out

USUAL = ("z", "w", "w+", "(w+, b)")


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks projection", description=__doc__)
    parser.add_argument("--count", type=int, default=24, help="held-out avatars")
    parser.add_argument("--effort", default="balanced", choices=tuple(SHARES), help=SHARES_HELP)
    parser.add_argument("--seeds", type=int, default=4, help="runs a picture; the best is scored")
    parser.add_argument(
        "--methods", nargs="+", default=list(USUAL), choices=METHODS, metavar="METHOD"
    )
    options = parser.parse_args(argv)

    G, perceptual = load("avatars"), load_perceptual("embedded")
    images, _ = held_out(options.count, resolution=G.resolution)
    pictures = images.permute(0, 2, 3, 1).numpy()
    rows = []
    encoder = load_encoder("avatars")
    for name in options.methods:
        method = METHODS[name]
        paced = shortened(method, options.effort)
        results = [
            invert(
                G,
                picture,
                name,
                seeds=options.seeds,
                settings=paced.settings(),
                perceptual=perceptual,
                encoder=encoder if method.needs_encoder else None,
            )
            for picture in pictures
        ]
        rows.append(
            [
                method.title,
                str(paced.steps),
                report.median_quartiles([r.metrics["PSNR"][0] for r in results], 2),
                report.median_quartiles([r.metrics["SSIM"][0] for r in results], 3),
                report.median_quartiles([r.metrics[perceptual.judge.name][0] for r in results], 4),
                report.median_quartiles([r.seconds for r in results], 1),
            ]
        )
    header = ["method", "steps", "PSNR, dB", "SSIM", perceptual.judge.name, "seconds a picture"]
    command = f"python -m benchmarks projection --count {options.count} --effort {options.effort}"
    body = (
        f"{options.count} avatars that the generator was not trained on (another seed of the same "
        f"renderer), {G.resolution} px, seeds 0 to {options.seeds - 1} as one batch, the seed of "
        "lowest loss scored on its 8-bit picture. Median [quartiles].\n\n"
        + report.table(header, rows)
    )
    command += f" --seeds {options.seeds}"
    if options.methods != list(USUAL):
        command += " --methods " + shlex.join(options.methods)
    report.write("projection", "Projection of held-out avatars", command, body)
    print(body)
