"""The endpoint `/compare` for programs; its docstring is what the API documentation shows.

Gradio reads its annotations as they stand, so this file does not postpone them.
"""

import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, cast

import gradio as gr

from inversion.comparison import TERMS, Report, Terms
from inversion.comparison.report import rows
from inversion.comparison.sets import AT, named
from inversion.operators.degradation import PROJECTION
from inversion.operators.request import framed, tasks_named
from inversion.pictures.images import Crop, read
from models import StudioError
from studio.race_session import RaceSession
from studio.racing import Raced, RaceJob, Racer
from studio.restoration import stated
from studio.runs import DEFAULT_MODEL, Studio
from ui.api.arguments import checked
from ui.api.project import handed_out, side_of
from ui.compare.settings import AMOUNTS, MOST

Answer = tuple[gr.FileData, gr.FileData, list[dict[str, Any]]]


def compare_endpoint(studio: Studio) -> Callable[..., Answer]:
    """The function behind `/compare`."""
    racer = Racer(studio)

    def compare(
        image: gr.FileData,
        methods: str = "quick",
        model: str = DEFAULT_MODEL,
        equal: str = "seconds",
        budget: float = 10.0,
        task: str = "",
        task_settings: dict[str, Any] | None = None,
        seeds: int = 1,
        seed: int = 0,
    ) -> Answer:
        """Races several methods on one picture, on equal terms.

        image: a picture file; its largest centred square is taken.
        methods: a set, "quick", "papers" or "spaces"; or names with commas and no spaces between
        them, for example "w+,ilo,sphinx", each with @ and a model behind it where that is another;
        at most 9.
        model: a generator of the catalog; a method that it cannot serve runs on one that does.
        equal: "seconds", "pictures" or "steps", and budget: how much of it each method has, at most
        60 seconds, 2000 pictures or 1000 steps.
        task, task_settings: what the picture suffers first, as for /restore; nothing if empty.
        seeds: how many runs of each method, 1 to 18; seed: the number of the first.

        Returns a sheet of all answers (PNG), all files of the race (ZIP: the sheet, table and
        curves, and a folder of result files a method), and the table, nearest first.
        """
        try:
            a = checked(
                image=image, methods=methods, model=model, equal=equal, budget=budget, task=task,
                task_settings=task_settings, seeds=seeds, seed=seed,
            )  # fmt: skip
            asked = tuple(f"{m}{AT}{other}" if other else m for m, other in named(a.methods))
            if len(asked) > MOST:
                raise StudioError(f"Compare at most {MOST} methods; these are {len(asked)}.")
            if a.equal in TERMS and not 0 < a.budget <= (most := AMOUNTS[a.equal][1]):
                raise StudioError(f"budget must lie between 0 and {most} {a.equal}.")
            side = side_of(a.model)
            picture, suffered = Crop().apply(photo := read(a.image), side), PROJECTION
            if a.task:
                keys = tasks_named(name.strip() for name in a.task.split(","))
                suffered = stated(keys, a.task_settings, 0, None, None, True)
                picture, suffered = framed(photo, suffered, Crop(), side)
            job = RaceJob(
                picture=picture,
                model=a.model,
                methods=asked,
                equal=cast(Terms, a.equal),
                budget=a.budget,
                degradation=suffered,
                seeds=a.seeds,
                seed=a.seed,
            )
            *_, last = racer.frames(job)
        except StudioError as error:
            raise gr.Error(escape(str(error), quote=False), print_exception=False) from None
        assert isinstance(last, Raced), "a race ends so"
        with tempfile.TemporaryDirectory() as folder:
            session = RaceSession(_folder=Path(folder))
            session.finish(last, a.task, None, Crop())
            report = session.report()
            assert isinstance(report, Report), "it is over"
            handed = handed_out(report.sheet()), handed_out(report.packed())
        return *handed, rows(last.standing)

    return compare
