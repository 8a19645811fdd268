"""Out-of-domain pictures: avatars moved in their frame (SPHInX, figure 5), and pictures that are no
avatars at all (figure 9), under the avatars' generator."""

from __future__ import annotations

import argparse
import math
import shlex
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.common import report, sheets
from benchmarks.common.one_batch import named_path, pictures_of
from benchmarks.common.terms import Terms
from benchmarks.sphinx.out_of_domain_report import NON_FACE, PAPER, Grid, non_face_body, section
from inversion.pictures.images import to_tensor
from inversion.pictures.warps import warp
from models import load, load_encoder, load_perceptual

PHOTOS = Path(__file__).parents[2] / "assets" / "photos"
FRAME = 1024  # pixels a side that the paper's translations are of
# translation in pixels of 1024, rotation in degrees, scale; the paper's columns in order
MOVES: dict[str, tuple[float, float, float]] = {
    **{f"shift {d}": (d, 0.0, 1.0) for d in (0, 50, 100, 150)},
    **{f"turn {a}°": (0.0, a, 1.0) for a in (10, 20, 30)},
    **{f"scale {s:g}": (0.0, 0.0, s) for s in (0.75, 0.875, 1.125, 1.25)},
}


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks out-of-domain", description=__doc__)
    parser.add_argument("--count", type=int, default=2, help="held-out avatars, and pictures a set")
    Terms.arguments(parser)
    parser.add_argument("--moves", nargs="+", default=list(MOVES), choices=tuple(MOVES))
    parser.add_argument("--methods", nargs="*", default=list(PAPER), choices=tuple(PAPER))
    parser.add_argument(
        "--sets",
        nargs="*",
        default=[f"photos={PHOTOS}"],
        help="non-face sets, each name=path: a folder of photos, or a zip of scans with test/",
    )
    parser.add_argument("--equal-steps-only", action="store_true", help="half the time")
    options = parser.parse_args(argv)
    if options.sets and options.count < 2:
        parser.error("a set has quartiles, so that --count must be 2 or more; or give no --sets")
    G, perceptual, encoder = load("avatars"), load_perceptual("embedded"), load_encoder("avatars")
    terms = Terms(options.steps, options.rate, not options.equal_steps_only)
    how = f"--count {options.count} {terms.words()}"
    if options.methods:
        moves = tuple(options.moves)
        columns = "" if moves == tuple(MOVES) else f" --moves {shlex.join(moves)}"
        avatars = torch.cat([to_tensor(c.picture) for c in sheets.cases(options.count, 64)])
        moved = torch.cat([move(avatars, MOVES[name]) for name in moves])
        found = terms.compare(G, perceptual, encoder, moved, options.methods)
        write(
            f"out-of-domain-{options.steps}",
            f"Moved avatars (SPHInX, figure 5), {options.steps} steps",
            f"{how}{columns} --methods {shlex.join(options.methods)} --sets",
            section(
                [Grid(moves, options.count, *each) for each in found],
                options.count,
                terms.rates(options.methods),
            ),
        )
    for text in options.sets:
        name, path = named_path(text)
        pictures = pictures_of(path, options.count, G.resolution)
        found = terms.compare(G, perceptual, encoder, pictures, NON_FACE)
        write(
            f"non-face-{name}",
            f"No faces: {name} under the avatars' generator (SPHInX, figure 9)",
            f"{how} --methods --sets {name}=PATH",
            non_face_body(found, len(pictures), name, terms.rates(NON_FACE)),
        )


def write(key: str, title: str, how: str, body: str) -> None:
    report.write(key, title, f"python -m benchmarks out-of-domain {how}", body)
    print(body, flush=True)


def move(x: Tensor, by: tuple[float, float, float]) -> Tensor:
    """Pictures x [n, 3, H, W], each shifted in a direction of its own; the border goes on."""
    length, degrees, scale = by
    part = length / FRAME
    angles = torch.rand(len(x), generator=torch.Generator().manual_seed(0)) * 2 * math.pi
    rows = [
        warp(each[None], degrees, scale, (part * math.cos(angle), part * math.sin(angle)))
        for each, angle in zip(x, angles.tolist(), strict=True)
    ]
    return torch.cat(rows).clamp(-1, 1)
