"""The loss curve: a small SVG of fixed height, one line a seed, on a logarithmic scale."""

from __future__ import annotations

import math

from markupsafe import Markup

from studio.messages import Progress
from ui.templates import render


class History:
    """Loss of each seed by step, drawn as a curve on a logarithmic scale."""

    def __init__(self) -> None:
        self.losses: list[list[float]] = []  # step 1 first
        self.total = 1

    def add(self, frame: Progress) -> None:
        self.losses += frame.trail
        self.total = frame.steps

    def chart(self) -> Markup:
        """An SVG of fixed height; nothing that could collapse while it fills."""
        drawable = [x for row in self.losses for x in row if math.isfinite(x) and x > 0]
        if len(self.losses) < 2 or not drawable:
            return render("loss_chart", lines=[])
        low, high = math.log10(min(drawable)) - 0.05, math.log10(max(drawable)) + 0.05
        thin = math.ceil(len(self.losses) / 250)
        kept = sorted({*range(0, len(self.losses), thin), len(self.losses) - 1})

        def height(loss: float) -> float:
            return 100 * (high - math.log10(loss)) / (high - low)

        def points(seed: int) -> str:
            return " ".join(
                f"{1000 * (i + 1) / self.total:.0f},{height(self.losses[i][seed]):.1f}"
                for i in kept
                if math.isfinite(self.losses[i][seed]) and self.losses[i][seed] > 0
            )

        last = self.losses[-1]
        order = sorted(range(len(last)), key=lambda i: sortable(last[i]), reverse=True)
        ticks = [
            (f"{height(value):.1f}", f"{value:g}")
            for value in _ticks(10**low, 10**high)
            if height(value) < 90  # below that its label would leave the plot
        ]
        lines = [points(i) for i in order]  # the best last, on top
        return render("loss_chart", lines=lines, ticks=ticks, best=f"{min(last):.3g}")


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers 1, 2, 5 × 10ᵏ between two bounds, at most five."""
    k = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    marks = [m * 10**e for e in k for m in (1, 2, 5) if low <= m * 10**e <= high]
    return marks if len(marks) <= 5 else [m for m in marks if f"{m:e}"[0] == "1"]


def sortable(loss: float) -> float:
    return loss if math.isfinite(loss) else math.inf
