"""Denoising and compressed recovery of pictures that are no avatars, under the avatars' generator
(SPHInX, figures 10 and 11)."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping, Sequence

from benchmarks.common import report, sheets
from benchmarks.common.one_batch import Found, named_path, pictures_of
from benchmarks.common.terms import Terms
from benchmarks.sphinx.out_of_domain import PHOTOS
from inversion.operators import TASKS, configured
from models import load, load_encoder, load_perceptual

LEVELS: dict[str, tuple[str, tuple[float, ...]]] = {
    "denoising": ("denoising.sigma", (0.2, 0.4, 0.6, 0.8, 1.0)),
    "compressed-sensing": ("compressed-sensing.percent", (1.0, 2.0, 3.0, 4.0, 5.0)),
}
METHODS_COMPARED = ("sphinx", "(w+, s, b)", "(z+, s, b)")  # figure 10's
WORDS = {"denoising": "noise σ", "compressed-sensing": "measurements, %"}
Curves = dict[str, dict[float, Found]]  # by method and level


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks recovery", description=__doc__)
    parser.add_argument("--set", default=f"photos={PHOTOS}", help="name=path: photos or a zip")
    parser.add_argument("--count", type=int, default=2, help="pictures, at least 2")
    Terms.arguments(parser)
    parser.add_argument("--tasks", nargs="+", default=list(LEVELS), choices=tuple(LEVELS))
    parser.add_argument("--levels", type=int, default=5, help="how many of each task's five")
    parser.add_argument("--equal-steps-only", action="store_true", help="half the time")
    options = parser.parse_args(argv)
    G, perceptual, encoder = load("avatars"), load_perceptual("embedded"), load_encoder("avatars")
    name, path = named_path(options.set)
    pictures = pictures_of(path, options.count, G.resolution)
    terms = Terms(options.steps, options.rate, not options.equal_steps_only)
    how = f"--set {name}=PATH --count {options.count} {terms.words()} --levels {options.levels}"
    for task in options.tasks:
        knob, levels = LEVELS[task]
        spread = [levels[i * 4 // max(1, options.levels - 1)] for i in range(options.levels)]
        paces: dict[str, Curves] = {}
        for level in spread:
            (row,) = configured(task, {knob: level})
            A = row.operator(G.resolution)
            tables = terms.compare(G, perceptual, encoder, pictures, METHODS_COMPARED, A)
            for k, (_, found) in enumerate(tables):
                pace = f"{options.steps} steps each" if k == 0 else "equal seconds, SPHInX's"
                curves = paces.setdefault(pace, {m: {} for m in METHODS_COMPARED})
                for method, each in found.items():
                    curves[method][level] = each
        body = section(task, paces, len(pictures), name, terms.rates(METHODS_COMPARED))
        figure = 10 if task == "denoising" else 11
        report.write(
            f"recovery-{task}-{name}",
            f"{TASKS[task].title} of {name} under the avatars' generator (SPHInX, figure {figure})",
            f"python -m benchmarks recovery {how} --tasks {task}",
            body,
        )
        print(body, flush=True)


def section(task: str, paces: Mapping[str, Curves], count: int, name: str, rates: str) -> str:
    """Curves, a table a pace, and the paper's order beside ours."""
    losses = "MSE and perceptual distance" if task == "denoising" else "MSE alone"
    parts = [
        f"{count} pictures of {name}, {losses}; as the paper, mean ± standard deviation over "
        f"pictures. PSNR is to the true picture. {rates}"
    ]
    for k, (pace, curves) in enumerate(paces.items()):
        parts.append(f"**{pace[0].upper()}{pace[1:]}**")
        parts.append(plot(f"recovery-{task}-{name}-{'seconds' if k else 'steps'}", task, curves))
        levels = list(next(iter(curves.values())))
        rows = [
            [
                method,
                *(spread(found[level].psnr, 2) for level in levels),
                *(spread(found[level].distance, 3) for level in levels),
                f"{statistics.mean(each.steps for each in found.values()):.0f}",
                f"{sum(each.seconds for each in found.values()):.0f}",
            ]
            for method, found in curves.items()
        ]
        heads = [f"PSNR at {level:g}" for level in levels]
        heads += [f"distance at {level:g}" for level in levels]
        parts.append(report.table(["method", *heads, "steps", "seconds"], rows))
        parts.append(verdict(curves))
    return "\n\n".join(parts)


def spread(values: Sequence[float], digits: int) -> str:
    return f"{statistics.mean(values):.{digits}f} ± {statistics.pstdev(values):.{digits}f}"


def plot(file: str, task: str, curves: Curves) -> str:
    """Both metrics against the level; the Markdown that shows it."""
    drawing = sheets.figure(10, 4)
    for axes, metric in zip(drawing.subplots(1, 2), ("psnr", "distance"), strict=True):
        for method, found in curves.items():
            values = [getattr(each, metric) for each in found.values()]
            axes.errorbar(
                list(found),
                [statistics.mean(v) for v in values],
                [statistics.pstdev(v) for v in values],
                fmt="o-",
                capsize=3,
                label=method,
            )
        axes.set(xlabel=WORDS[task], ylabel="PSNR, dB" if metric == "psnr" else "distance")
        axes.grid(alpha=0.3)
    drawing.axes[0].legend(fontsize=8)
    return sheets.saved(file, drawing)


def verdict(curves: Curves) -> str:
    """The paper's claim, that SPHInX is the best at every level in both metrics, beside ours."""
    levels = list(curves["sphinx"])
    parts = []
    for word, metric, best in (("PSNR", "psnr", max), ("distance", "distance", min)):
        means = {
            method: [statistics.mean(getattr(found[level], metric)) for level in levels]
            for method, found in curves.items()
        }
        wins = sum(
            means["sphinx"][k] == best(values[k] for values in means.values())
            for k in range(len(levels))
        )
        order = sorted(means, key=lambda m: statistics.mean(means[m]), reverse=best is max)
        agreed = "agreed" if wins == len(levels) else "not agreed"
        parts.append(
            f"in {word} it is at {wins} of {len(levels)}, and over all levels the order is "
            f"{', '.join(order)}: {agreed}"
        )
    return f"The paper: SPHInX is the best at every level in both. Here {'; '.join(parts)}."
