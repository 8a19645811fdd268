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
from inversion.pictures.images import Crop, read, to_uint8
from inversion.pictures.masks import read_mask
from inversion.result_files import AnswerFiles
from models import StudioError
from models.weights.outline import outline
from studio.messages import Progress
from studio.restoration import NOTHING, RestoreJob, Restorer, observed, stated
from studio.runs import DEFAULT_MODEL, GENERATORS, Studio
from ui.api.project import handed_out, sent
from ui.project.model_choice import beginning
from ui.project.settings import MOST_SEEDS
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
            if model not in GENERATORS:
                raise StudioError(f"There is no such model; there are {', '.join(GENERATORS)}.")
            if not 1 <= seeds <= MOST_SEEDS:
                raise StudioError(f"seeds must lie between 1 and {MOST_SEEDS}.")
            side = GENERATORS[model].resolution or 256
            wish = method if method in RESTORING else None
            file = sent(image)
            if file.suffix == ".safetensors":
                seen = observe(Measurement.load(file), side)
            else:
                photo = read(file, smallest=1 if degraded else 16)
                asked = stated(
                    tasks_named(name.strip() for name in task.split(",")),
                    task_settings or {},
                    task_seed,
                    None if mask is None else read_mask(sent(mask)),
                    None if kernel is None else read_kernel(sent(kernel)),
                    not degraded,
                )
                seen = observed(photo, asked, Crop(), side)
            job = RestoreJob(
                target=to_uint8(seen.view)[0],
                model=model,
                method=method,
                seeds=seeds,
                seed=seed,
                settings={},
                label=label_named(outline(model), label) if label else None,
                encoder=None if wish else beginning(method, model, encoder),
                budget=seconds_of(effort),
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
        return *handed, result.header()

    return restore
