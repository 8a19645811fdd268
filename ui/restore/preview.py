"""What is left of a picture, as the search will see it, with the task in words."""

from __future__ import annotations

from markupsafe import Markup

from inversion.operators.observation import Observation
from inversion.pictures.images import to_uint8
from ui.components.controls import words
from ui.restore.knobs import KNOBS, short
from ui.templates import render

CLEAN, DEGRADED, MEASURED = "clean", "degraded", "measured"  # how the picture comes
ESTIMATED = "Settings that you leave are read off the picture where that can be done."


def left(seen: Observation, way: str) -> Markup:
    """The degraded picture, its task in words, and what is known of it."""
    measured = seen.measurement
    assert measured is not None, "every task of this tab leaves a measurement"
    share = seen.y.numel() * seen.operator.fraction / seen.target.size
    rows = {
        "task": measured.title,
        **{
            words(short(name)): f"{value:g}" if isinstance(value, float) else str(value)
            for name, value in measured.settings.items()
            if name not in KNOBS or KNOBS[name].matters(measured.settings)
        },
        "left": f"{share:.1%} of the numbers",
        "truth": "known" if way == CLEAN else "unknown",
    }
    return render(
        "measurement",
        picture=to_uint8(seen.view)[0],
        rows=rows,
        estimated=ESTIMATED if way == DEGRADED else "",
    )
