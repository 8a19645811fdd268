"""Attribute discovery on held-out avatars: does the direction move what the series differed in, as
far as it says (SPHInX, appendix B and figure 12)."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from scipy.stats import spearmanr  # type: ignore[import-untyped]  # scipy ships no types
from torch import Tensor

from benchmarks.common import report, sheets
from benchmarks.common.pace import SHARES, SHARES_HELP, shortened
from inversion import METHODS
from inversion.discover import Discovery, discover
from inversion.editing import Move
from inversion.pictures.images import Picture, to_tensor
from inversion.pictures.series import SERIES, Series, draw_series
from models import load, load_estimator, load_perceptual
from models.encoders.estimator import Estimator
from models.generators.generator import Generator
from training.avatars import attributes, render
from training.data.baked import held_out

RENDERED: dict[str, tuple[float, ...]] = {
    "yaw": (-20.0, 0.0, 20.0),  # degrees: the head turns
    "background_lightness": (0.86, 0.93, 1.0),
}
BEYOND = 0.5  # of the way to the farthest picture, to either side of the series
Read = Callable[[Tensor], list[float]]  # pictures [n, 3, H, W] -> the attribute of each


@dataclass(frozen=True)
class Trial:
    """One discovery: the attribute as it is read of the `given` pictures and of what the direction
    draws at the same places (`reached`), the rank correlation of strength and reading over the
    series and beyond it, there (`own`) and on another avatar's answer (`other`)."""

    given: list[float]
    reached: list[float]
    own: float
    other: float
    psnr: float

    @property
    def error(self) -> float:
        """How far off the worst of what was reached is, as a part of the series' range."""
        apart = np.abs(np.subtract(self.reached, self.given)).max()
        return float(apart / (max(self.given) - min(self.given)))


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks discovery", description=__doc__)
    names = [*SERIES, *RENDERED]
    parser.add_argument("--count", type=int, default=3, help="held-out avatars, at least 2")
    parser.add_argument("--method", default="w+", choices=tuple(METHODS), help="what is searched")
    parser.add_argument("--effort", default="balanced", choices=tuple(SHARES), help=SHARES_HELP)
    parser.add_argument("--kinds", nargs="+", default=names, choices=names)
    options = parser.parse_args(argv)
    G, reader = load("avatars"), load_estimator("avatars")
    rows, sheet = [], []
    for kind in options.kinds:
        found, made, reads = discovered(G, reader, kind, options)
        trials = [
            trial(G, found[i], made[i], reads[i], found[i - 1], reads[i - 1])
            for i in range(len(found))
        ]
        rows.append(line(kind, trials))
        sheet += [list(made[0].pictures), along(G, found[0], found[0], found[0].strengths)]
        print(kind, rows[-1], flush=True)
    body = section(rows, sheet, options, shortened(METHODS[options.method], options.effort).steps)
    report.write(
        "discovery",
        "Attribute discovery (SPHInX, appendix B)",
        f"python -m benchmarks discovery --count {options.count} --method '{options.method}' "
        f"--effort {options.effort} --kinds {' '.join(options.kinds)}",
        body,
    )
    print(body)


def discovered(
    G: Generator, reader: Estimator, kind: str, options: argparse.Namespace
) -> tuple[list[Discovery], list[Series], list[Read]]:
    """A discovery an avatar, what it was made from, and how the attribute is read of it."""
    perceptual = load_perceptual("embedded")
    settings = shortened(METHODS[options.method], options.effort).settings()
    images, codes = held_out(options.count, resolution=G.resolution)
    found, made, reads = [], [], []
    for image, code in zip(images, codes, strict=True):
        own = image.permute(1, 2, 0).numpy()
        series = draw_series(own, kind, G.resolution) if kind in SERIES else rendered(code, kind)
        for last in discover(  # noqa: B007  # the last one is wanted
            G, series, options.method, settings=settings, perceptual=perceptual
        ):
            pass
        found.append(last.drawn())
        made.append(series)
        reads.append(reading(kind, reader, to_tensor(series.pictures[series.own])))
    return found, made, reads


def rendered(code: Tensor, kind: str) -> Series:
    """The avatar of a code with other values of one attribute, by its renderer."""
    avatar = attributes(code[None])
    pictures = torch.cat([render(avatar.replace(**{kind: v})).images for v in RENDERED[kind]])
    return Series(pictures.permute(0, 2, 3, 1).numpy(), len(RENDERED[kind]) // 2, kind)


def reading(kind: str, reader: Estimator, own: Tensor) -> Read:
    """The embedded estimator, where it knows the attribute. Else the level at which the drawing of
    the series comes nearest to the picture, from `own` [1, 3, H, W], the unchanged one: for
    brightness in closed form, for an angle or a zoom by trial."""
    if kind in RENDERED:
        column = reader.names.index(kind)
        return lambda x: reader(x)[:, column].tolist()
    if kind == "brightness":
        light = (own + 1) / 2
        return lambda x: (((x + 1) / 2 * light).sum((1, 2, 3)) / light.square().sum()).tolist()
    levels = torch.arange(-40, 86, 2.5) if kind == "rotation" else torch.arange(0.5, 2.6, 0.05)
    tried = [SERIES[kind].draw(own, float(level)) for level in levels]
    return partial(nearest, torch.cat(tried), levels)


def nearest(tried: Tensor, levels: Tensor, x: Tensor) -> list[float]:
    """The level of that of `tried` [m, …] that each of x [n, …] is nearest to."""
    return [float(levels[(tried - each).square().flatten(1).sum(1).argmin()]) for each in x]


def along(
    G: Generator, direction: Discovery, on: Discovery, strengths: Sequence[float]
) -> list[Picture]:
    """What a discovery's direction draws of a result, uint8 [H, W, 3] each."""
    return [on.result.edit([Move(direction.direction, s)]).render(G)[0] for s in strengths]


def trial(
    G: Generator,
    found: Discovery,
    series: Series,
    read: Read,
    other: Discovery,
    read_other: Read,
) -> Trial:
    """All that is measured of one discovery; `other` is another avatar's."""
    low, high = min(found.strengths) - BEYOND, max(found.strengths) + BEYOND
    strengths = np.linspace(low, high, 9).tolist()

    def seen(pictures: Sequence[Picture], by: Read) -> list[float]:
        return by(to_tensor(np.stack(pictures)))

    reached = seen(along(G, found, found, found.strengths), read)
    own = rank(strengths, seen(along(G, found, found, strengths), read))
    across = rank(strengths, seen(along(G, found, other, strengths), read_other))
    given = seen(list(series.pictures), read)
    return Trial(given, reached, own, across, found.result.metrics["PSNR"][0])


def rank(strengths: Sequence[float], readings: Sequence[float]) -> float:
    """Rank correlation; 0 where the reading never changes."""
    if max(readings) == min(readings):
        return 0.0
    return float(spearmanr(strengths, readings).statistic)


def line(kind: str, trials: Sequence[Trial]) -> list[str]:
    """A row of the table."""
    errors, own = [t.error for t in trials], [t.own for t in trials]
    recovered = float(np.median(errors)) < 0.25 and float(np.median(own)) > 0.9
    return [
        kind.replace("_", " "),
        "the estimator" if kind in RENDERED else "the drawing",
        report.median_quartiles([t.psnr for t in trials], 1),
        " → ".join(f"{v:.3g}" for v in np.median([t.given for t in trials], 0)),
        " → ".join(f"{v:.3g}" for v in np.median([t.reached for t in trials], 0)),
        report.median_quartiles(errors, 2),
        report.median_quartiles(own, 2),
        report.median_quartiles([t.other for t in trials], 2),
        "recovered" if recovered else "not recovered",
    ]


def section(
    rows: Sequence[Sequence[str]],
    sheet: Sequence[Sequence[Picture]],
    options: argparse.Namespace,
    steps: int,
) -> str:
    head = [
        "attribute",
        "read by",
        "PSNR of w*, dB",
        "given",
        "reached",
        "error",
        "own",
        "another",
        "",
    ]
    return (
        f"{options.count} held-out avatars, {METHODS[options.method].title}, {steps} steps, one "
        "seed, three pictures a series. Brightness, zoom and rotation are drawn from the avatar's "
        "picture as in the paper, and read by which level of that drawing is nearest; yaw, the "
        "head's rotation, and the lightness of the backdrop are rendered anew, and read by the "
        "embedded estimator. Given: read of the pictures of the series; reached: of what the "
        "direction draws in their places; medians. Error: how far off the worst is, as a part of "
        "the range. Own: rank correlation of strength and reading from half a way before the first "
        "picture to half a way past the last; another: the same on another avatar's answer. "
        "Median [quartiles]. Recovered: error below 0.25 and own above 0.9. The sheet, of the "
        "first avatar: every series, and below it what the direction draws.\n\n"
        + sheets.saved("discovery", sheets.sheet(sheet))
        + "\n\n"
        + report.table(head, rows)
        + "\n\nThe paper shows pictures for rotation, brightness and zoom (figure 12) and no "
        "figures: the directions lead on beyond the given pictures."
    )
