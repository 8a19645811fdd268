"""All cells of a race beside one another; zoom and place are those of all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from inversion.comparison import Cell, Standing
from inversion.comparison.sheet import near
from inversion.pictures.images import Picture
from studio.messages import reduced
from ui.components import html

CODE = (Path(__file__).parent / "board.js").read_text()
SHOWN = 256  # pixels a side that a cell is given while it runs


def board(**options: Any) -> gr.HTML:
    """Its value is `standing_of`; drawn by its script, so that zoom, place and what has the
    keyboard stay while it runs."""
    return gr.HTML(
        {"tiles": [], "against": "", "columns": 1},
        html_template='<div class="race"></div>',
        js_on_load=CODE,
        apply_default_css=False,
        **options,
    )


def standing_of(standing: Standing, over: bool = False) -> dict[str, Any]:
    """What the board shows of a race."""
    truth, degraded = standing.truth, standing.degraded
    first = "what is left" if degraded else "your picture"
    tiles = [given(standing.target, first)]
    if truth is not None and degraded:
        tiles.append(given(truth, "truth"))
    against = tiles[-1]["source"]
    leader = standing.leader
    models = {cell.model for cell in standing.cells}
    tiles += [
        tile(cell, standing, i == leader, len(models) > 1, over)
        for i, cell in enumerate(standing.cells)
    ]
    count = len(tiles)
    return {
        "tiles": tiles,
        "against": against,
        "columns": count if count <= 3 else 3 if count <= 6 else 4,
    }


def given(picture: Picture, name: str) -> dict[str, Any]:
    """A picture that nothing searches for an answer to."""
    return {"name": name, "given": True, "source": source(picture)}


def tile(
    cell: Cell, standing: Standing, leads: bool, named: bool, over: bool = False
) -> dict[str, Any]:
    """A cell: its picture, numbers, and how far it is."""
    part = 1.0 if cell.state != "running" else cell.used(standing.equal) / standing.budget
    return {
        "name": cell.name,
        "model": cell.model if named else "",
        "source": "" if cell.picture is None else source(cell.picture),
        "numbers": near(cell, standing.nearest_by),
        "detail": detail(cell),
        "sentence": cell.sentence,
        "state": cell.state,
        "done": f"{min(1.0, part):.1%}",
        "leads": ("nearest" if over else "leads") if leads else "",
    }


def detail(cell: Cell) -> str:
    """How far it is."""
    if not cell.step:
        return "waiting for its turn" if cell.state == "running" else ""
    return f"step {cell.step} · {cell.seconds:.1f} s"


def source(picture: Picture) -> str:
    return html.uri(reduced(picture[None], SHOWN)[0])
