"""TASKS, what a picture may have suffered, each a row; `configured` turns their knobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from inversion.knobs import Knob
from inversion.operators.blur import Deblurring
from inversion.operators.colours import JPEG, Colourisation, Demosaicing
from inversion.operators.holes import Inpainting
from inversion.operators.noise import Denoising
from inversion.operators.resolution import SuperResolution
from inversion.operators.sensing import CT, MRI, CompressedSensing
from inversion.operators.task import Projection, Task
from models.errors import StudioError

TASKS: dict[str, Task] = {
    row.key: row
    for row in (
        Projection(),
        Inpainting(),
        SuperResolution(),
        Denoising(),
        CompressedSensing(),
        Deblurring(),
        Colourisation(),
        Demosaicing(),
        JPEG(),
        MRI(),
        CT(),
    )
}


def configured(
    tasks: str | Task | Iterable[str | Task], settings: Mapping[str, Any]
) -> tuple[Task, ...]:
    """The rows of these tasks with some knobs turned. Raises StudioError for an unknown task or
    setting, and for a row that stands twice."""
    names = [tasks] if isinstance(tasks, str | Task) else list(tasks)
    rows = []
    for each in names:
        if not isinstance(each, Task) and not (isinstance(each, str) and each in TASKS):
            raise StudioError(f"There is no task {each!r}; there is {', '.join(TASKS)}.")
        rows.append(TASKS[each] if isinstance(each, str) else each)
    keys = [row.key for row in rows]
    if not rows or len(set(keys)) < len(keys):
        raise StudioError("Name at least one task, and each once.")
    knobs: dict[str, Knob] = {name: knob for row in rows for name, knob in row.knobs().items()}
    if unknown := settings.keys() - knobs.keys():
        raise StudioError(
            f"{' and '.join(row.title for row in rows)} has no setting "
            f"{', '.join(sorted(unknown))}; it has {', '.join(knobs) or 'none'}."
        )
    return tuple(row.configure(settings) for row in rows)
