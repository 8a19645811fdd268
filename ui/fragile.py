"""Below the answer: what becomes of it when its codes are disturbed (SPHInX, figure 1)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np

from inversion import Inversion
from inversion.images import to_uint8
from inversion.robustness import Robustness, robustness
from models.errors import StudioError
from ui import html
from ui.controls import drawing
from ui.session import Session
from ui.studio import Studio

SAMPLES = 6
ASK = "How fragile is this answer?"
FIRST = "There is no answer yet. Project a picture first."
FAILED = "The answer could not be drawn again. It is still here; try once more."


class Fragile:
    """A button, and the chart that it draws for the seed that is shown."""

    def __init__(self) -> None:
        self.ask = gr.Button(ASK, size="md", elem_id="fragile")
        self.chart = drawing(elem_id="fragility")

    def wire(self, studio: Studio, session: gr.State, **heavy: Any) -> None:
        """One click measures."""
        self.studio = studio
        self.measure: Callable[[Inversion, int], Robustness] = studio.borrow(self._measure)
        self.ask.click(self.answer, session, self.chart, **heavy)

    def answer(self, session: Session) -> str:
        """The chart, or a sentence that says why there is none."""
        try:
            if session.outcome is None:
                raise StudioError(FIRST)
            return drawn(self.measure(session.outcome.result, session.chosen))
        except StudioError as error:
            return html.status("error", str(error))
        except Exception:
            logging.getLogger(__name__).exception("robustness could not be measured")
            return html.status("error", FAILED)

    def _measure(self, result: Inversion, rank: int) -> Robustness:
        G = self.studio.generators(result.identity.name)
        perceptual = self.studio.perceptuals("embedded")
        return robustness(G, result, rank=rank, samples=SAMPLES, perceptual=perceptual)


def drawn(found: Robustness) -> str:
    """A curve of the perceptual distance with a tile of the picture at every ratio."""
    names = [f"{ratio:g} dB" for ratio in found.ratios]
    quartiles = found.distance.quantile(found.distance.new_tensor([0.25, 0.5, 0.75]), 1)
    low, middle, high = (row.tolist() for row in quartiles)
    top = max(high) * 1.05 or 1.0
    last = len(names) - 1

    def points(values: list[float]) -> list[str]:
        return [
            f"{1000 * i / last if last else 500:.0f},{100 * (1 - v / top):.1f}"
            for i, v in enumerate(values)
        ]

    band = " ".join([*points(low), *reversed(points(high))])
    level = 100 * (1 - found.undisturbed[0] / top)
    tiles = "".join(
        html.figure(
            picture,
            f"<span>{name}</span><b>{value:.3g}</b>",
            f"the answer with its codes disturbed at {name}",
        )
        for name, value, picture in zip(names, middle, to_uint8(found.pictures), strict=True)
    )
    return (
        f'<p class="note">{verdict(found)}</p>'
        f'<figure class="chart"><figcaption><span>{found.metric} by signal-to-noise ratio of the '
        f"codes, median and quartiles</span><span>undisturbed {found.undisturbed[0]:.3g}</span>"
        f'</figcaption><div class="plot" role="img" aria-label="{found.metric} from '
        f'{middle[0]:.3g} at {names[0]} to {middle[-1]:.3g} at {names[-1]}">'
        f'<span class="tick" style="top:{level:.1f}%"></span>'
        '<svg viewBox="0 0 1000 100" preserveAspectRatio="none">'
        f'<polygon points="{band}"/><polyline class="best" points="{" ".join(points(middle))}"/>'
        f'</svg></div></figure><div class="ratios">{tiles}</div>'
    )


def verdict(found: Robustness) -> str:
    """In a sentence, how much noise the answer bears."""
    if not found.to_truth:
        return "Distances are to the answer itself, since no true picture is known or it is edited."
    ratio = found.gives_way()
    if ratio is None:
        least = min(found.ratios)
        return f"Sturdy: even at {least:g} dB it loses less than 3 dB of PSNR."
    lost = found.undisturbed[1] - float(np.median(found.psnr[-1].numpy()))
    return (
        f"It has lost 3 dB of PSNR where its codes are disturbed at {ratio:.0f} dB, and {lost:.1f} "
        f"dB at {found.ratios[-1]:g} dB. The higher the first number, the more fragile the answer."
    )
