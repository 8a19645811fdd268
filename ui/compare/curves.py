"""Quality against what was used, a line a method: for Plotly, which the page has; a click on the
legend hides a line, one more click shows it again."""

from __future__ import annotations

import json
from typing import Any

from gradio.components.plot import PlotData

from inversion.comparison import Standing, Terms
from inversion.comparison.standing import HIGHER

LINES = (  # that are told apart in light, in dark and by who sees few colours (Okabe and Ito)
    "#0f766a", "#d55e00", "#0072b2", "#cc79a7", "#e69f00", "#56b4e9", "#8f6bb3", "#77726a",
    "#009e73",
)  # fmt: skip
AXIS = {"seconds": "seconds", "pictures": "pictures drawn", "steps": "steps"}
INK, GRID = "#77726a", "rgba(119,114,106,.22)"


def curves(standing: Standing, metric: str) -> PlotData:
    """Every cell's best picture so far by the metric, over what the terms share out."""
    traces = []
    for i, cell in enumerate(standing.cells):
        at = [point for point in cell.curve if metric in point.metrics]
        if at:
            traces.append(line(cell.name, i, standing.equal, at, metric))
    axis = {"gridcolor": GRID, "zeroline": False, "linecolor": GRID, "automargin": True}
    better = "higher is nearer" if metric in HIGHER else "lower is nearer"
    layout = {
        "height": 340,
        "margin": {"l": 56, "r": 12, "t": 8, "b": 48},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "IBM Plex Sans, system-ui, sans-serif", "size": 12, "color": INK},
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": axis | {"title": {"text": AXIS[standing.equal]}, "rangemode": "tozero"},
        "yaxis": axis | {"title": {"text": f"{metric}, {better}"}},
    }
    config = {"displayModeBar": False}
    return PlotData(
        type="plotly", plot=json.dumps({"data": traces, "layout": layout, "config": config})
    )


def line(name: str, i: int, equal: Terms, at: Any, metric: str) -> dict[str, Any]:
    """One method: a line, or of one look a point."""
    x = {"seconds": "seconds", "pictures": "pictures", "steps": "step"}[equal]
    colour = LINES[i % len(LINES)]
    return {
        "type": "scatter",
        "mode": "lines" if len(at) > 2 else "markers",
        "name": name,
        "x": [getattr(point, x) for point in at],
        "y": [point.metrics[metric] for point in at],
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "size": 8},
    }
