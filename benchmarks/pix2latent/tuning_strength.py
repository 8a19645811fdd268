"""How the strength of fine-tuning weighs likeness against editing (pix2latent, figure 16)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from scipy.stats import spearmanr  # type: ignore[import-untyped]  # scipy ships no types

from benchmarks.common import report, sheets
from inversion import Tuning, invert, tune, tuned
from inversion.latents import Codes
from inversion.pictures.images import Picture, to_tensor, to_uint8
from models import load, load_perceptual
from models.generators.generator import Generator

PENALTIES = (0.0, 1e2, 1e3, 1e4, 1e5)


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks strength", description=__doc__)
    parser.add_argument("--count", type=int, default=6, help="held-out avatars")
    parser.add_argument("--steps", type=int, default=150, help="of the search, and of the tuning")
    parser.add_argument("--seed", type=int, default=0, help="of the search")
    options = parser.parse_args(argv)
    G, perceptual = load("species"), load_perceptual("embedded")
    likeness: dict[float, list[float]] = {penalty: [] for penalty in PENALTIES}
    damage: dict[float, list[float]] = {penalty: [] for penalty in PENALTIES}
    rows: list[list[Picture]] = []
    for case in sheets.cases(options.count, G.resolution):
        result = invert(
            G,
            case.picture,
            "z",
            label=case.label,
            seeds=1,
            seed=options.seed,
            steps=options.steps,
            perceptual=perceptual,
        )
        other = (case.label + 1) % G.num_classes
        plain = changed(G, result.codes, case.label, other)
        top, below = [case.picture, result.render(G)[0]], [case.picture, to_uint8(plain)[0]]
        for penalty in PENALTIES:
            tuning = Tuning(steps=options.steps, penalty=penalty, until=0.0)
            *_, last = tune(G, result, tuning, perceptual=perceptual)
            answer = last.result()
            mine = tuned(G, answer.deltas or {})
            edited = changed(mine, answer.codes, case.label, other)
            likeness[penalty].append(answer.metrics[perceptual.judge.name][0])
            damage[penalty].append(float(perceptual(edited, plain)[0]))
            top.append(answer.render(G)[0])
            below.append(to_uint8(edited)[0])
        rows += [top, below]
        print(f"{len(rows) // 2} of {options.count}", flush=True)
    lines = [
        [
            f"{penalty:g}",
            report.median_quartiles(likeness[penalty], 3),
            report.median_quartiles(damage[penalty], 3),
        ]
        for penalty in PENALTIES
    ]
    trend = [
        spearmanr(PENALTIES, [np.median(values[p]) for p in PENALTIES]).statistic
        for values in (likeness, damage)
    ]
    agreed = "agreed" if trend[0] > 0.5 and trend[1] < -0.5 else "not agreed"
    body = (
        f"{options.count} held-out avatars under `species`: {options.steps} steps of `z`, then "
        f"{options.steps} of fine-tuning. Odd rows: the picture, its projection, fine-tuned with a "
        f"penalty of {', '.join(f'{p:g}' for p in PENALTIES)}. Even rows: the same, turned into "
        "the next species with z kept.\n\n"
        + sheets.saved("strength", sheets.sheet(rows[:8]))
        + "\n\n"
        + report.table(
            [
                "penalty",
                f"to the picture: {perceptual.judge.name}",
                "edited: the same, to what the untuned weights draw",
            ],
            lines,
        )
        + "\n\nThe paper: a smaller penalty fits better and leaves more artefacts in the edit. "
        f"Rank correlation with the penalty here: {trend[0]:.2f} for the distance to the picture, "
        f"{trend[1]:.2f} for the change of the edit; {agreed}."
    )
    report.write(
        "strength",
        "Fine-tuning against editing (pix2latent, figure 16)",
        f"python -m benchmarks strength --count {options.count} --steps {options.steps} "
        f"--seed {options.seed}",
        body,
    )
    print(body)


@torch.no_grad()
def changed(G: Generator, codes: Codes, label: int, other: int) -> torch.Tensor:
    """The picture of these codes with their class vector moved from one class to the other."""
    assert codes.z is not None and codes.c is not None, "the search was over z and c"
    c = codes.c + G.embeddings[other] - G.embeddings[label]
    return to_tensor(to_uint8(replace(codes, ws=G.map(codes.z, c)).synthesize(G)))
