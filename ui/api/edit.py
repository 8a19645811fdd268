"""The Edit tab's endpoint for programs; its docstring is what the API documentation shows.

Gradio reads its annotations as they stand, so this file does not postpone them.
"""

import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from inversion import Inversion
from inversion.editing import ChangeClass, Edit, Move, Truncate, listed, wants_latent
from inversion.result_files import EDITED_ALONE, AnswerFiles
from models import StudioError
from studio.edit_state import span
from studio.editor import Editor
from studio.runs import Studio
from ui.api.arguments import checked
from ui.api.project import handed_out

Answer = tuple[gr.FileData, gr.FileData, dict[str, Any]]


def edit_endpoint(studio: Studio) -> Callable[..., Answer]:
    """The function behind `/edit`."""
    editor = Editor(studio)

    def edit(
        result: gr.FileData,
        direction: str = "",
        strength: float = 1.0,
        first: int = 0,
        last: int = -1,
        truncation: float = 1.0,
        label: str = "",
        rank: int = 0,
        keep: bool = True,
        hold: str = "",
    ) -> Answer:
        """Moves a saved result along a direction, to its mean, or to another class.

        result: a result file (.safetensors) of /project, of the page or of Python.
        direction: an attribute, for example "smile", or "component 1" to "component 10" (GANSpace),
        or "SeFa 1" to "SeFa 10"; strength: how far, in standard deviations, from -100 to 100.
        first, last: the layers that move, counted from 0; last = -1 is the last there is.
        truncation: 1 leaves the codes, 0 is the mean. label: name or number of the class to go to.
        rank: which answer of the file, 0 the best. keep: add to the edits that the file has.
        hold: names of directions, with commas between them, that are to stand still meanwhile.

        Returns the edited picture (PNG), the edited result (.safetensors; the codes in it are as
        they were found, or the nearest that have the z and class which the edits want), and what
        was done, with identity kept and attributes moved.
        """
        try:
            a = checked(
                result=result, direction=direction, strength=strength, first=first, last=last,
                truncation=truncation, label=label, rank=rank, keep=keep, hold=hold,
            )  # fmt: skip
            found = Inversion.load(a.result).answer(a.rank)
            G = editor.network(found)
            edits: list[Edit] = list(found.edits) if a.keep else []
            if a.direction:
                layers = span(a.first, G.num_ws - 1 if a.last == -1 else a.last, G.num_ws - 1)
                names = [each.strip() for each in a.hold.split(",") if each.strip()]
                held = tuple(editor.named(found, name) for name in names)
                edits.append(Move(editor.named(found, a.direction), a.strength, layers, held))
            if a.truncation != 1:
                edits.append(Truncate(a.truncation))
            if a.label:
                edits.append(ChangeClass.to(G, int(a.label) if a.label.isdecimal() else a.label))
            bare, converted = found.edit(()), editor.convert(found) if wants_latent(edits) else None
            if converted is not None and not converted.alike:
                raise StudioError(converted.text)
            edited = (found if converted is None else converted.result).edit(edits)
            before, after = editor.draw(bare), editor.draw(edited)
            judged = editor.judge(G.identity.name, before, after)
        except StudioError as error:
            raise gr.Error(escape(str(error), quote=False), print_exception=False) from None
        figures = {
            "edits": listed(edits),
            "converted": "" if converted is None else converted.text,
            "identity kept": float(judged.identity),
            "moved": {name: float(value) for name, value in judged.moved.items()},
        }
        with tempfile.TemporaryDirectory() as folder:
            files = AnswerFiles(edited, after[None], Path(folder), names=EDITED_ALONE)
            return handed_out(files.picture()), handed_out(files.saved()), figures

    return edit
