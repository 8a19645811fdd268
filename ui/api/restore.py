"""The endpoint `/restore` for programs; its docstring is what the API documentation shows.

Gradio reads its annotations as they stand, so this file does not postpone them.
"""

import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from inversion.classes import label_named
from inversion.methods import seconds_of
from inversion.operators.measurement import Measurement
from inversion.operators.observation import observe
from inversion.operators.request import read_kernel, tasks_named
from inversion.pictures.images import MIN_SIDE, Crop, read, to_uint8
from inversion.pictures.masks import read_mask
from inversion.result_files import AnswerFiles
from models import StudioError
from models.weights.outline import outline
from studio.messages import Progress
from studio.restoration import NOTHING, RestoreJob, Restorer, observed, stated
from studio.runs import DEFAULT_MODEL, Studio
from ui.api.arguments import checked
from ui.api.project import handed_out, side_of
from ui.project.model_choice import beginning
from ui.restore.preset_choice import RESTORING

Answer = tuple[gr.FileData, gr.FileData, gr.FileData, dict[str, Any]]


def restore_endpoint(studio: Studio) -> Callable[..., Answer]:
    """The function behind `/restore`."""
    restorer = Restorer(studio)

    def restore(
        image: gr.FileData,
        task: str = "inpainting",
        task_settings: dict[str, Any] | None = None,
        degraded: bool = False,
        mask: gr.FileData | None = None,
        kernel: gr.FileData | None = None,
        task_seed: int = 0,
        model: str = DEFAULT_MODEL,
        method: str = "closest",
        effort: str = "balanced",
        seeds: int = 4,
        seed: int = 0,
        label: str = "",
        encoder: str = "",
    ) -> Answer:
        """Finds pictures that a generator can draw and that agree with what is left of one.

        image: a picture file, whose largest centred square is taken, or a measurement
        (.safetensors), which brings its task and settings.
        task: what it suffered, for example "inpainting", or several with commas, the first first.
        task_settings: knobs by full name, for example {"super-resolution.factor": 8}.
        degraded: whether the picture is degraded already; if not, it is taken for the truth and
        degraded here. mask: a picture file of its size, white where the hole is; kernel: a blur
        kernel as a picture file; task_seed decides on all that is random in the task.
        method: "closest" is what was measured best for the model and the task, or a method's name.
        model, effort, seeds (1 to 18), seed, label, encoder: as for `/project`.

        Returns the best seed's picture (PNG), of a hole with the known pixels put back; the result
        file and the measurement (.safetensors, which open again on the page and in Python); and the
        settings with every metric. Without a known truth the only metric is the measurement error.
        """
        try:
            a = checked(
                image=image, task=task, task_settings=task_settings, degraded=degraded, mask=mask,
                kernel=kernel, task_seed=task_seed, model=model, method=method, effort=effort,
                seeds=seeds, seed=seed, label=label, encoder=encoder,
            )  # fmt: skip
            side = side_of(a.model)
            wish = a.method if a.method in RESTORING else None
            said: list[str] = []
            if a.image.suffix.casefold() == ".safetensors":
                seen = observe(Measurement.load(a.image), side)
            else:
                photo = read(a.image, 1 if a.degraded else MIN_SIDE, tell=said.append)
                asked = stated(
                    tasks_named(name.strip() for name in a.task.split(",")),
                    a.task_settings,
                    a.task_seed,
                    None if a.mask is None else read_mask(a.mask, said.append),
                    None if a.kernel is None else read_kernel(a.kernel),
                    not a.degraded,
                )
                seen = observed(photo, asked, Crop(), side)
            job = RestoreJob(
                target=to_uint8(seen.view)[0],
                model=a.model,
                method=a.method,
                seeds=a.seeds,
                seed=a.seed,
                settings={},
                label=label_named(outline(a.model), a.label) if a.label else None,
                encoder=None if wish else beginning(a.method, a.model, a.encoder),
                budget=seconds_of(a.effort),
                wish=wish,
                seen=seen,
                baseline=NOTHING,
            )
            *_, last = restorer.frames(job)
        except StudioError as error:
            raise gr.Error(escape(str(error)), print_exception=False) from None
        assert isinstance(last, Progress) and last.outcome is not None, "a run ends so"
        result = last.outcome.result
        with tempfile.TemporaryDirectory() as folder:
            files = AnswerFiles(result, last.outcome.pictures, Path(folder), Crop())
            first = files.known_pixels() or files.picture()
            second, third = files.saved(), files.measurement()
            assert third is not None, "a restoration has its measurement"
            handed = handed_out(first), handed_out(second), handed_out(third)
        about = result.header()
        about["notes"] = [*said, *about["notes"]]
        return *handed, about

    return restore
