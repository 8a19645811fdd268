"""Held-out pictures with their class, and figures for docs/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from benchmarks.common import report
from inversion.pictures.images import Picture
from training.avatars import attributes
from training.data.baked import held_out


@dataclass(frozen=True)
class Case:
    """A picture that no generator saw, uint8 [H, W, 3], and the number of its species."""

    picture: Picture
    label: int


def cases(count: int, resolution: int) -> list[Case]:
    """The first `count` held-out avatars."""
    images, codes = held_out(count, resolution=resolution)
    labels = attributes(codes).species.tolist()
    pictures = images.permute(0, 2, 3, 1).numpy()
    return [Case(picture, int(label)) for picture, label in zip(pictures, labels, strict=True)]


def figure(width: float = 8, height: float = 4.5) -> Figure:
    """An empty figure, in inches, that needs no screen."""
    drawing = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(drawing)
    return drawing


def curves(
    name: str, series: Mapping[str, NDArray[np.float64]], at: NDArray[np.int64], label: str
) -> str:
    """Plots the median over pictures of each series [pictures, points] against evaluations `at`;
    the Markdown that shows it."""
    drawing = figure()
    axes = drawing.add_subplot()
    for title, values in series.items():
        axes.plot(at, np.median(values, axis=0), label=title)
    axes.set(xlabel="pictures drawn", ylabel=f"{label}, median", yscale="log")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, ncols=2)
    return saved(name, drawing)


def saved(name: str, drawing: Figure | Image.Image) -> str:
    """Writes docs/`name`.png; the Markdown that shows it."""
    path: Path = report.RESULTS.with_name(f"{name}.png")
    path.parent.mkdir(exist_ok=True)
    if isinstance(drawing, Figure):
        drawing.savefig(path, dpi=110)
    else:
        drawing.save(path, optimize=True)
    return f"![{name.replace('-', ' ')}]({path.name})"


def sheet(rows: Sequence[Sequence[Picture]]) -> Image.Image:
    """Pictures of one size side by side, a row below another."""
    return Image.fromarray(np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0))
