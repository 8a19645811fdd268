"""The command line: what its commands do; their flags stand in flags.py."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from inversion.classes import label_named
from inversion.cli import compare, directions, discover, edit, restore
from inversion.cli.flags import OF_THE_MODEL, parsed
from inversion.methods import EFFORTS, find
from inversion.operators.measurement import Measurement
from inversion.pictures.blend import blend
from inversion.pictures.images import Crop, png, read
from inversion.pictures.masks import crop_mask, read_mask
from inversion.presets import WISHES, Preset
from inversion.presets.choice import choose, restoring
from inversion.result_files import AnswerFiles
from inversion.run import Answer, Iterates
from inversion.solve import solve
from inversion.tune import tune
from inversion.tuning.problem import Tuning
from models import encoder_of, load, load_encoder, load_perceptual
from models.encoders.encoder import Encoder
from models.errors import StudioError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when it worked, 1 after a sentence on stderr when it could not."""
    argv = list(sys.argv[1:] if argv is None else argv)
    try:
        arguments = parsed(argv)
        if arguments.command == "edit":
            return edit.edit(arguments, load)
        if arguments.command == "directions":
            return directions.directions(arguments, load)
        if arguments.command == "discover":
            return discover.run(arguments, load, load_perceptual, _followed)
        if arguments.command == "compare":
            return compare.run(arguments, compare.Loaders(load, load_perceptual, encoder_of))
        return search(arguments)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1


def search(arguments: argparse.Namespace) -> int:
    """Solves with a progress bar, writes to --out; Ctrl-C stops and keeps the best."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    crop = Crop().configure(given)
    G = load(arguments.model, device=arguments.device)
    how = restore.asked if arguments.command == "restore" else asked
    image, options = how(arguments, crop, G.resolution)
    perceptual = load_perceptual(arguments.perceptual, device=arguments.device)
    label = None if arguments.label is None else label_named(G, arguments.label)
    seconds = arguments.budget or EFFORTS[arguments.effort]
    if arguments.method in WISHES and arguments.command == "restore":
        tasks = image.tasks if isinstance(image, Measurement) else options["degradation"].keys
        run, encoder = restoring(G, tasks, seconds=seconds), None
        run = replace(run, seeds=arguments.seeds)
    elif arguments.method in WISHES:
        assert isinstance(image, np.ndarray), "a photo's crop"
        encoder = _encoder(arguments) or encoder_of(arguments.model, arguments.device)
        run = choose(
            arguments.method, G, image, encoder, label=label, seconds=seconds, perceptual=perceptual
        )
    else:
        row = find(arguments.method)
        settings = {name: given[name] for name in row.knobs() if name in given}
        encoder = _encoder(arguments, row.needs_encoder)
        run = Preset(arguments.method, arguments.seeds, encoder is not None, settings, seconds)
    answer = _followed(
        solve(
            G,
            image,
            **run.options(encoder),
            **options,
            label=label,
            seed=arguments.seed,
            perceptual=perceptual,
        )
    )
    if arguments.tune:
        tuning = Tuning().configure(given)
        more = {"perceptual": perceptual, "budget": arguments.budget}
        answer = _followed(tune(G, answer.result, tuning, **more))
    result = answer.result
    AnswerFiles(result, answer.pictures, arguments.out, crop).all()
    if given.get("blend"):
        blended = blend(read(arguments.picture), answer.pictures[0], crop, result.mask)
        (arguments.out / "blended.png").write_bytes(png(blended))
    for note in result.notes:
        print(note, file=sys.stderr)
    for name, values in result.metrics.items():
        print(f"{name}: {values[0]:.4g}")
    return 0


def asked(arguments: argparse.Namespace, crop: Crop, side: int) -> restore.Asked:
    """`project`: the crop, and the painted part of it that counts."""
    photo = read(arguments.picture)
    painted = None if arguments.mask is None else read_mask(arguments.mask)
    mask = None if painted is None else crop_mask(painted, photo, crop, side)
    return crop.apply(photo, side), {"mask": mask}


def _encoder(arguments: argparse.Namespace, needed: bool = False) -> Encoder | None:
    """The encoder that is asked for; the model's where one is needed."""
    name = arguments.encoder or (OF_THE_MODEL if needed else None)
    if name is None:
        return None
    name = arguments.model if name == OF_THE_MODEL else name
    return load_encoder(name, device=arguments.device)


def _followed(iterates: Iterates[Answer]) -> Answer:
    """A run to its end behind a progress bar, or to Ctrl-C: its best."""
    with tqdm(unit="step") as bar, suppress(KeyboardInterrupt):
        for iterate in iterates:
            bar.total = iterate.steps
            bar.update(iterate.step - bar.n)
            if iterate.preview is not None:
                best = iterate.best.nan_to_num(float("inf")).min()
                bar.set_postfix(best=f"{best:.4f}")
    return iterate.drawn()
