"""Below the answer: what becomes of it when its codes are disturbed (SPHInX, figure 1)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np
from markupsafe import Markup

from inversion import Inversion
from inversion.evaluation.robustness import VISIBLE, Robustness, robustness
from inversion.pictures.images import Picture, to_uint8
from models.errors import StudioError
from studio.runs import Studio
from ui.components import html
from ui.components.controls import drawing
from ui.components.events import GPU, HIDDEN, QUIET
from ui.templates import render

Shown = tuple[Inversion, Picture]  # one answer alone, and what it draws
SAMPLES = 6
ASK = "How fragile is this answer?"
NO_ANSWER = "There is no answer yet. Project a picture first."
BUSY = "Disturbing its codes…"
FAILED = "The answer could not be drawn again. It is still here; try once more."


class Fragile:
    """A button, and the chart that it draws of the answer that is shown. Whoever shows another one
    clears the chart."""

    def __init__(self, prefix: str = "") -> None:
        self.ask = gr.Button(ASK, size="md", elem_id=f"{prefix}fragile")
        self.chart = drawing(elem_id=f"{prefix}fragility")

    def wire(self, studio: Studio, state: gr.State, shown: Callable[[Any], Shown | None]) -> None:
        """One click measures what is `shown` of the state."""
        self.studio, self.shown = studio, shown
        self.measure: Callable[[Inversion], Robustness] = studio.borrow(self._measure)
        self.ask.click(lambda: html.status("busy", BUSY), None, self.chart, **QUIET).then(
            self.answer, state, self.chart, **HIDDEN, **GPU
        )

    def answer(self, state: Any) -> str:
        """The chart, or a sentence that says why there is none; nothing where another answer was
        chosen meanwhile."""
        try:
            if (asked := self.shown(state)) is None:
                raise StudioError(NO_ANSWER)
            chart, now = drawn(self.measure(asked[0])), self.shown(state)
            return chart if now is not None and np.array_equal(asked[1], now[1]) else ""
        except StudioError as error:
            return html.status("error", str(error))
        except Exception:
            logging.getLogger(__name__).exception("robustness could not be measured")
            return html.status("error", FAILED)

    def _measure(self, result: Inversion) -> Robustness:
        G = self.studio.generators(result.identity.name)
        perceptual = self.studio.perceptuals("embedded")
        return robustness(G, result, samples=SAMPLES, perceptual=perceptual)


def drawn(found: Robustness) -> Markup:
    """A curve of the perceptual distance with a tile of the picture at every ratio."""
    names = [f"{ratio:g} dB" for ratio in found.ratios]
    quartiles = found.distance.quantile(found.distance.new_tensor([0.25, 0.5, 0.75]), 1)
    low, middle, high = (row.tolist() for row in quartiles)
    top = max(high) * 1.05 or 1.0

    def points(values: list[float]) -> list[str]:
        return [
            f"{1000 * (i + 0.5) / len(names):.0f},{100 * (1 - v / top):.1f}"
            for i, v in enumerate(values)
        ]

    pictures = to_uint8(found.pictures)
    return render(
        "robustness",
        verdict=verdict(found),
        metric=found.metric,
        undisturbed=f"{found.undisturbed[0]:.3g}",
        level=f"{100 * (1 - found.undisturbed[0] / top):.1f}",
        band=" ".join([*points(low), *reversed(points(high))]),
        middle=" ".join(points(middle)),
        tiles=[(n, f"{v:.3g}", p) for n, v, p in zip(names, middle, pictures, strict=True)],
    )


def verdict(found: Robustness) -> str:
    """In a sentence, how much noise the answer's codes bear."""
    ratio, lowest = found.gives_way(), found.ratios[-1]
    if ratio is None:
        left = float(found.drift[-1].median())
        said = (
            f"Sturdy: with its codes disturbed at {lowest:g} dB its picture has not visibly "
            f"changed ({left:.0f} dB of PSNR to what it was)."
        )
    else:
        more = " or more" if ratio == found.ratios[0] else ""
        said = (
            f"Its picture has visibly changed ({VISIBLE:g} dB of PSNR to what it was) where its "
            f"codes are disturbed at {ratio:.0f} dB{more}. The higher that ratio, the more fragile "
            "the answer."
        )
    if found.to_truth:
        return said
    return f"{said} The curve is the distance to the answer itself: no true picture is known."
