"""`python -m inversion restore`: its own flags, and the restoration that they ask for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inversion.cli.picture import painted
from inversion.cli.picture import photo as photo_of
from inversion.knobs import Knob
from inversion.operators import TASKS
from inversion.operators.degradation import Degradation
from inversion.operators.measurement import Measurement
from inversion.operators.request import framed, read_kernel, tasks_named
from inversion.pictures.images import MIN_SIDE, Crop, Picture
from models.errors import StudioError

DEFAULT_TASK = "inpainting"
Asked = tuple[Picture | Measurement, dict[str, Any]]  # what `solve` is given, and options for it


def add_flags(parser: argparse.ArgumentParser, default: str | None = DEFAULT_TASK) -> None:
    """The flags that say what the picture suffered, without the tasks' knobs; `default` is the
    task where none is named, None for no degradation."""
    parser.add_argument(
        "--task",
        action="append",
        help=f"what is undone, the first degradation first: {', '.join(TASKS)} "
        f"(default {default or 'nothing, the picture is projected'})",
    )
    parser.add_argument(
        "--degraded", action="store_true", help="the picture is degraded already; no truth is known"
    )
    parser.add_argument(
        "--mask",
        type=Path,
        help="a picture of the photo's size, white where the hole is"
        + ("" if default else "; without a task, on the object that counts"),
    )
    parser.add_argument("--kernel", type=Path, help="a blur kernel, as a picture")
    parser.add_argument(
        "--task-seed", type=int, default=0, help="decides on all that is random in the tasks"
    )


def knobs_of(argv: Sequence[str], default: str | None = DEFAULT_TASK) -> dict[str, Knob]:
    """Every knob of the tasks that are named, which are read first. Raises StudioError for a name
    that is no task's."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--task", action="append")
    names = first.parse_known_args(argv)[0].task or ([default] if default else [])
    rows = [TASKS[key] for key in tasks_named(names)]
    return {name: knob for row in rows for name, knob in row.knobs().items()}


def asked(arguments: argparse.Namespace, crop: Crop, side: int) -> Asked:
    """The picture, or the measurement in a .safetensors file, and how it is to be restored.

    Raises StudioError for files that cannot be read or do not fit together.
    """
    if arguments.picture.suffix == ".safetensors":
        if arguments.task or arguments.mask or arguments.kernel:
            raise StudioError("A measurement brings its task, mask and kernel; name none with it.")
        return Measurement.load(arguments.picture), {}
    tasks = tasks_named(arguments.task or [DEFAULT_TASK])
    given = vars(arguments)
    knobs = {name: knob for key in tasks for name, knob in TASKS[key].knobs().items()}
    settings = {name: given[name] for name in knobs if given.get(name) is not None}
    degradation = Degradation(
        tasks,
        settings,
        arguments.task_seed,
        hidden=painted(arguments.mask),
        kernel=None if arguments.kernel is None else read_kernel(arguments.kernel),
        degrade=not arguments.degraded,
    )
    photo = photo_of(arguments, least=1 if arguments.degraded else MIN_SIDE)
    picture, degradation = framed(photo, degradation, crop, side)
    return picture, {"degradation": degradation}
