"""The page's endpoint for programs; its docstring is what the API documentation shows.

Gradio reads its annotations as they stand, so this file does not postpone them.
"""

import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder

from inversion.classes import label_named
from inversion.methods import seconds_of
from inversion.pictures.images import Crop, read
from inversion.pictures.masks import crop_mask, read_mask
from inversion.presets import WISHES
from inversion.result_files import AnswerFiles
from models import StudioError
from models.weights.outline import outline
from studio.messages import Job, Progress
from studio.runs import DEFAULT_MODEL, GENERATORS, Studio
from ui.api.arguments import checked
from ui.project.model_choice import beginning, told_by

Answer = tuple[gr.FileData, gr.FileData, dict[str, Any]]


def project_endpoint(studio: Studio) -> Callable[..., Answer]:
    """The function behind `/project`."""

    def project(
        image: gr.FileData,
        model: str = DEFAULT_MODEL,
        method: str = "closest",
        effort: str = "balanced",
        seeds: int = 4,
        seed: int = 0,
        label: str = "",
        mask: gr.FileData | None = None,
        encoder: str = "",
    ) -> Answer:
        """Finds the code that makes a generator draw a picture.

        image: a picture file; its largest centred square is projected.
        model: a generator of the catalog, for example "avatars".
        method: "closest", "editable" or "instant" is what was measured best for the model and the
        picture; or a row of the About tab's table by its short name, for example "w+", "basincma"
        or "z, placed". effort: fast, balanced or best, which
        are 2, 10 and 60 seconds of search.
        seeds: how many runs side by side, 1 to 18; seed: the number of the first.
        label: name or number of the class, where the model has some; found by itself if empty.
        mask: a picture file of the same size, white on the object; only it counts.
        encoder: the name of one that belongs to the model, at whose estimate to begin.

        Returns the picture of the best seed (PNG), the result file (.safetensors, which opens again
        on the page and in Python), and the settings with every metric.
        """
        try:
            a = checked(
                image=image, model=model, method=method, effort=effort, seeds=seeds, seed=seed,
                label=label, mask=mask, encoder=encoder,
            )  # fmt: skip
            side = side_of(a.model)
            wish = a.method if a.method in WISHES else None
            said: list[str] = []
            photo = read(a.image, tell=said.append)
            painted = None if a.mask is None else read_mask(a.mask, said.append)
            start = beginning("w+" if wish else a.method, a.model, a.encoder)
            job = Job(
                target=Crop().apply(photo, side),
                model=a.model,
                method=a.method,
                seeds=a.seeds,
                seed=a.seed,
                settings={},
                mask=None if painted is None else crop_mask(painted, photo, Crop(), side),
                label=label_named(outline(a.model), a.label) if a.label else None,
                encoder=start or (told_by(a.model) if wish else None),
                budget=seconds_of(a.effort),
                wish=wish,
            )
            *_, last = studio.frames(job)
        except StudioError as error:
            raise gr.Error(escape(str(error), quote=False), print_exception=False) from None
        assert isinstance(last, Progress) and last.outcome is not None, "a run ends so"
        result = last.outcome.result
        with tempfile.TemporaryDirectory() as folder:
            files = AnswerFiles(result, last.outcome.pictures, Path(folder), Crop())
            about = result.header()
            about["notes"] = [*said, *about["notes"]]
            return handed_out(files.picture()), handed_out(files.saved()), about

    return project


def side_of(model: str) -> int:
    """Pixels a side that a model draws. Raises StudioError if it is none of the catalog's."""
    if model not in GENERATORS:
        raise StudioError(f"There is no such model; there are {', '.join(GENERATORS)}.")
    return GENERATORS[model].resolution or 256


def handed_out(file: Path) -> gr.FileData:
    """A copy where Gradio serves files from, and where it deletes them after a while."""
    return gr.FileData(path=save_file_to_cache(file, cache_dir=get_upload_folder()))
