"""What the panel of discovery asks about, and how its search is shown. Knows no Gradio."""

from __future__ import annotations

import numpy as np

from inversion import METHODS, Inversion
from inversion.discover import refuses
from inversion.pictures.images import Crop, Picture
from inversion.pictures.series import Series, draw_series, series_beside
from models.errors import StudioError
from models.generators.generator import Generator
from studio.messages import Progress, reduced
from ui.components import html

OWN = "My own pictures"
METHODS_OFFERED = ("w+", "(w+, s, b)", "sphinx (P_s)", "sphinx")


def offered(G: Generator | None = None) -> list[tuple[str, str]]:
    """The methods that can serve the model, by title and name."""
    return [
        (METHODS[name].title, name)
        for name in METHODS_OFFERED
        if G is None or refuses(METHODS[name], G) is None
    ]


def asked(
    result: Inversion, kind: str, files: list[str], name: str, crop: Crop | None = None
) -> Series:
    """The series that is asked about, the result's picture in it; `crop` is what cut that."""
    own = result.target
    if kind != OWN:
        return draw_series(own, kind, own.shape[0])
    if not files:
        raise StudioError("Give one or more pictures of the same with more of the attribute.")
    return series_beside(own, files, crop or Crop(), name.strip() or "my attribute")


def live(series: Series, frame: Progress) -> str:
    """The series above what is drawn of it now."""
    return rows(
        reduced(series.pictures, frame.preview.shape[1]), frame.preview[0], f"at step {frame.step}"
    )


def rows(given: Picture, moved: Picture, told: str) -> str:
    """Pictures [n, H, W, 3] above what is drawn of them, [H, nW, 3]."""
    strip = np.concatenate([np.concatenate(list(given), 1), moved])
    caption = f"Upper row: given.\nLower row: drawn {told}."
    return html.figure(strip, "the series, and below it what is drawn of it", caption)


def progress(frame: Progress) -> str:
    detail = f"step {frame.step} of {frame.steps} · {html.duration(frame.seconds_left)} left"
    return html.status("busy", "Discovering…", detail, frame.step / frame.steps)
