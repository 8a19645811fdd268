"""`project FOLDER` and `project clip.mp4`: a result for each picture, and the film of a film."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from inversion.cli import out, picture, start
from inversion.cli.follow import STOPPED, Followed, followed
from inversion.drawn import Drawn
from inversion.edits.apply import rows
from inversion.initial_guess import begins_at, known
from inversion.latents import Codes
from inversion.methods import EFFORTS, find
from inversion.pictures.images import Crop, Picture
from inversion.pictures.video import frames_of, mp4, rate_of
from inversion.presets import WISHES
from inversion.result_files import AnswerFiles
from inversion.several import tune_together
from inversion.tuning.problem import Tuning
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

FILMS = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi")
PICTURES = (
    ".png", ".jpg", ".jpeg", ".jpe", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp",
    ".gif", ".jp2", ".ppm", ".pgm", ".tga",
)  # fmt: skip
SHARE = 0.2  # of the time of a film's first picture that each later one takes
FILM = "film.mp4"
STEADY = ("w+", "W+", "z")  # methods of a film where none is named, the first that serves


class Tools(Protocol):
    """What is used here of what every picture is searched with."""

    @property
    def G(self) -> Generator: ...
    @property
    def perceptual(self) -> Perceptual: ...
    @property
    def crop(self) -> Crop: ...
    @property
    def given(self) -> dict[str, Any]: ...


Search = Callable[..., Followed[Drawn]]  # image, options, begin, seconds


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of several pictures."""
    parser.add_argument(
        "--tune-together", action="store_true",
        help="of a folder or a film: fine-tune the generator once, for all its pictures",
    )  # fmt: skip


def asked(arguments: argparse.Namespace) -> bool:
    """Whether the picture is a folder, or a film. Raises StudioError where flags do not fit it."""
    several = arguments.picture.is_dir() or arguments.picture.suffix.casefold() in FILMS
    if arguments.tune_together and (arguments.tune or not several):
        raise StudioError(
            "--tune-together is for a folder or a film, and in place of --tune: one fine-tuning for"
            " all its pictures."
        )
    if several and arguments.blend:
        raise StudioError("--blend is for one picture. Project it alone.")
    return several


@dataclass
class Several:
    """A command on several pictures, and what came of it so far."""

    arguments: argparse.Namespace
    tools: Tools
    search: Search
    stopped: bool = False
    failed: int = 0
    found: dict[str, Drawn] = field(default_factory=dict)  # kept for the fine-tuning alone
    names: list[str] = field(default_factory=list)

    def one(
        self, name: str, photo: Picture, begin: Codes | None, seconds: float | None = None
    ) -> Drawn | None:
        """The answer for a picture, written; None where there is none, which is said."""
        picture.say(f"{name}:")
        side, crop = self.tools.G.resolution, self.tools.crop
        mask = picture.counting(self._mask(name), photo, crop, side)
        try:
            run = self.search(crop.apply(photo, side), {"mask": mask}, begin, seconds)
        except KeyboardInterrupt:
            self.stopped = True
            return None
        self.stopped = run.stopped
        if run.last is None:
            return None
        with out.uninterrupted():
            answer = run.answer()
            self.write(name, answer)
        self.names.append(name)
        if self.arguments.tune_together:
            self.found[name] = answer
        values = ", ".join(f"{k} {v[0]:.4g}" for k, v in answer.result.metrics.items())
        print(f"{name}: {values}")
        return answer

    def write(self, name: str, answer: Drawn) -> None:
        """A picture's files in a folder of its name."""

        def files(folder: Path) -> None:
            AnswerFiles(answer.result, answer.pictures, folder, self.tools.crop).all()
            start.exported(self.arguments.export, answer.result, self.tools.G, folder)

        inputs = [self.arguments.picture, self.arguments.mask]
        out.written(self.arguments.out / name, inputs, files)

    def _mask(self, name: str) -> Path | None:
        """The mask of a picture: the one that is given, or of a folder that of its name."""
        given: Path | None = self.arguments.mask
        if given is None or not given.is_dir():
            return given
        stems = (name, Path(name).stem if name.casefold().endswith(PICTURES) else name)
        there = sorted(given.iterdir())
        found = next((p for stem in stems for p in there if p.stem == stem), None)
        if found is None:
            picture.say(f"There is no mask of {name} in {given}: all of it counts.")
        return found

    def tune(self) -> None:
        """One fine-tuning for all, in the results of all."""
        if not self.arguments.tune_together or not self.found or self.stopped:
            return
        picture.say(f"Fine-tuning for {len(self.found)} pictures:")
        results = [drawn.result for drawn in self.found.values()]
        run = followed(
            tune_together(
                self.tools.G,
                results,
                Tuning().configure(self.tools.given),
                perceptual=self.tools.perceptual,
                budget=self.arguments.budget,
            )
        )
        self.stopped = run.stopped
        if run.last is None:
            return
        with out.uninterrupted():
            for name, drawn in zip(self.found, run.answer().each, strict=True):
                self.found[name] = drawn
                self.write(name, drawn)

    @property
    def code(self) -> int:
        """The exit code."""
        return STOPPED if self.stopped else 1 if self.failed or not self.names else 0


def run(arguments: argparse.Namespace, tools: Tools, search: Search, begin: Codes | None) -> int:
    """A folder of --out for each picture; Ctrl-C ends with what there is."""
    work = Several(arguments, tools, search)
    try:
        (folder if arguments.picture.is_dir() else film)(work, begin)
    except KeyboardInterrupt:
        work.stopped = True
    if work.stopped and not work.names:
        raise KeyboardInterrupt
    return work.code


def folder(work: Several, begin: Codes | None) -> None:
    """Every picture file of a folder, by name; one that cannot be read is said and passed over.
    Raises StudioError where there is none."""
    where = work.arguments.picture
    files = sorted(p for p in where.iterdir() if p.suffix.casefold() in PICTURES and p.is_file())
    if not files:
        raise StudioError(f"There is no picture in {where}. Pictures end in {', '.join(PICTURES)}.")
    stems = [file.stem for file in files]
    for file in files:
        name = file.stem if stems.count(file.stem) == 1 else file.name
        try:
            work.one(name, picture.photo(work.arguments, file), begin)
        except StudioError as error:
            work.failed += 1
            picture.say(f"{file.name}: {error}")
        if work.stopped:
            return
    work.tune()


def film(work: Several, begin: Codes | None) -> None:
    """Every picture of a film, each begun at the one before; film.mp4 shows both side by side."""
    arguments, G = work.arguments, work.tools.G
    fps = rate_of(arguments.picture)
    seconds = arguments.budget or EFFORTS[arguments.effort]
    if arguments.method in WISHES:  # what goes on from picture to picture
        arguments.method = next(m for m in STEADY if find(m).refuses(G) is None)

    def drawn() -> Iterator[Picture]:
        before, share = begin, 1.0
        for k, photo in enumerate(frames_of(arguments.picture), 1):
            answer = work.one(f"frame-{k:05}", photo, before, share * seconds)
            if answer is not None:
                yield beside(answer)
            if answer is None or work.stopped:
                return
            before = rows(answer.result.codes, slice(1))
            if not begins_at(G, find(arguments.method).latents, known(G, before)):
                before = None
            else:
                share, arguments.seeds = SHARE, 1

    pictures = drawn()
    first = next(pictures, None)
    if first is None:
        return
    mp4(chain([first], pictures), fps, arguments.out / FILM)
    work.tune()
    if work.found and not work.stopped:
        mp4(map(beside, work.found.values()), fps, arguments.out / FILM)


def beside(answer: Drawn) -> Picture:
    """What was asked for, and what is drawn."""
    return np.concatenate([answer.result.target, answer.pictures[0]], 1)
