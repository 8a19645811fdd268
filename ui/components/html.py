"""The page's own drawings: status line, live pictures, tables. Pure functions of numbers.

Every text that could come from outside goes through `escape`.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

from PIL import Image

from inversion.pictures.images import Picture, png
from studio.messages import Outcome, Progress
from ui.components.loss_chart import History, sortable

Mood = Literal["idle", "busy", "done", "stopped", "error"]


def status(mood: Mood, sentence: str, detail: str = "", fraction: float | None = None) -> str:
    """The status line; `fraction` in [0, 1] draws a bar."""
    bar = "" if fraction is None else f'<div class="bar"><i style="width:{fraction:.1%}"></i></div>'
    return (
        f'<div class="status {mood}"><span class="dot"></span>'
        f'<span class="sentence" role="status">{escape(sentence)}</span>'
        f'<span class="detail" aria-live="off">{escape(detail)}</span>{bar}</div>'
    )


def duration(seconds: float) -> str:
    """'about 40 s', 'about 3 min': no more digits than are known."""
    if not math.isfinite(seconds):
        return "a moment"
    if seconds < 1:
        return "under 1 s"
    return f"{math.ceil(seconds)} s" if seconds < 90 else f"{math.ceil(seconds / 60)} min"


def uri(picture: Picture) -> str:
    """A picture as a data URI: PNG when small, JPEG when that would be slow to send."""
    if picture.shape[0] <= 64:
        kind, data = "png", png(picture)
    else:
        stream = io.BytesIO()
        Image.fromarray(picture).save(stream, "jpeg", quality=90)
        kind, data = "jpeg", stream.getvalue()
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def figure(picture: Picture, caption: str, alt: str, kind: str = "") -> str:
    return (
        f'<figure class="tile {kind}"><img src="{uri(picture)}" alt="{escape(alt)}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def live(target: Picture, frame: Progress, history: History, called: str = "target") -> str:
    """The target, by the name it is called, and every seed as they are now, the loss terms of the
    best, and the curve so far."""
    best = min(range(len(frame.seeds)), key=lambda i: sortable(frame.observed[i]))
    tiles = "".join(
        figure(
            picture,
            f"<span>{'seed ' if len(frame.seeds) <= 6 else ''}{seed}</span><b>{loss:.3g}</b>",
            f"what seed {seed} draws now",
            "best" if i == best else "",
        )
        for i, (seed, loss, picture) in enumerate(
            zip(frame.seeds, frame.observed, frame.preview, strict=True)
        )
    )
    terms = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{values[best]:.3g}</dd></div>"
        for name, values in {
            f"loss of seed {frame.seeds[best]}": frame.observed,
            **frame.terms,
        }.items()
    )
    return (
        board(
            figure(target, f"<span>{called}</span>", "the crop asked for", "target"),
            tiles,
            len(frame.seeds),
        )
        + f'<dl class="terms" aria-label="loss terms of the best seed">{terms}</dl>'
        + history.chart()
    )


def board(target: str, tiles: str, seeds: int) -> str:
    """The target beside the seeds: as many rows as keep every tile large."""
    rows = 1 if seeds == 1 else 2 if seeds <= 6 else 3
    columns = math.ceil(seeds / rows)
    return (
        f'<div class="board" style="--rows:{rows};--columns:{columns}">'
        f'{target}<div class="tiles">{tiles}</div></div>'
    )


def side_by_side(target: Picture, answer: Picture, seed: int) -> str:
    side = answer.shape[0]
    return (
        '<div class="pair">'
        + figure(
            target,
            f"<span>target</span><span>{side} × {side} pixels, enlarged</span>",
            "the crop asked for",
        )
        + figure(answer, f"<span>seed {seed}</span>", f"the answer of seed {seed}")
        + "</div>"
    )


ARROWS = {"PSNR": ("PSNR, dB", "↑"), "SSIM": ("SSIM", "↑")}


def metrics(outcome: Outcome, chosen: int, last: str = "") -> str:
    """One row a seed, best loss first, then the row `last`; the arrow says which way is better."""
    result = outcome.result
    heads = [ARROWS.get(name, (name, "↓")) for name in result.metrics] + [("loss", "↓")]
    columns = [*result.metrics.values(), list(result.losses)]
    rows = (
        (f"{seed}", *(f"{column[i]:.4g}" for column in columns))
        for i, seed in enumerate(result.seeds)
    )
    where = "" if result.mask is None else '<p class="note">Measured inside the painted area.</p>'
    return where + table(
        ["seed", *(f"{escape(name)} <small>{arrow}</small>" for name, arrow in heads)],
        rows,
        chosen,
        last,
    )


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    chosen: int | None = None,
    last: str = "",
) -> str:
    """A table of ready HTML cells, the first of each row its heading; `last` is a ready row."""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join(
        f'<tr{" class=chosen" if i == chosen else ""}><th scope="row">{first}</th>'
        + "".join(f"<td>{cell}</td>" for cell in rest)
        + "</tr>"
        for i, (first, *rest) in enumerate(rows)
    )
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}{last}</tbody></table></div>"
    )
