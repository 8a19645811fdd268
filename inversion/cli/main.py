"""The command line: what its commands do; their flags stand in flags.py."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from inversion.classes import label_named
from inversion.cli import compare, directions, discover, edit, many, out, picture, restore, start
from inversion.cli.flags import OF_THE_MODEL, parsed
from inversion.cli.follow import STOPPED, Followed, followed
from inversion.drawn import Drawn
from inversion.latents import Codes
from inversion.methods import EFFORTS, find
from inversion.operators.measurement import Measurement
from inversion.pictures.blend import blend
from inversion.pictures.images import Crop, Picture, png
from inversion.pictures.levels import quiet
from inversion.presets import WISHES, Preset
from inversion.presets.choice import choose, going_on, restoring
from inversion.result_files import AnswerFiles
from inversion.solve import solve
from inversion.tune import tune
from inversion.tuning.problem import Tuning
from models import encoder_of, load, load_encoder, load_perceptual
from models.devices import available
from models.encoders.encoder import Encoder
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when it worked, 1 after a sentence on stderr when it could not,
    130 after Ctrl-C, which keeps the best so far."""
    argv = list(sys.argv[1:] if argv is None else argv)
    try:
        arguments = parsed(argv)
        available(arguments.device)
        if arguments.out is not None:
            (out.check_file if arguments.command == "directions" else out.check)(arguments.out)
        if arguments.command == "edit":
            return edit.edit(arguments, load)
        if arguments.command == "directions":
            return directions.directions(arguments, load)
        if arguments.command == "discover":
            return discover.run(arguments, load, load_perceptual)
        if arguments.command == "compare":
            return compare.run(arguments, compare.Loaders(load, load_perceptual, encoder_of))
        return search(arguments)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped before anything was found; nothing was written.", file=sys.stderr)
        return STOPPED


@dataclass(frozen=True)
class Tools:
    """What every picture of a command is searched with."""

    G: Generator
    perceptual: Perceptual
    crop: Crop
    label: int | None
    given: dict[str, Any]
    encoders: dict[str, Encoder | None] = field(default_factory=dict)  # once they were asked for


def search(arguments: argparse.Namespace) -> int:
    """Solves with a progress bar, writes to --out; Ctrl-C stops and keeps the best so far."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    G = load(arguments.model, device=arguments.device)
    perceptual = load_perceptual(arguments.perceptual, device=arguments.device)
    label = None if arguments.label is None else label_named(G, arguments.label)
    tools = Tools(G, perceptual, Crop().configure(given), label, given)
    begin = start.codes(arguments, G)
    if arguments.command == "project" and many.asked(arguments):
        return many.run(arguments, tools, partial(one, arguments, tools), begin)
    how = restore.asked if arguments.command == "restore" else asked
    found = one(arguments, tools, *how(arguments, tools.crop, G.resolution), begin)
    with out.uninterrupted():
        answer = found.answer()
        write(arguments, G, answer, tools.crop)
    for note in answer.result.notes:
        print(note, file=sys.stderr)
    for name, values in answer.result.metrics.items():
        print(f"{name}: {values[0]:.4g}")
    return found.code


def one(
    arguments: argparse.Namespace,
    tools: Tools,
    image: Picture | Measurement,
    options: dict[str, Any],
    begin: Codes | None = None,
    seconds: float | None = None,
) -> Followed[Drawn]:
    """The search for one picture, and the fine-tuning where it is asked for. `seconds` are those
    that the flags say if None."""
    G, perceptual, label, given = tools.G, tools.perceptual, tools.label, tools.given
    seconds = seconds or arguments.budget or EFFORTS[arguments.effort]
    if begin is not None and arguments.method in WISHES:
        run = Preset(going_on(G, begin), arguments.seeds, seconds=seconds)
        encoder = _encoder(arguments, tools)
    elif arguments.method in WISHES and arguments.command == "restore":
        tasks = image.tasks if isinstance(image, Measurement) else options["degradation"].keys
        run, encoder = restoring(G, tasks, seconds=seconds), None
        run = replace(run, seeds=arguments.seeds)
    elif arguments.method in WISHES:
        assert isinstance(image, np.ndarray), "a photo's crop"
        encoder = _told_by(arguments, tools)
        run = choose(
            arguments.method, G, image, encoder, label=label, seconds=seconds, perceptual=perceptual
        )
    else:
        row = find(arguments.method)
        settings = {name: given[name] for name in row.knobs() if name in given}
        encoder = _encoder(arguments, tools, row.needs_encoder)
        run = Preset(arguments.method, arguments.seeds, encoder is not None, settings, seconds)
    found = followed(
        solve(
            G,
            image,
            **run.options(encoder),
            **options,
            label=label,
            start=begin,
            seed=arguments.seed,
            perceptual=perceptual,
        )
    )
    if not arguments.tune or found.stopped:
        return found
    more = {"perceptual": perceptual, "budget": arguments.budget}
    try:
        tuned = followed(tune(G, found.answer().result, Tuning().configure(given), **more))
    except KeyboardInterrupt:
        return Followed(found.last, True)
    return Followed(found.last, tuned.stopped) if tuned.last is None else tuned


def write(arguments: argparse.Namespace, G: Generator, answer: Drawn, crop: Crop) -> None:
    """The files of an answer, and what else was asked for, in --out."""
    result = answer.result

    def files(folder: Path) -> None:
        AnswerFiles(result, answer.pictures, folder, crop).all()
        start.exported(arguments.export, result, G, folder)

    out.written(arguments.out, vars(arguments).values(), files)
    if getattr(arguments, "blend", False):
        blended = blend(picture.photo(arguments, tell=quiet), answer.pictures[0], crop, result.mask)
        (arguments.out / "blended.png").write_bytes(png(blended))


def asked(arguments: argparse.Namespace, crop: Crop, side: int) -> restore.Asked:
    """`project`: the crop, and the painted part of it that counts."""
    photo = picture.photo(arguments)
    mask = picture.counting(arguments.mask, photo, crop, side)
    return crop.apply(photo, side), {"mask": mask}


def _encoder(arguments: argparse.Namespace, tools: Tools, needed: bool = False) -> Encoder | None:
    """The encoder that is asked for; the model's where one is needed."""
    name = arguments.encoder or (OF_THE_MODEL if needed else None)
    if name is None:
        return None
    name = arguments.model if name == OF_THE_MODEL else name
    if name not in tools.encoders:
        tools.encoders[name] = load_encoder(name, device=arguments.device)
    return tools.encoders[name]


def _told_by(arguments: argparse.Namespace, tools: Tools) -> Encoder | None:
    """The encoder that tells a picture's kind: the one that is asked for, or the model's if any."""
    if arguments.encoder:
        return _encoder(arguments, tools)
    if "" not in tools.encoders:
        tools.encoders[""] = encoder_of(arguments.model, arguments.device)
    return tools.encoders[""]
