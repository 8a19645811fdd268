"""What the out-of-domain benchmark writes: the paper's table and ours, its claims and ours."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import spearmanr  # type: ignore[import-untyped]  # scipy ships no types

from benchmarks.common import report
from benchmarks.common.one_batch import Found
from inversion import METHODS

# SPHInX, figure 5: PSNR in dB by our names of the methods, the columns in the order of MOVES
PAPER: dict[str, tuple[float, ...]] = {
    "w+": (25.63, 25.06, 24.53, 23.92, 25.76, 24.65, 23.87, 25.82, 25.25, 26.17, 26.27),
    "p-norm+": (21.79, 20.94, 19.78, 18.54, 20.70, 18.91, 17.93, 21.53, 19.41, 22.07, 21.85),
    "w": (18.73, 18.29, 17.31, 16.71, 17.95, 17.22, 16.02, 18.65, 18.43, 19.12, 19.43),
    "encoder": (20.54, 19.03, 17.59, 16.50, 19.14, 17.78, 16.99, 19.02, 17.78, 20.63, 20.15),
    "bdinvert": (26.47, 26.30, 26.37, 26.43, 26.48, 26.49, 26.33, 26.44, 26.28, 26.98, 27.26),
    "sphinx": (29.68, 29.31, 28.96, 28.81, 29.12, 28.72, 28.59, 28.62, 29.07, 29.22, 28.71),
}
COLUMNS = (
    "shift 0", "shift 50", "shift 100", "shift 150", "turn 10°", "turn 20°", "turn 30°",
    "scale 0.75", "scale 0.875", "scale 1.125", "scale 1.25",
)  # fmt: skip
NON_FACE = ("sphinx", "(w+, s, b)", "(w+, s)", "ilo", "w+")  # figure 9 calls (w+, s) I2S++
RIVALS = ("w+", "p-norm+", "w", "encoder")  # that SPHInX is to be above on moved avatars


@dataclass(frozen=True)
class Grid:
    """Answers for `count` pictures under each of `moves`, a move after another, by method."""

    moves: tuple[str, ...]
    count: int
    pace: str
    found: Mapping[str, Found]

    def median(self, method: str, column: int) -> float:
        rows = slice(column * self.count, (column + 1) * self.count)
        return statistics.median(self.found[method].psnr[rows])


def section(grids: Sequence[Grid], count: int, rates: str) -> str:
    """The paper's table, ours at every pace, and whether they agree; `rates` is a sentence."""
    first = grids[0]
    methods = list(first.found)
    parts = [
        f"{count} held-out avatars under `avatars`, moved as the paper moves photos, in proportion "
        "to the frame; shifts are of 1024 pixels, in a direction of each picture's own, and the "
        "border goes on where nothing is known. One seed a picture, all pictures of a method as "
        "one batch, the best of its run by loss, at 8 bits. PSNR in dB, median over pictures. "
        f"BDInvert begins at the embedded encoder's estimate. {rates} Its pictures are photos of "
        "1024 pixels.",
        "**The paper** (FFHQ-1024)\n\n" + _table(first.moves, methods, _paper(first.moves)),
    ]
    for grid in grids:
        rows = {m: [grid.median(m, k) for k in range(len(grid.moves))] for m in methods}
        parts.append(f"**Here, {grid.pace}**\n\n" + _table(grid.moves, methods, rows, grid.found))
    return "\n\n".join([*parts, verdicts(grids)])


def _paper(moves: Sequence[str]) -> dict[str, list[float]]:
    return {m: [row[COLUMNS.index(move)] for move in moves] for m, row in PAPER.items()}


def _table(
    moves: Sequence[str],
    methods: Sequence[str],
    values: Mapping[str, Sequence[float]],
    found: Mapping[str, Found] | None = None,
) -> str:
    rows = [
        [METHODS[m].title, *(f"{v:.2f}" for v in values[m])]
        + ([] if found is None else [str(found[m].steps), f"{found[m].seconds:.0f}"])
        for m in sorted(methods, key=lambda m: -statistics.mean(values[m]))
    ]
    return report.table(["method", *moves, *(["steps", "seconds"] if found else [])], rows)


def verdicts(grids: Sequence[Grid]) -> str:
    """For every pace: is SPHInX above each rival on the moved pictures, and do the orders agree."""
    rows = []
    for grid in grids:
        moved = [k for k, move in enumerate(grid.moves) if move != "shift 0"]
        mine = {m: statistics.mean(grid.median(m, k) for k in moved) for m in grid.found}
        names = [grid.moves[k] for k in moved]
        papers = {m: statistics.mean(_paper(names)[m]) for m in grid.found}
        for rival in (m for m in (*RIVALS, "bdinvert") if m in mine and "sphinx" in mine):
            above = [grid.median("sphinx", k) > grid.median(rival, k) for k in moved]
            ahead = mine["sphinx"] - mine[rival]
            rows.append(
                [
                    f"SPHInX above {METHODS[rival].title}",
                    grid.pace,
                    f"+{papers['sphinx'] - papers[rival]:.1f} dB",
                    f"{ahead:+.1f} dB, in {sum(above)} of {len(above)} moves",
                    "agreed" if all(above) else "not agreed",
                ]
            )
        if len(mine) > 2:
            rho = float(spearmanr(list(mine.values()), [papers[m] for m in mine]).statistic)
            order = ", ".join(sorted(mine, key=lambda m: -mine[m]))
            rows.append(
                ["the whole order", grid.pace, ", ".join(sorted(mine, key=lambda m: -papers[m])),
                 f"{order}; rank correlation {rho:.2f}", "agreed" if rho == 1 else "not agreed"]
            )  # fmt: skip
    head = ["mean over the moved pictures", "at", "paper", "here", "in every move"]
    return report.table(head, rows)


def non_face_body(
    found: Sequence[tuple[str, Mapping[str, Found]]], count: int, name: str, rates: str
) -> str:
    """Figure 9: medians and quartiles of both metrics, and its two claims."""
    parts = [
        f"{count} pictures of {name}, none of an avatar, under `avatars`; one seed a picture, all "
        "as one batch. Median [quartiles]. All descend the squared error and the perceptual "
        "distance alike, ILO too, whose own default is the squared error alone. "
        f"{rates} The paper (figure 9) shows curves without figures: SPHInX is best in both "
        "metrics, (w+, s, b) second, (w+, s) and ILO alike below it.",
    ]
    for pace, methods in found:
        rows = [
            [
                METHODS[m].title,
                report.median_quartiles(each.psnr, 2),
                report.median_quartiles(each.distance, 3),
                str(each.steps),
                f"{each.seconds:.0f}",
            ]
            for m, each in sorted(methods.items(), key=lambda x: -statistics.median(x[1].psnr))
        ]
        head = ["method", "PSNR, dB ↑", "LPIPS (AlexNet) ↓", "steps", "seconds"]
        parts.append(f"**{pace}**\n\n" + report.table(head, rows))
        order = sorted(methods, key=lambda m: -statistics.median(methods[m].psnr))
        near = sorted(methods, key=lambda m: statistics.median(methods[m].distance))
        best = order[0] == near[0] == "sphinx"
        second = order[1] == "(w+, s, b)"
        parts.append(
            f"SPHInX best in both: {'agreed' if best else 'not agreed'}; (w+, s, b) second in PSNR:"
            f" {'agreed' if second else 'not agreed'}. Here the order is {', '.join(order)} in PSNR"
            f" and {', '.join(near)} in distance."
        )
    return "\n\n".join(parts)
