"""What Restore runs where a visitor chooses no method: the winner of a measurement for the task."""

from __future__ import annotations

from markupsafe import Markup

from inversion.methods import EFFORTS
from inversion.operators import TASKS
from inversion.presets import Preset, restorer
from ui.components import html
from ui.project.preset_choice import AS_IT_STANDS, OWN, of_how_many, reach, way
from ui.restore.preview import MEASURED

RESTORING = {"closest": "Nearest to the truth"}
BY_THE_FILE = "Runs what was measured best for the task that the file names."
SOONER = " It ends after {seconds:g} s: a longer search was worse."
UNMEASURED = (
    "Nobody has measured {task} with this model here yet, so what runs is what the papers let one "
    "expect."
)


def restore_note(model: str, wish: str, effort: str, task: str, given: str) -> Markup:
    """Which method runs for a task with this model, and how near it and the plain baseline came;
    `given` is how the picture comes."""
    if wish == OWN:
        return html.note(AS_IT_STANDS)
    if given == MEASURED:
        return html.note(BY_THE_FILE)
    found, title = restorer(model, task, seconds=EFFORTS[effort]), TASKS[task].title
    if found is None:
        return html.note(UNMEASURED.format(task=title))
    best = of_how_many(found, what=title)
    sooner = SOONER.format(seconds=found.seconds) if found.seconds < EFFORTS[effort] else ""
    return html.note(f"Runs {way(found)}{best}: {reached(found)}.{sooner}")


def reached(found: Preset) -> str:
    """How near it came, beside the baseline."""
    plain = f"the plain baseline {found.baseline:.2f}"
    nearer = found.baseline is not None and found.baseline < (found.lpips or 0)
    told = f"{reach(found)} after {found.after or found.seconds:g} s, {plain}"
    return f"{told}. There the baseline is nearer, so compare" if nearer else told
