"""The page's own drawings: status line, live pictures, tables. Pure functions of numbers.

Each fills in a template of `ui.templates`, where every text is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from markupsafe import Markup

from inversion.pictures.images import Picture
from studio.messages import Outcome, Progress
from ui.components.loss_chart import History, sortable
from ui.templates import macro, render
from ui.templates import uri as uri

Mood = Literal["idle", "busy", "done", "stopped", "error"]
ARROWS = {"PSNR": ("PSNR, dB", "↑"), "SSIM": ("SSIM", "↑")}


def status(mood: Mood, sentence: str, detail: str = "", fraction: float | None = None) -> Markup:
    """The status line; `fraction` in [0, 1] draws a bar."""
    return macro("status", mood, sentence, detail, "" if fraction is None else f"{fraction:.1%}")


def duration(seconds: float) -> str:
    """'about 40 s', 'about 3 min': no more digits than are known."""
    if not math.isfinite(seconds):
        return "a moment"
    if seconds < 1:
        return "under 1 s"
    return f"{math.ceil(seconds)} s" if seconds < 90 else f"{math.ceil(seconds / 60)} min"


def within(markup: str) -> str:
    """Markup for a template of `gr.HTML`, which is evaluated as a template of JavaScript once it is
    filled in: what would be code there is written as characters.

    >>> within("<b>${alert(1)}</b>")
    '<b>&#36;{alert(1)}</b>'
    """
    return markup.translate({ord(each): f"&#{ord(each)};" for each in "$`\\"})


def title(words: str) -> Markup:
    """A heading within a card."""
    return Markup("<h3>{}</h3>").format(words)


def note(sentence: str, kind: str = "") -> Markup:
    """A paragraph in small print."""
    return macro("note", sentence, kind)


def figure(picture: Picture, alt: str, *captions: str, strong: str = "", kind: str = "") -> Markup:
    """A picture with its captions side by side; a line break in one is one on the page."""
    return macro("figure", picture, alt, captions, strong, kind)


def tiles(kind: str, pictures: Iterable[dict[str, Any]], columns: int = 0) -> Markup:
    """Figures in a row, each by the arguments of the macro `figure`."""
    return render("tiles", kind=kind, tiles=list(pictures), columns=columns)


def live(target: Picture, frame: Progress, history: History, called: str = "target") -> Markup:
    """The target, by the name it is called, and every seed as they are now, the loss terms of the
    best, and the curve so far."""
    count = len(frame.seeds)
    best = min(range(count), key=lambda i: sortable(frame.observed[i]))
    rows = 1 if count == 1 else 2 if count <= 6 else 3  # as many as keep every tile large
    terms = {f"loss of seed {frame.seeds[best]}": frame.observed, **frame.terms}
    numbers = [f"{loss:.3g}" for loss in frame.observed]
    return render(
        "live",
        target=target,
        called=called,
        rows=rows,
        columns=math.ceil(count / rows),
        seeds=list(zip(frame.seeds, numbers, frame.preview, strict=True)),
        best=best,
        losses=[(name, f"{values[best]:.3g}") for name, values in terms.items()],
        chart=history.chart(),
    )


def side_by_side(target: Picture, answer: Picture, seed: int) -> Markup:
    side = answer.shape[0]
    size = f"{side} × {side} pixels, enlarged"
    return tiles(
        "pair",
        [
            {"picture": target, "alt": "the crop asked for", "captions": ["target", size]},
            {"picture": answer, "alt": f"the answer of seed {seed}", "captions": [f"seed {seed}"]},
        ],
    )


def metrics(outcome: Outcome, chosen: int, last: Sequence[str] = ()) -> Markup:
    """One row a seed, best loss first, then the row `last`; the arrow says which way is better."""
    result = outcome.result
    heads = [ARROWS.get(name, (name, "↓")) for name in result.metrics]
    columns = [*result.metrics.values(), list(result.losses)]
    rows = (
        (f"{seed}", *(f"{column[i]:.4g}" for column in columns))
        for i, seed in enumerate(result.seeds)
    )
    where = Markup() if result.mask is None else note("Measured inside the painted area.")
    named = ["seed", *(head(*each) for each in (*heads, ("loss", "↓")))]
    return where + table(named, rows, chosen, last)


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    chosen: int | None = None,
    last: Sequence[str] = (),
) -> Markup:
    """A table of text or markup, the first of each row its heading; `last` is a baseline's row."""
    return macro("table", heads, list(rows), chosen, last)


def entry(title: str, small: str, bold: bool = True) -> Markup:
    """A cell of two lines, the lower one small."""
    return macro("entry", title, small, bold)


def head(name: str, arrow: str) -> Markup:
    """A column's name, and an arrow towards the better."""
    return macro("head", name, arrow)
