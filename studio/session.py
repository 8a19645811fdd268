"""What one visitor has: a picture, the last answer, its files. Never shared, gone after an hour."""

from __future__ import annotations

import shutil
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

from inversion import Inversion
from inversion.editing import Retune
from inversion.pictures.images import Mask, Picture
from inversion.result_files import AnswerFiles
from studio.messages import Outcome
from studio.session_files import Folder
from studio.verdict import Step

LIFETIME = 3600  # seconds after the last use


@dataclass
class Session(Folder):
    """State of one open page. `photo` is the file that the picture was read from, `painted` the
    object in it, bool [H, W], None while nothing is."""

    photo: str | None = None
    picture: Picture | None = None
    painted: Mask | None = None
    outcome: Outcome | None = None
    chosen: int = 0  # row of the outcome that is shown
    as_drawn: bool = False  # whether a restored hole is shown without its known pixels put back
    running: bool = False
    step: Step | None = None  # that the verdict on the answer proposes
    settings: dict[str, dict[str, float | bool | str]] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[Inversion, Picture] | None:
        """The chosen answer alone, as it is drawn, and its picture."""
        if self.outcome is None:
            return None
        one, strength = self.outcome.result.answer(self.chosen), self.outcome.strength
        retuned = () if strength == 1 else (Retune(strength),)
        return one.edit((*one.edits, *retuned)), self.outcome.pictures[self.chosen]

    def again(self) -> Session:
        """The same for a page that was loaded again: files and runs are its own."""
        return replace(self, settings=deepcopy(self.settings), running=False, _folder=None)

    @property
    def files(self) -> AnswerFiles:
        """The files of the last answer, which there must be: written when they are asked for."""
        assert self.outcome is not None
        outcome = self.outcome
        folder = self.folder / "answer"
        return AnswerFiles(outcome.result, outcome.pictures, folder, outcome.crop)

    @property
    def stop(self) -> Path:
        """A file whose presence asks the run to end; it reaches a run in another process too."""
        return self.folder / "stop"

    def fresh_folder(self, name: str) -> Path:
        """An empty folder of this name for a new answer's files."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder
