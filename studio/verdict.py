"""What to say of an answer, and the one thing to do next: from how near it is, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inversion import Inversion
from inversion.presets import DISTANCE, preset
from models import CATALOG

Step = Literal["tune", "closest"]

# LPIPS (AlexNet) of the answer. Up to CLOSE the two are told apart only side by side; from FAR on
# people and things are other ones: judged by eye on answers of 0.03 to 0.6, of which
# docs/first-run-avatars.png shows ten.
CLOSE, FAR = 0.10, 0.30
TOYS = ("avatars", "species", "scans", "avatars-overparam", "avatars-baseline")
TUNING_SECONDS = 40.0  # that fine-tuning from the page's button takes at most
STEPS: dict[Step, str] = {
    "tune": f"Fine-tune this answer (at most {TUNING_SECONDS:g} s)",
    "closest": "Search for the closest likeness",
}


@dataclass(frozen=True)
class Verdict:
    """A sentence or two, and the next step where there is one."""

    sentence: str
    step: Step | None = None


def verdict(result: Inversion) -> Verdict | None:
    """Of the best answer; None where it was not measured by LPIPS."""
    if DISTANCE not in result.metrics:
        return None
    distance, tuned = result.metrics[DISTANCE][0], result.deltas is not None
    if distance <= CLOSE:
        return Verdict("Close: one has to look twice to tell it from your picture.")
    if distance <= FAR:
        if tuned:
            return Verdict("Recognisable; fine detail is missing still.", again(result))
        return Verdict("Recognisable; fine detail is missing. Fine-tuning draws it.", "tune")
    about = known_for(result.identity.name)
    return Verdict(f"Far from your picture.{about}", again(result) or "tune")


def known_for(model: str) -> str:
    """What a model of the catalog was made for, in a sentence, and which one draws faces."""
    if model not in CATALOG:
        return ""
    about = f" The model is for other pictures: {CATALOG[model].use.split(';')[0].rstrip('.')}."
    return about + ("" if model not in TOYS else " If yours is a face, try the model Portraits.")


def again(result: Inversion) -> Step | None:
    """Another search, where this was not the one that comes closest with this model."""
    best = preset(result.identity.name)
    return None if best is None or result.method == best.method else "closest"
