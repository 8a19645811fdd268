"""The page's endpoint for programs; its docstring is what the API documentation shows.

Gradio reads its annotations as they stand, so this file does not postpone them.
"""

import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, cast

import gradio as gr

from inversion.images import Crop, read
from inversion.methods import find
from inversion.result import write
from models import StudioError
from ui.moments import Frame, Job
from ui.settings import MOST_SEEDS
from ui.studio import DEFAULT_MODEL, GENERATORS, Studio

Answer = tuple[gr.FileData, gr.FileData, dict[str, Any]]


def project_endpoint(studio: Studio) -> Callable[..., Answer]:
    """The function behind `/project`."""
    folders: list[tempfile.TemporaryDirectory[str]] = []

    def project(
        image: gr.FileData,
        model: str = DEFAULT_MODEL,
        method: str = "w+",
        effort: str = "fast",
        seeds: int = 4,
        seed: int = 0,
    ) -> Answer:
        """Finds the code that makes a generator draw a picture.

        image: a picture file; its largest centred square is projected.
        model: a generator of the catalog, for example "avatars".
        method: z, w, w+ or (w+, b). effort: fast, balanced or best.
        seeds: how many runs side by side, 1 to 18; seed: the number of the first.

        Returns the picture of the best seed (PNG), the result file (.safetensors, which opens again
        on the page and in Python), and the settings with every metric.
        """
        try:
            if model not in GENERATORS:
                raise StudioError(f"There is no such model; there are {', '.join(GENERATORS)}.")
            if not 1 <= seeds <= MOST_SEEDS:
                raise StudioError(f"seeds must lie between 1 and {MOST_SEEDS}.")
            side = GENERATORS[model].resolution or 256
            sent = cast(dict[str, Any], image)  # endpoints are handed the plain payload
            target = Crop().apply(read(Path(sent["path"])), side)
            *_, last = studio.frames(
                Job(target, model, method, seeds, seed, find(method).at(effort).settings())
            )
        except StudioError as error:
            raise gr.Error(escape(str(error)), print_exception=False) from None
        assert isinstance(last, Frame) and last.outcome is not None, "a run ends with its outcome"
        result = last.outcome.result
        folders[:] = [tempfile.TemporaryDirectory(prefix="gan-inversion-")]  # until the next call
        folder = Path(folders[0].name)
        write(result, list(last.outcome.pictures), folder)
        best = folder / f"rank-1-seed-{result.seeds[0]}.png"
        return (
            gr.FileData(path=str(best)),
            gr.FileData(path=str(folder / "result.safetensors")),
            result.header(),
        )

    return project
